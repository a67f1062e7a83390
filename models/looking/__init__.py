"""Colour, light and motion of small frames as ONNX graphs: built from formulas, nothing is learnt."""
