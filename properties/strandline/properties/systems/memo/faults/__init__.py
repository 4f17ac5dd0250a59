"""The faults of the world, one by one, each struck for real at the shipped scanner in a process of its own."""
