"""Worlds of one shape each, that show where the search by tables wins and where it loses, and a plain search of them.

:mod:`.worlds` declares them, :mod:`.plain` searches them with tuples in a dictionary.
"""
