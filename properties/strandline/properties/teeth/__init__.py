"""Teeth: every engine against every known-bad design, and what a run has to show of them."""
