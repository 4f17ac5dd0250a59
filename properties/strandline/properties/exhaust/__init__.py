"""Exhaustive search: every reachable state of a small world, exactly.

:mod:`~strandline.properties.exhaust.world` declares a world, :mod:`~strandline.properties.exhaust.engine` searches it.
:mod:`~strandline.properties.exhaust.plain` is the plain search that ``check`` runs over the memo worlds.
"""
