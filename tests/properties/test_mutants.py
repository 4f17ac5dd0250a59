"""Claims about the known-bad designs: each is caught by the law that it names, by a trace as short as can be.

The traces are kept in ``tests/traces`` and replayed by ``test_traces.py``. When a world has changed for a good reason,
write them anew and review the difference::

    python3 run.py python tests/properties/test_mutants.py
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.engines import STATES_MAX
from strandline.properties.exhaust.plain import Found, search
from strandline.properties.fuzz import DERANDOMIZED, UNSHRUNK, play
from strandline.properties.laws import LAWS, laws_of
from strandline.properties.machine import ScannerMachine
from strandline.properties.mutants import MUTANTS, SHIPPED, planted
from strandline.properties.report.replay import encode, file_name
from strandline.properties.report.retrace import retrace
from strandline.properties.spaces import real_space
from strandline.properties.traces.shortest import shortest
from strandline.properties.verdict import Trace
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from hypothesis import settings

    from strandline.model.state import Action

pytestmark = pytest.mark.search

TRACES: Final = Path(__file__).parents[1] / "traces"

CAUGHT: Final = {
    "blind sources": ("limits", 11),
    "emptiness forgotten": ("empty", 11),
    "torn": ("torn", 5),
    "newest takes all": ("wide and narrow", 12),
    "read to the error": ("faults", 4),
    "evicted completions": ("evicted", 14),
    "ids alone": ("reused", 15),
    "dominance": ("prune", 11),
    "no second look": ("gone", 13),
    "cursor only": ("pending", 15),
    "no witnesses": ("copy", 16),
    "unwitnessed return": ("returned", 23),
    "split": ("wide and narrow", 12),
    "undone drop": ("drop", 8),
    "one anchor": ("limits", 9),
    "empty on error": ("faults", 4),
    "drop on error": ("faults", 4),
    "always scans": ("drop", 6),
    "silent scan": ("empty", 10),
    "hidden look-ups": ("empty", 10),
    "unread": ("empty", 3),
    "never unchanged": ("pending", 0),
    "two truths": ("pending", 8),
    "full and unchanged": ("limits", 11),
    "no limit": ("limits", 8),
}
"""The world in which each mutant is caught soonest, and after how many steps."""


DRAWN: Final = ("early number", "shared slot")
"""The mutants whose fault spans gates or stores: the search makes a lease anew for each step, the machine does not."""


class _CaughtError(Exception):
    """The law is broken; what lies deeper need not be searched."""


def caught(name: str, world: str) -> Found:
    """Search a world with a mutant in it, down to the depth at which its law is first broken."""
    last = Found()

    def stop(found: Found) -> None:
        nonlocal last
        last = found
        if MUTANTS[name].law in found.broken:
            raise _CaughtError

    with planted(name), real_space(WORLDS[world]) as space:
        try:
            return search(space, laws_of(WORLDS[world]), STATES_MAX, stop)
        except _CaughtError:
            return last


def drawn(name: str, profile: settings) -> Trace:
    """Play the state machine on a mutant until the law that it names is broken, and make the trace small."""
    _, broken = play(ScannerMachine, name, profile)
    assert broken is not None
    small = shortest(Trace(name, broken.world, broken.law, broken.steps))
    assert small is not None
    return small


def trace_of(name: str) -> Trace:
    world, _ = CAUGHT[name]
    law = MUTANTS[name].law
    return Trace(name, world, law, caught(name, world).broken[law])


def names(steps: tuple[Action, ...]) -> list[str]:
    """Give the steps as words; those of the first actor that acts are plain, those of the other one have a dash."""
    first = next(step.actor for step in steps if step.actor is not None)
    return [step.name + ("" if step.actor in {None, first} else "'") for step in steps]


def test_every_mutant_has_a_world_in_which_it_is_caught() -> None:
    assert {*CAUGHT, *DRAWN} == set(MUTANTS)


@pytest.mark.parametrize("name", DRAWN)
def test_a_mutant_whose_fault_spans_gates_is_caught_by_the_state_machine(name: str) -> None:
    assert drawn(name, UNSHRUNK).law == MUTANTS[name].law


@pytest.mark.parametrize("name", CAUGHT)
def test_a_mutant_is_caught_by_the_law_that_it_names(name: str) -> None:
    trace = trace_of(name)
    assert len(trace.steps) == CAUGHT[name][1]


def test_the_shortest_trace_to_a_newer_memo_thrown_away_is_hazard_h03() -> None:
    """Refresh, delete p, refresh: the second one's memo has read less far, and is thrown away."""
    assert names(trace_of("dominance").steps) == [
        *("start", "locate", "connect", "read", "check", "store"),
        *("start", "delete", "locate", "read", "check"),
    ]


def test_the_shortest_trace_to_a_newer_memo_stored_over_is_hazard_h11() -> None:
    """Two refreshes read; the one that read last stores, and then the other one, which never looks again."""
    steps = names(trace_of("split").steps)
    assert steps == [
        *("start", "locate", "connect", "read"),
        *("start'", "locate'", "connect'", "read'", "check'", "store'"),
        *("check", "store"),
    ]


def test_every_law_that_is_judged_by_events_has_a_mutant_that_only_it_need_catch() -> None:
    judged = {law.number for law in LAWS if law.holds is not None}
    assert {mutant.law for mutant in MUTANTS.values()} == judged
    assert judged == {"M1", "M2", "M3", "M5", "M6", "M7", "M8", "M10"}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_there_while_it_is_planted_and_gone_whatever_happened_meanwhile(name: str) -> None:
    mutant = MUTANTS[name]
    shipped = vars(mutant.where)[mutant.attribute]

    def fail() -> None:
        with planted(name):
            assert vars(mutant.where)[mutant.attribute] is mutant.by is not shipped
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert vars(mutant.where)[mutant.attribute] is shipped


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_replaces_one_function_or_class_of_the_scanner_under_the_name_that_it_has_there(name: str) -> None:
    """A constant or a flag in its place would be a switch that the shipped code has to look at."""
    mutant = MUTANTS[name]
    shipped = vars(mutant.where)[mutant.attribute]
    assert isinstance(mutant.where, ModuleType | type)
    home = mutant.where.__name__ if isinstance(mutant.where, ModuleType) else mutant.where.__module__
    assert home.startswith("strandline.impl.")
    assert isinstance(shipped, FunctionType | type | property)
    assert isinstance(mutant.by, type(shipped))
    assert mutant.by is not shipped
    if not isinstance(shipped, type):
        ours, theirs = function(shipped), function(mutant.by)
        assert ours.__module__.startswith("strandline.impl.")
        assert theirs.__module__.startswith("strandline.properties.")
        assert isinstance(shipped, property) or called_with(theirs) in (called_with(ours), ANYTHING)


def function(called: object) -> FunctionType:
    """Give the function that a method or a property is."""
    found = called.fget if isinstance(called, property) else called
    assert isinstance(found, FunctionType)
    return found


ANYTHING: Final = ["self", "path", "settings"]
"""What a mutant of a constructor takes that hands all settings on."""


def called_with(called: FunctionType) -> list[str]:
    return list(signature(called).parameters)


@pytest.mark.checkout
@pytest.mark.parametrize("layer", ["impl", "model"])
def test_neither_the_scanner_nor_the_model_knows_of_mutants(layer: str) -> None:
    for file in (TRACES.parents[1] / layer).rglob("*.py"):
        text = file.read_text("utf-8").lower()
        assert [word for word in ("mutant", "planted", *(f'"{name}"' for name in MUTANTS)) if word in text] == []


def test_the_shipped_scanner_has_nothing_planted_in_it() -> None:
    before = [vars(mutant.where)[mutant.attribute] for mutant in MUTANTS.values()]
    with planted(SHIPPED):
        assert [vars(mutant.where)[mutant.attribute] for mutant in MUTANTS.values()] == before


def test_a_mutant_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such mutant"), planted("no such mutant"):
        pass


if __name__ == "__main__":
    small = (drawn(mutant, DERANDOMIZED) for mutant in DRAWN)
    for written in (*map(trace_of, CAUGHT), *small):
        (TRACES / file_name(written)).write_bytes(encode(written, retrace(written)))
