"""A small system with no machine of its own: a shelf of five places, and two mutants of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.model.terms import Step
from strandline.properties.core.law import Cover, Law
from strandline.properties.core.mutant import Mutant
from strandline.properties.core.space import Space
from strandline.properties.core.system import SHIPPED, System, Words, Worlds
from strandline.properties.core.verdict import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shelf(NamedTuple):
    """How much is on a shelf of five places, and how much was taken."""

    filled: int = 0
    taken: int = 0


MOST: Final = 5


def actions(shelf: Shelf) -> Iterator[Step]:
    if shelf.filled < MOST:
        yield from (Step("fill up", None, more) for more in (1, 2) if shelf.filled + more <= MOST)
    if shelf.filled:
        yield Step("take", 0)
        yield Step("take", 1)


def stepped(loses: int) -> Any:  # noqa: ANN401 - the step of a space
    """Make the step; a shelf that loses something does so when it takes from one that is full."""

    def step(shelf: Shelf, action: Step) -> tuple[Shelf, tuple[int, ...]]:
        if action.name == "fill up":
            return shelf._replace(filled=shelf.filled + action.arg), ()
        left = shelf.filled - 1 - (loses if shelf.filled == MOST else 0)
        return Shelf(left, shelf.taken + 1), (shelf.filled - left,)

    return step


@contextmanager
def opened(subject: str, world: str) -> Iterator[Space[Shelf]]:
    loses = {SHIPPED: 0, "leaky": 1, "idle": 0}[subject]
    first = {"empty": Shelf(), "full": Shelf(MOST), "stuck": Shelf()}[world]
    offered = actions if world != "stuck" else lambda _: iter(())
    yield Space(first, offered, stepped(loses), lambda shelf: (1 if subject != "idle" or not shelf.taken else 9,))


ONE = Law("L1", "one", "always", "", "", lambda gone: gone in {1, 9}, Cover("one is taken", lambda gone: gone == 1))
QUIET = Law("L2", "quiet", "always", "", "", lambda gone: gone != 9, None)


def mutant(name: str, law: str) -> Mutant:
    return Mutant(name, "mutant", "", "", law, "fuzz")


NOTHING: Final = Words(
    legend="",
    seen=lambda state: state,
    first=lambda _: (),
    frame=lambda _world, step, _states, _events: Frame(step.actor, step.name, ()),
    ending=lambda _: (),
    looked=lambda *_: ((), ()),
)

SHELF: Final = System(
    name="shelf",
    where=f"{__name__}:SHELF",
    laws=(ONE, QUIET),
    laws_of=lambda _: (ONE, QUIET),
    worlds=Worlds(small=("full",), wide=("empty", "full")),
    opened=opened,
    misfit=lambda *_: None,
    words=NOTHING,
    mutants={one.name: one for one in (mutant("leaky", "L1"), mutant("idle", "L2"))},
    actions=("fill up", "take"),
)
"""A system that brings no machine."""
