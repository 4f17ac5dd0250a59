"""Exhaustive search: every reachable state of a small world, exactly.

:mod:`~strandline.properties.engines.exhaust.world` declares a world, and
:mod:`~strandline.properties.engines.exhaust.engine` searches it.
:mod:`~strandline.properties.engines.reference` is the plain search that ``check`` runs over the memo worlds.
"""
