"""What runs inside other programs, and its tests."""
