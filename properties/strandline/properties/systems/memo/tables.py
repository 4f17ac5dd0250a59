"""The memo worlds as they are declared for the search by tables: of the model, and of the real scanner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.system import MODEL, SHIPPED, Tables
from strandline.properties.engines.exhaust.world import Always, Sometimes
from strandline.properties.systems.memo.memoworlds.declare import declared as of_model
from strandline.properties.systems.memo.memoworlds.declare import stepped
from strandline.properties.systems.memo.memoworlds.family import FAMILY, SOAK
from strandline.properties.systems.memo.memoworlds.shown import asked, said
from strandline.properties.systems.memo.mutants.registry import MODEL_MUTANTS, planted
from strandline.properties.systems.memo.realworlds import refined
from strandline.properties.systems.memo.realworlds.declare import real_world
from strandline.properties.systems.memo.spec.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Law, World

SCOPES: Final = {**WORLDS, **FAMILY, "soak": SOAK}
"""The scopes of the memo worlds by their names: small ones, large ones, and one that is larger by far."""

REFERENCE: Final = "the reference model"
"""What the worlds of the model are worlds of."""


@contextmanager
def tables(subject: str, name: str) -> Iterator[Tables]:
    """Declare a memo world, of the model or of one of its mutants, of the scanner or of one of its mutants.

    Raises:
        KeyError: there is no such world, or no such mutant.
    """
    if subject == MODEL:
        yield Tables(world=asked(name, of_model(SCOPES[name])), of=REFERENCE, step=stepped, unshown=said((name,)))
    elif subject in MODEL_MUTANTS:
        world, of = asked(name, mutated(subject, name)), f"{REFERENCE}, {subject}"
        yield Tables(world=world, of=of, step=stepped, unshown=said((name,)))
    else:
        planting = None if subject == SHIPPED else partial(planted, subject)
        with real_world(SCOPES[name], planting, audited=subject == SHIPPED) as real:
            yield Tables(
                world=asked(name, real.world),
                of=f"the scanner, {subject}",
                step=stepped,
                work=lambda: real.work,
                unshown=said((name,)),
                refinement=refined.NAME,
            )


def mutated(subject: str, name: str) -> World:
    """Declare a world of the model with a mutant in it, which may do without the progress that the model makes."""
    world = of_model(SCOPES[name])
    actions = tuple(replace(action, take=_Planted(subject, action.take)) for action in world.actions)
    laws = tuple(_planted(law, subject) for law in world.laws)
    return replace(world, actions=actions, laws=laws, progress=None, made_by=partial(mutated, subject, name))


def _planted(law: Law, subject: str) -> Law:
    """Plant a mutant while a law looks at a state: it takes the model's steps to see what comes of it."""
    if isinstance(law, Always):
        return replace(law, holds=_Planted(subject, law.holds))
    return replace(law, seen=_Planted(subject, law.seen)) if isinstance(law, Sometimes) else law


class _Planted:
    """A function that is called with a mutant planted."""

    def __init__(self, subject: str, function: Callable[[Any], Any]) -> None:
        """Call this function."""
        self._subject = subject
        self._function = function

    def __call__(self, at: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        """Call it."""
        with planted(self._subject):
            given = self._function(at)
            return tuple(given) if isinstance(given, Iterator) else given  # a generator runs while it is planted
