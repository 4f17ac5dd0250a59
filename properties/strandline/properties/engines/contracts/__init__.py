"""Contracts on pure functions, put to CrossHair for all ints."""
