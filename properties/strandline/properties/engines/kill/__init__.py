"""The kill matrix: every known-bad design against the engines, and what a run of it has to show."""
