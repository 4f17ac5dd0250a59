"""The engines for somebody's own system: its model searched, its real code in lockstep, a machine, its mutants."""
