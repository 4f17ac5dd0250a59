"""The systems: each room wires one up for the engines."""
