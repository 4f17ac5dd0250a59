"""What a synthetic codex process logs: pure functions and one seeded generator, no file and no clock."""
