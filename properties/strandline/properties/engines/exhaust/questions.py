"""What the functions of a world were asked, and what they gave: a sample of it is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Value

T = TypeVar("T")

ASKED_AGAIN: Final = 40
"""Questions to each function that are put again, evenly among all that it was asked; few are put several times."""


WAYS_AGAIN: Final = 1_000
"""Ways of one answer that are held against those that the function gives when it is asked again: the first ones."""


class Question(NamedTuple):
    """What a function was handed, and what it gave."""

    known: dict[str, Value]
    given: object


class Questions(NamedTuple):
    """Some questions to a function of a world: by the action or law that it belongs to."""

    who: str
    asked: tuple[Question, ...]


class Asked(NamedTuple):
    """A question that a function answered: what it was handed, and the number of the answer."""

    known: dict[str, Value]
    leaf: int


class Sample:
    """Some of what a function was asked, evenly spread; its length is how much that was in all."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._asked: list[Asked] = []
        self._count = 0
        self._stride = 1
        self._next = 1

    def __len__(self) -> int:
        return self._count

    def add(self, known: dict[str, Value], leaf: int) -> None:
        """Add a question; of many every second one is kept, then every fourth, and so on."""
        self._count += 1
        if self._count == self._next:
            self._asked.append(Asked(known, leaf))
            if len(self._asked) > 2 * ASKED_AGAIN:
                del self._asked[1::2]
                self._stride *= 2
            self._next += self._stride

    def taken(self) -> list[Asked]:
        """Give no more than are asked again."""
        return sampled(self._asked)


def sampled(asked: list[T]) -> list[T]:
    """Take some, evenly spread."""
    return asked[:: max(1, -(-len(asked) // ASKED_AGAIN))]
