"""Frozen records as states: what they are made of, read lazily or whole."""
