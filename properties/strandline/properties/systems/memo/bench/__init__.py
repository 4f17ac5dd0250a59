"""Measured ratios: what an engine gains, in one run on one machine."""
