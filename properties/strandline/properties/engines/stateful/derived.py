"""The state machine of a system that brings none: any action of its worlds, drawn among what can happen."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from hypothesis.stateful import initialize, rule

from strandline.properties.core.declared import WorldError
from strandline.properties.core.named import told
from strandline.properties.core.verdict import LawBrokenError
from strandline.properties.engines.stateful.machine import LEFT_OUT, RANDOM, Machine, ShrunkError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from strandline.model.terms import Step
    from strandline.properties.core.law import Law
    from strandline.properties.core.space import Space
    from strandline.properties.core.system import Machine as Makes
    from strandline.properties.core.system import System

ENGINE: Final = "fuzz"
"""What the engine is called that plays it."""

IN_PEACE: Final = "left in peace"
"""What is counted when a state is asked what would become of it."""

PEACE: Final = 10
"""It is asked in one of so many moves."""

STEPS_SHRUNK_MAX: Final = 2_000
"""How many steps may be taken to make the first broken case shorter; what was the shortest by then is told."""


def machines_of(system: System) -> Mapping[str, Makes]:
    """Give the machines of a system by the engines that play them: its own or, if it has none, the derived one.

    Raises:
        ValueError: it has none, and does not say what can happen in which worlds either.
    """
    return system.machines or {ENGINE: derived(system)}


def derived(system: System) -> Makes:
    """Derive a machine from the worlds of a system, the widest that it has.

    A case opens one of these worlds anew for the subject, and takes one step after another that can happen there. Each
    event of a step is held against the laws of the world, a mutant's against the law that it names alone; so is what
    would become of a state that is left in peace.

    Raises:
        ValueError: the system has no world, or does not name its actions.
    """
    worlds = system.worlds.wide or system.worlds.large or system.worlds.small
    if not worlds:
        raise ValueError(f"system {system.name!r} has no world to play in")
    if not system.actions:
        raise ValueError(f"system {system.name!r} has neither machines nor names of actions to make one of")

    @contextmanager
    def machine(subject: str, tally: Counter[str]) -> Iterator[type[SpaceMachine]]:
        played = {"system": system, "subject": subject, "worlds": worlds, "moves": (*system.actions, IN_PEACE)}
        # Of a name that stands nowhere else: what Hypothesis deals out follows from it, and not from a source text.
        yield type("DerivedMachine", (SpaceMachine,), {"tally": tally, "broken": _Shortest(STEPS_SHRUNK_MAX), **played})

    return machine


@dataclass(slots=True)
class _Shortest:
    """The shortest case that broke a law, and how many steps may yet be taken to find a shorter one."""

    left: int
    found: LawBrokenError | None = None

    def took(self) -> None:
        """Count a step.

        Raises:
            ShrunkError: a law is broken, and there is no step left to look for a shorter case.
        """
        if self.found is not None:
            self.left -= 1
            if self.left < 0:
                raise ShrunkError(self.found)

    def end(self, law: str, world: str, steps: Sequence[Step], event: object) -> NoReturn:
        """Keep a case if it is the shortest, and end it: always from here, so that Hypothesis sees one fault in all.

        Raises:
            LawBrokenError: with the shortest case that is known.
        """
        if self.found is None or len(steps) < len(self.found.steps):
            self.found = LawBrokenError(law, world, tuple(steps), event)
        raise self.found


class SpaceMachine(Machine):
    """A case in a world of a system.

    It has one rule for Hypothesis, and counts each action in it as a rule of its own. Were they rules to Hypothesis, it
    would leave some of them out of a case, and most cases would be stuck at an action that no other one makes up for.
    Here an action is left out only as long as another one can happen.
    """

    system: ClassVar[System]
    subject: ClassVar[str]
    worlds: ClassVar[tuple[str, ...]]
    broken: ClassVar[_Shortest]
    space: Space[Any]
    world: str
    enabled: dict[str, list[Step]]
    left_out: frozenset[str]

    def __init__(self) -> None:
        """Begin with nothing opened."""
        super().__init__()
        self._opened = ExitStack()
        self._taken: list[Step] = []
        self._laws: tuple[Law, ...] = ()
        self._state: Any = None

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that this case has taken."""
        return self._taken

    @initialize(random=RANDOM)
    def begin(self, random: Random) -> None:
        """Open a world."""
        self.broken.took()
        self.world = random.choice(self.worlds)
        chance = random.choice(LEFT_OUT)
        self.left_out = frozenset(name for name in self.system.actions if random.random() < chance)
        mutant = self.system.mutants.get(self.subject)
        found = self.broken.found
        alone = found.law if found is not None else mutant.law if mutant is not None else ""
        self._laws = tuple(law for law in self.system.laws_of(self.world) if alone in {"", law.number})
        self.space = self._opened.enter_context(self.system.opened(self.subject, self.world))
        self.tally["cases"] += 1
        self.judge(self.space.began)
        self._stand(self.space.first)

    def teardown(self) -> None:
        """Close the world."""
        self._opened.close()

    def take(self, step: Step) -> None:
        """Take a step that can happen.

        Raises:
            LawBrokenError: it breaks a law.
        """
        self.broken.took()
        self._taken.append(step)
        state, events = self.space.step(self._state, step)
        self.tally["steps"] += 1
        self.tally[f"action {step.name}"] += 1
        self.judge(tuple(events))
        self._stand(state)

    @rule(random=RANDOM)
    def play(self, random: Random) -> None:
        """Something happens that can, or the world is left in peace: seldom, and where nothing can happen."""
        names = [name for name in self.enabled if name not in self.left_out] or list(self.enabled)
        if not names or random.choice(range(PEACE)) == PEACE - 1:
            self.leave_in_peace()
            return
        name = random.choice(names)
        self.tally[f"rule {name}"] += 1
        self.take(random.choice(self.enabled[name]))

    def leave_in_peace(self) -> None:
        """Judge what would become of the state, which moves nothing."""
        self.tally[f"rule {IN_PEACE}"] += 1
        self.judge(tuple(self.space.probe(self._state)))

    def judge(self, events: tuple[Any, ...]) -> None:
        """Hold events against the laws, and count the covers that were seen.

        Raises:
            LawBrokenError: one breaks a law.
            WorldError: a law raised; it is named.
        """
        for event in events:
            for law in self._laws:
                if law.holds is not None and not _asked(f"law {law.number!r}", law.holds, event):
                    self.broken.end(law.number, self.world, self._taken, event)
            for law in self._laws:
                if law.cover is not None and _asked(f"the cover of law {law.number!r}", law.cover.seen, event):
                    self.tally[f"cover {law.number}"] += 1

    def _stand(self, state: Any) -> None:  # noqa: ANN401 - a state of any space
        """Stand in a state, and sort what can happen there by its name.

        Raises:
            ValueError: it has a name that the system does not name.
        """
        self._state = state
        self.enabled = {}
        for step in self.space.actions(state):
            self.enabled.setdefault(step.name, []).append(step)
        unnamed = self.enabled.keys() - {*self.system.actions}
        if unnamed:
            raise ValueError(f"system {self.system.name!r} does not name these of its actions: {sorted(unnamed)}")


def _asked(who: str, judge: Callable[[Any], bool], event: object) -> bool:
    """Ask a law, or its cover.

    Raises:
        WorldError: it raised; the message names it.
    """
    try:
        return judge(event)
    except Exception as error:
        raise WorldError(f"{who} raised {told(error)}") from error
