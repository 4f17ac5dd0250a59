"""The search, by its older path; :mod:`strandline.properties.engines.exhaust.engine` is where it is."""

from strandline.properties.engines.exhaust.engine import search

__all__ = ["search"]
