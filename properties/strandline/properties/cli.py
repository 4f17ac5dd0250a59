"""The command line, for whoever runs it from Python; :mod:`strandline.properties.commands.program` wires it."""

from strandline.properties.commands.program import COMMANDS, main

__all__ = ["COMMANDS", "main"]
