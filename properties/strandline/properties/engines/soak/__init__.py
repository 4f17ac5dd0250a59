"""The soak: the state machines with fresh seeds, on every core, for as long as one likes.

``plugin`` has the options of pytest, and imports nothing heavy; ``session`` has the hooks that run when they are given.
A ``plan`` deals slices out, ``slices`` plays one, ``journal`` keeps what came of it line by line, ``totals`` adds the
lines of all workers up, and ``report`` says what they mean. ``command`` runs the whole as a child.
"""
