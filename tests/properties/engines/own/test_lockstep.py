"""Real code in lockstep: what a call leaves and loading does not bring back, what raises, cores, wrong declarations."""

from __future__ import annotations

import dataclasses
import signal
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import pytest

from strandline.properties import ACTORS, Action, Cover, Driver, Law, Rank, Real, Variant, WorldError, replace, system
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.own.check import check
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.stateful.claims import claims
from strandline.properties.harness.interruption import heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.system import System


class State(NamedTuple):
    count: int = 0  # type: ignore[assignment] # it hides the method of tuples


class Listed(NamedTuple):
    out: tuple[Annotated[int, Rank("number")], ...] = ()


class Perhaps(NamedTuple):
    one: Annotated[int, Rank("number")] | None = None


class Counter:
    """Counts up to three."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._lock = threading.Lock()

    def up(self) -> None:
        with self._lock:
            self.count += 1


class Hoarding(Counter):
    """Keeps what nobody loads."""

    def up(self) -> None:
        super().up()
        self.calls = getattr(self, "calls", 0) + 1


class Slotted(Counter):
    __slots__ = ("__secret", "count")

    def __init__(self, count: int) -> None:
        self.count, self.__secret = count, 0

    def up(self) -> None:
        self.count += 1
        self.__secret += 1


class Raising(Counter):
    def up(self) -> None:
        if self.count == 2:
            raise ValueError("two is too much")
        super().up()


class Hiding(Counter):
    """Counts wrongly from the third call on one object on: loading hides it, living code does not."""

    def up(self) -> None:
        self.calls = getattr(self, "calls", 0) + 1
        self.count += 1 if self.calls < 3 else 2


def up(s: State) -> State | None:
    return replace(s, count=s.count + 1) if s.count < 3 else None


def dump(counter: Counter, s: State, _actor: None, _gave: None) -> State:
    return replace(s, count=counter.count)


def load(kind: Callable[[int], Counter], s: State) -> Counter:
    return kind(s.count)


def call(counter: Counter, _s: State) -> None:
    counter.up()


def real(kind: Callable[[int], Counter], *derived: str) -> Real:
    return Real(partial(load, kind), {"up": call}, dump, derived)


def below(bound: int, s: State) -> bool:
    return s.count < bound


def some(s: State) -> bool:
    return s.count > 0


FORGOT: Final = "after action 'up' dump gave None"
LOW = Law("L", "low", says="It stays low.", holds=partial(below, 4), of_states=True)


def counting(code: Real | None, more: dict[str, Any] | None = None) -> System:
    parts: dict[str, Any] = {"init": lambda _actors: State(), "actions": (Action("up", up),), "laws": (LOW,)}
    return system(name="counting", **parts | {"real": code} | (more or {}))


def ended(code: Real, engine: str = "exhaust impl") -> list[str]:
    """Give how a run of an engine ended, and the laws that it found broken."""
    found = check(counting(code), SHIPPED, (engine,))
    broken = [f"{one.engine}: {one.law}" for one in found.claims if one.verdict is Verdict.VIOLATED]
    return [*broken, *(run.detail for run in found.runs if run.state == "broken")]


def test_sound_code_refines_its_model_and_locks_are_not_compared() -> None:
    assert ended(real(Counter)) == []
    assert ended(real(Counter), "fuzz") == []


@pytest.mark.parametrize(("kind", "name"), [(Hoarding, "calls"), (Slotted, "_Slotted__secret")])
def test_what_a_call_leaves_and_loading_does_not_bring_back_is_refused_by_name(kind: type[Counter], name: str) -> None:
    (said,) = ended(real(kind))
    assert said.startswith(f"action 'up' left '{name}' in a {kind.__name__}, and load does not bring it back")
    assert ended(real(kind, name)) == []


def test_code_that_raises_refutes_the_model() -> None:
    assert ended(real(Raising)) == ["exhaust impl: R"]
    assert ended(real(Raising), "fuzz") == ["fuzz: R"]


def test_what_loading_hides_is_found_in_living_code() -> None:
    assert ended(real(Hiding, "calls")) == []
    mine = counting(real(Hiding, "calls"))
    broken = [claim for claim in claims(mine, SHIPPED, lambda _line: None) if claim.verdict is Verdict.VIOLATED]
    assert [(claim.law, len(claim.trace.steps)) for claim in broken if claim.trace] == [("R", 3)]
    assert broken[0].trace is not None
    assert retrace(mine, broken[0].trace).broken


def test_a_law_of_states_breaks_the_model_too() -> None:
    low = Law("L", "low", holds=partial(below, 2), cover=Cover("it counts", some), of_states=True)
    found = check(counting(None, {"laws": (low,)}), SHIPPED)
    assert [(one.engine, one.verdict, one.trace and one.trace.subject) for one in found.claims] == [
        ("exhaust model", Verdict.VIOLATED, MODEL),
        ("fuzz", Verdict.VIOLATED, SHIPPED),
    ]


def far(s: State) -> State | None:
    return replace(s, count=s.count + 2) if s.count < 3 else None


def test_a_mutant_of_the_model_is_found_by_search_by_chance_and_by_replay() -> None:
    mine = counting(None, {"mutants": (Variant("far", "counts by two", "L", actions=(Action("up", far),)),)})
    assert check(mine, SHIPPED).verdict() is Verdict.HOLDS
    found = check(mine, "far")
    assert [(one.engine, one.trace and one.trace.subject) for one in found.claims] == [
        ("exhaust model", "far"),
        ("fuzz", "far"),
    ]
    for trace in (one.trace for one in found.claims if one.trace is not None):
        assert retrace(mine, trace).broken
        assert not retrace(mine, trace._replace(subject=SHIPPED)).broken


def wrong(s: State) -> Any:  # noqa: ANN401 - what a newcomer may give
    return replace(s, count=s.count + 1) if s.count < 3 else False


def forgotten(counter: Counter, s: State, _actor: None, _gave: None) -> Any:  # noqa: ANN401 - what a newcomer may give
    return replace(s, count=counter.count) if s.count < 3 else None


@pytest.mark.parametrize(
    ("more", "engine", "says"),
    [
        ({"actions": (Action("up", wrong),), "real": None}, "exhaust model", "action 'up' gave a bool"),
        ({"actions": (Action("up", wrong),)}, "exhaust impl", "action 'up' gave a bool"),
        ({"actions": (Action("up", wrong),)}, "fuzz", "action 'up' gave a bool"),
        ({"real": Real(partial(load, Counter), {"up": call}, forgotten)}, "exhaust impl", FORGOT),
        ({"real": Real(partial(load, Counter), {"up": call}, forgotten)}, "fuzz", FORGOT),
    ],
)
def test_what_gives_no_state_is_named(more: dict[str, Any], engine: str, says: str) -> None:
    found = check(counting(real(Counter), more), SHIPPED, (engine,))
    (said,) = [run.detail for run in found.runs if run.state == "broken"]
    assert said == f"{says}, and a State is wanted"


class Moody(Counter):
    """Does once, of all that are played, what it never does again."""

    calls = 0

    def up(self) -> None:
        Moody.calls += 1
        self.count += 2 if Moody.calls == 200 else 1


def unjudged(s: State) -> bool:
    return 1 // (3 - s.count) >= 0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"real": real(Moody)}, "action 'up' did not do the same when the same steps were taken again: law R was"),
        ({"laws": (dataclasses.replace(LOW, holds=unjudged),)}, "law 'L' raised ZeroDivisionError"),
        ({"laws": (dataclasses.replace(LOW, cover=Cover("", unjudged)),)}, "the cover of law 'L' raised ZeroDivision"),
    ],
)
def test_chance_names_the_action_that_is_not_the_same_again_and_the_law_that_raises(
    more: dict[str, Any], says: str
) -> None:
    found = check(counting(real(Counter), more), SHIPPED, ("fuzz",))
    (said,) = [run.detail for run in found.runs if run.detail != "not selected"]
    assert said.startswith(says)


class Endless(Counter):
    """Counts, where the model stays as it is."""

    def up(self) -> None:
        self.count += 1


def stay(s: State) -> State:
    return s


def endless(code: Real) -> System:
    bad = Variant("endless", "counts without end", "L", real(Endless))
    return counting(code, {"actions": (Action("up", stay),), "mutants": (bad,)})


def broken_after(found: Findings) -> dict[str, int]:
    """Give after how many steps each law is broken."""
    assert all(one.verdict is Verdict.VIOLATED for one in found.claims)
    return {one.law: len(one.trace.steps) for one in found.claims if one.trace is not None}


class Still(Counter):
    def up(self) -> None:
        pass


def test_a_mutant_without_end_is_caught_where_its_law_breaks() -> None:
    (claim,) = check(endless(real(Still)), SHIPPED, ("teeth",)).claims
    assert [(one.caught, one.steps) for one in claim.mutants] == [(True, 4)]
    found = check(endless(real(Still)), "endless", ("exhaust impl",))
    assert broken_after(found) == {"R": 1, "L": 4}


def test_what_was_broken_when_a_search_without_end_was_interrupted_is_told() -> None:
    kept: list[str] = []

    def say(line: str) -> None:
        if line.endswith(("; broken: L, R", "; broken: R, L")):
            signal.raise_signal(signal.SIGINT)

    with heard():
        found = check(endless(real(Endless)), SHIPPED, ("exhaust impl",), say, kept.append)
    assert broken_after(found) == {"R": 1, "L": 4}
    assert "exhaust impl: L violated: broken after 4 steps" in kept
    assert [run.state for run in found.runs if run.engine == "exhaust impl"] == ["interrupted"]
    assert found.verdict() is Verdict.VIOLATED


# A core without I/O: it wants to read a number, and then to write one more.


@dataclass
class Core:
    wants: str = "read"
    seen: int = 0


@dataclass(frozen=True)
class Task:
    wants: str = ""
    seen: int = 0


@dataclass(frozen=True)
class Shared:
    tasks: Annotated[tuple[Task, ...], ACTORS]
    number: int = 0


def at(s: Shared, me: int, task: Task) -> Shared:
    return replace(s, tasks=(*s.tasks[:me], task, *s.tasks[me + 1 :]))


def begin(s: Shared, me: int) -> Shared | None:
    return at(s, me, Task("read")) if not s.tasks[me].wants and s.number < 2 else None


def read(s: Shared, me: int) -> Shared | None:
    return at(s, me, Task("write", s.number)) if s.tasks[me].wants == "read" else None


def write(s: Shared, me: int) -> Shared | None:
    mine = s.tasks[me]
    return at(replace(s, number=mine.seen + 1), me, Task()) if mine.wants == "write" else None


def perform(core: Core, s: Shared, _me: int) -> tuple[Shared, int]:
    return (s, s.number) if core.wants == "read" else (replace(s, number=core.seen + 1), 0)


def step(core: Core, answer: int) -> Core:
    return Core("write", answer) if core.wants == "read" else Core("", 0)


def skipping(core: Core, answer: int) -> Core:
    return Core("write", answer + 1) if core.wants == "read" else Core("", 0)


def start(_s: Shared, _me: int) -> Core:
    return Core()


def load_core(s: Shared, me: int) -> Core:
    return Core(s.tasks[me].wants, s.tasks[me].seen)


def dump_core(core: Core, s: Shared, me: int) -> Shared:
    return at(s, me, Task(core.wants, core.seen))


def bounded(s: Shared) -> bool:
    return s.number <= 6  # all five begin below 2, and add one each


def driver(stepped: Callable[[Core, int], Core]) -> Driver:
    return Driver(start, perform, stepped, load_core, dump_core, starts=("begin",), effects=("read", "write"))


def cores(code: Driver, *mutants: Variant) -> System:
    return system(
        name="cores",
        init=lambda actors: Shared((Task(),) * actors),
        actions=tuple(Action(one.__name__, one, by="tasks") for one in (begin, read, write)),
        laws=(Law("L", "bounded", holds=bounded, of_states=True),),
        real=code,
        symmetric="tasks",
        mutants=mutants,
    )


def test_a_core_without_io_is_driven_effect_by_effect() -> None:
    mine = cores(driver(step), Variant("skipping", "skips a number", "R", driver(skipping)))
    assert check(mine, SHIPPED).verdict() is Verdict.HOLDS
    found = check(mine, "skipping")
    assert [one.engine for one in found.claims if one.law == "R" and one.verdict is Verdict.VIOLATED] == [
        "exhaust impl",
        "fuzz",
    ]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"laws": (LOW, LOW)}, "system 'counting' has more than one law 'L'"),
        ({"actions": (Action("up", up), Action("up", up))}, "system 'counting' has more than one action 'up'"),
        ({"laws": (Law("R", "mine"),)}, "law 'R' is given by strandline"),
        ({"mutants": (Variant("bad", "is bad", "X", real(Counter)),)}, "caught by law 'X', and there is no such law"),
        ({"mutants": (Variant("bad", "is bad", "L"),)}, "mutant 'bad' changes nothing"),
        ({"mutants": (Variant("model", "is bad", "L", real(Counter)),)}, "no mutant can be called 'model'"),
        ({"actions": (Action("down", up),)}, "system 'counting' has real code for action 'up', and there is no such"),
        ({"small": 0}, "system 'counting' has no actors: small must be at least 1"),
        ({"large": 0}, "system 'counting' has no actors: large must be at least 1"),
        ({"real": Real(load, {}, dump)}, "system 'counting' has real code and calls none of it"),
        ({"init": lambda _actors: Listed()}, "field 'out' of Listed holds ranks in a value of several"),
        ({"init": lambda _actors: Perhaps()}, "field 'one' of Perhaps holds ranks in a value of several"),
        ({"initial": 3}, "the system is declared wrongly: got an unexpected keyword argument 'initial'"),
    ],
)
def test_what_is_declared_wrongly_is_refused_in_one_line_that_names_the_part(more: dict[str, Any], says: str) -> None:
    with pytest.raises(WorldError, match=says):
        counting(real(Counter), more)
