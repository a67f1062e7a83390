"""How many cuts fall on a beat, in frames, beside one constant tempo: `python -m bench.sync`."""
