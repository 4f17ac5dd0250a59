"""All that knows live threads: ``system.py`` wires them for the engines."""
