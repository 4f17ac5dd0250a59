"""Somebody else's scanner, judged by its answers alone: in Python, or as a program over JSON lines."""
