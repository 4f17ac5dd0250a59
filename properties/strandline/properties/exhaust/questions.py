"""What the functions of a world were asked, and what they gave: a sample of it is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from strandline.properties.exhaust.world import Value

T = TypeVar("T")

ASKED_AGAIN: Final = 40
"""Questions to each function that are put again, evenly among all that it was asked; few are put several times."""


class Question(NamedTuple):
    """What a function was handed, and what it gave."""

    known: dict[str, Value]
    given: object


class Questions(NamedTuple):
    """Some questions to a function of a world: by the action or law that it belongs to."""

    who: str
    asked: tuple[Question, ...]


def sampled(asked: list[T]) -> list[T]:
    """Take some, evenly spread."""
    return asked[:: max(1, -(-len(asked) // ASKED_AGAIN))]
