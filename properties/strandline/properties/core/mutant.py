"""Known-bad designs: each names the law that it breaks and the engine that must kill it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from strandline.properties.core.system import System

T = TypeVar("T")

EXHAUST: Final = "exhaust impl"
FUZZ: Final = "fuzz"
AGREE: Final = "agree"
PROVE: Final = "prove"
SOAK: Final = "soak"
"""Engines that a mutant can be put to, beside those that have their names elsewhere."""

TEETH: Final = "teeth"
"""The engine that puts known-bad designs to the others."""


class Patch(NamedTuple):
    """What is replaced, an attribute of a module or a class, and what is put in its place."""

    where: Any
    attribute: str
    by: Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """A known-bad design.

    Args:
        name: what it is called; no two mutants of a system share a name.
        kind: what it is a mutant of. Counts of two kinds are never added up.
        hazard: the hazard that it stands for.
        says: what it does, in a few words.
        law: the number of the law that it breaks.
        engine: the engine that must kill it.
        where: the world or the question in which that engine does so soonest, empty if it has none.
        equivalent: why nothing can tell it from what is shipped, empty if something can.
        patch: what it replaces, None if it is a thing of its own.
    """

    name: str
    kind: str
    hazard: str
    says: str
    law: str
    engine: str
    where: str = ""
    equivalent: str = ""
    patch: Patch | None = None

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Put it in place of what is shipped while the block runs."""
        if self.patch is None:
            yield
            return
        with patch.object(*self.patch):
            yield


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Collects the mutants of one kind, each where its function is written.

    Args:
        kind: the kind of them all.
        engine: the engine that must kill them, where none is named.
        mutants: those that were added so far, in order.
    """

    kind: str
    engine: str
    mutants: list[Mutant] = field(default_factory=list)

    def __call__(  # noqa: PLR0913 - one parameter for each part of a record
        self,
        name: str,
        hazard: str,
        law: str,
        where: str,
        owner: Any,  # noqa: ANN401 - a module or a class
        attribute: str,
        *,
        says: str = "",
        engine: str = "",
        equivalent: str = "",
    ) -> Callable[[T], T]:
        """Give a decorator that adds a mutant: what is decorated takes the place of an attribute of its owner.

        What has a docstring is told by it, anything else by ``says``.
        """

        def add(by: T) -> T:
            told = says or _lowered(by.__doc__ or "")
            place = Patch(owner, attribute, by)
            held = (name, self.kind, hazard, told, law, engine or self.engine, where, equivalent, place)
            self.mutants.append(Mutant(*held))
            return by

        return add


def _lowered(sentence: str) -> str:
    """Give a sentence as a part of another one."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


Outcome: TypeAlias = Literal["killed", "survived", "not asked", "broken"]


class Result(NamedTuple):
    """What came of a mutant and an engine.

    ``amount`` tells how much of ``unit`` it took until the law was broken, or how much there was; ``steps`` is the
    length of the trace, None where an engine has none. ``says`` tells more where that is needed.
    """

    outcome: Outcome
    amount: int = 0
    unit: str = ""
    steps: int | None = None
    says: str = ""


Killer: TypeAlias = "Callable[[System, Mutant | None, int], Result]"
"""Puts a mutant of a system to an engine, or the shipped code if there is none, from a seed."""


Together: TypeAlias = "Callable[[tuple[Mutant, ...]], Iterable[tuple[Result, float]]]"
"""Puts many mutants to an engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Killers:
    """Which engines the mutants of a system are put to, and how.

    What puts them may be named, as ``module:name``: then it is imported by who does so, and by nobody else.

    Args:
        asked: by kind of mutant the engines that can be asked, in the order in which they are shown.
        by: how one mutant is put to an engine, by its name.
        together: how an engine that has processes of its own takes many mutants at once, by its name: it gives a
            result and the seconds that it took for each, in their order.
        drawn: the engines that draw; each is asked once for each seed. Seed 0 is the run that issues the pass.
        alarms: the engines that the shipped code is put to as well, and which must not be alarmed.
        quick: the mutants that a check has time for.
    """

    asked: Mapping[str, tuple[str, ...]]
    by: Mapping[str, Killer | str]
    together: Mapping[str, Together | str] = field(default_factory=dict)
    drawn: frozenset[str] = frozenset()
    alarms: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()

    @property
    def engines(self) -> tuple[str, ...]:
        """Every engine that can be asked, by name."""
        return tuple(dict.fromkeys(engine for engines in self.asked.values() for engine in engines))
