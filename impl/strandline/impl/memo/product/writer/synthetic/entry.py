"""One entry of a log: its text, where in codex it comes from, and what it was written to mean."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["tags", "request", "submission", "started", "completed", "rerouted", "unreadable"]
Form: TypeAlias = Literal[
    "compact", "completed", "event", "malformed", "matches", "noise", "request", "rerouted", "settings", "started",
    "steer", "submission", "tags", "warm-up",
]  # fmt: skip
"""What was written, more finely than a scanner tells it: steers, settings and noise all mean nothing."""


class Meaning(NamedTuple):
    """What the body of a row means, known because it was written to mean that.

    Args:
        kind: None if it means nothing.
        turn: None if it is of no turn.
        thread: the row's column, else what its spans say.
        model: None if the row does not tell it.
        tier: what tags or a request state, or what a submission asks for; None if it is none of these.
            What asks for the default, by ``Some(None)``, asks for ``default``.
    """

    kind: Kind | None = None
    turn: str | None = None
    thread: str | None = None
    model: str | None = None
    tier: str | None = None


NOTHING = Meaning()


class Place(NamedTuple):
    """How loudly a row is logged, and where in the sources."""

    level: str
    target: str
    module: str
    file: str
    line: int


class Entry(NamedTuple):
    """One row without a time and an id; ``thread`` is its column."""

    form: Form
    place: Place
    thread: str | None
    body: str | None
    meaning: Meaning
