"""From picture to how busy and how loud its music is: a small regressor, its films, and how it is judged."""
