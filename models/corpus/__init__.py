"""POP909 in its three editions, as songs on a grid of twelve steps a quarter, as token sequences."""
