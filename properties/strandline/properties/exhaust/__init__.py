"""Exhaustive search: every reachable state of a small world, exactly."""
