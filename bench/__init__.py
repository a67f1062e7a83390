"""Benchmarks: each prints ratios or shares against a named reference."""
