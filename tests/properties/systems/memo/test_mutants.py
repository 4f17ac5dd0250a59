"""Claims about the known-bad designs: each is caught by the law that it names, by a trace as short as can be.

The traces are kept in ``tests/traces`` and replayed by ``test_traces.py``. When a world has changed for a good reason,
write them anew and review the difference::

    python3 run.py python tests/properties/systems/memo/test_mutants.py
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import AGREE, EXHAUST, FUZZ, Patch
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.kill.matrix import Job, kill
from strandline.properties.engines.kill.search import plainly
from strandline.properties.engines.reference import STATES_MAX, Found, search
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.engines.stateful.play import DERANDOMIZED, UNSHRUNK, play
from strandline.properties.evidence.replay import encode, file_name, load
from strandline.properties.systems.memo.agreement.agree import QUESTIONS
from strandline.properties.systems.memo.mutants.registry import ALIKE, MODEL_MUTANTS, MUTANTS, PLANTED, planted
from strandline.properties.systems.memo.spaces import real_space
from strandline.properties.systems.memo.spec.laws import LAWS, laws_of
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.stateful.machine import ScannerMachine
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from hypothesis import settings

    from strandline.model.terms import Step

pytestmark = pytest.mark.search

TRACES: Final = Path(__file__).parents[3] / "traces"

SEARCHED: Final = tuple(mutant.name for mutant in MUTANTS.values() if mutant.engine == EXHAUST)
"""The mutants that a search must catch; the shortest trace to each is kept."""

DRAWN: Final = tuple(mutant.name for mutant in MUTANTS.values() if mutant.engine == FUZZ)
"""The mutants that the machine must catch: their fault spans gates or stores, or needs more rows than a world has."""

ASKED: Final = tuple(mutant.name for mutant in MUTANTS.values() if mutant.engine == AGREE)
"""The mutants that a question must catch; they have no trace."""


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
    _, broken = play(ScannerMachine.on, name, profile)
    assert broken is not None
    small = shortest(SYSTEM, Trace(name, broken.world, broken.law, broken.steps))
    assert small is not None
    return small


def trace_of(name: str) -> Trace:
    mutant = MUTANTS[name]
    return Trace(name, mutant.where, mutant.law, caught(name, mutant.where).broken[mutant.law])


def names(steps: tuple[Step, ...]) -> list[str]:
    """Give the steps as words; those of the first actor that acts are plain, those of the other one have a dash."""
    first = next(step.actor for step in steps if step.actor is not None)
    return [step.name + ("" if step.actor in {None, first} else "'") for step in steps]


def test_every_mutant_names_the_engine_that_must_catch_it_and_where() -> None:
    assert {*SEARCHED, *DRAWN, *ASKED} == set(MUTANTS)
    assert {MUTANTS[name].where for name in SEARCHED} <= set(WORLDS)
    assert {MUTANTS[name].where for name in ASKED} <= {question.name for question in QUESTIONS}
    assert [MUTANTS[name].where for name in DRAWN] == [""] * len(DRAWN)


def test_a_mutant_that_makes_no_difference_says_why_and_is_no_mutant_by_name() -> None:
    assert all(mutant.equivalent for mutant in ALIKE.values())
    assert not any(mutant.equivalent for mutant in MUTANTS.values())
    assert not set(ALIKE) & set(MUTANTS)


@pytest.mark.parametrize("name", DRAWN)
def test_a_mutant_whose_fault_spans_gates_is_caught_by_the_state_machine(name: str) -> None:
    assert drawn(name, UNSHRUNK).law == MUTANTS[name].law


@pytest.mark.parametrize("name", SEARCHED)
def test_a_mutant_is_killed_by_the_engine_that_must_by_the_law_that_it_names_after_as_many_steps_as_are_kept(
    name: str,
) -> None:
    found, law = kill(SYSTEM, Job(name, EXHAUST, 0)), MUTANTS[name].law
    kept = load(str(TRACES / file_name(Trace(name, MUTANTS[name].where, law, ()))))
    assert (found.outcome, found.law, found.steps) == ("killed", law, len(kept.steps)), found.says


@pytest.mark.parametrize("name", MODEL_MUTANTS)
def test_a_mutant_of_the_model_is_killed_by_the_search_of_the_model_after_as_many_steps_as_by_the_reference(
    name: str,
) -> None:
    found = kill(SYSTEM, Job(name, MODEL_ENGINE, 0))
    with SYSTEM.opened(name, MODEL_MUTANTS[name].where) as space:
        plain = plainly(space, laws_of(WORLDS[MODEL_MUTANTS[name].where]), MODEL_MUTANTS[name].law)
    assert (found.outcome, found.law, found.steps) == ("killed", MODEL_MUTANTS[name].law, plain.steps), found.says


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


def patch_of(name: str) -> Patch:
    """Give what a mutant replaces."""
    place = PLANTED[name].patch
    assert place is not None
    return place


@pytest.mark.parametrize("name", PLANTED)
def test_a_mutant_is_there_while_it_is_planted_and_gone_whatever_happened_meanwhile(name: str) -> None:
    place = patch_of(name)
    shipped = vars(place.where)[place.attribute]

    def fail() -> None:
        with planted(name):
            assert vars(place.where)[place.attribute] is place.by is not shipped
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert vars(place.where)[place.attribute] is shipped


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_replaces_one_function_class_or_table_of_the_scanner_under_the_name_that_it_has_there(
    name: str,
) -> None:
    """A flag in its place would be a switch that the shipped code has to look at; a table it looks at anyway."""
    place = patch_of(name)
    shipped = vars(place.where)[place.attribute]
    assert isinstance(place.where, ModuleType | type)
    home = place.where.__name__ if isinstance(place.where, ModuleType) else place.where.__module__
    assert home.startswith("strandline.impl.")
    assert isinstance(shipped, FunctionType | type | property | tuple | frozenset)
    assert isinstance(place.by, type(shipped))
    assert place.by is not shipped
    if not isinstance(shipped, type | tuple | frozenset):
        ours, theirs = function(shipped), function(place.by)
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
    for file in (TRACES.parents[1] / layer / "strandline" / layer / "memo").rglob("*.py"):
        text = file.read_text("utf-8").lower()
        assert [word for word in ("mutant", "planted", *(f'"{name}"' for name in MUTANTS)) if word in text] == []


def test_the_shipped_scanner_has_nothing_planted_in_it() -> None:
    places = [patch_of(name) for name in MUTANTS]
    before = [vars(place.where)[place.attribute] for place in places]
    with planted(SHIPPED):
        assert [vars(place.where)[place.attribute] for place in places] == before


def test_a_mutant_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such mutant"), planted("no such mutant"):
        pass


if __name__ == "__main__":
    small = (drawn(mutant, DERANDOMIZED) for mutant in DRAWN)
    for written in (*map(trace_of, SEARCHED), *small):
        (TRACES / file_name(written)).write_bytes(encode(written, retrace(SYSTEM, written)))
