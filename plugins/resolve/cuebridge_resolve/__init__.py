"""What the three scripts share. `cuebridge plugins install resolve` writes it into each of them."""
