"""What came of a check, for people and for programs: evidence, summary, traces and how they are drawn."""
