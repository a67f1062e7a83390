"""Commands of the checkout: the demo, outside readers, lint."""
