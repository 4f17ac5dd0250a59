"""Values that know no system: verdicts, traces, mutants, and the words and numbers that all output shares."""
