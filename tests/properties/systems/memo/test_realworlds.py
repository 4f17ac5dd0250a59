"""Claims about the worlds with the real scanner in the tables: as large as the model's, as strict as a plain search."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import pytest

from strandline.impl.memo import refresh
from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.effects import ReadLog
from strandline.impl.memo.store import Slot
from strandline.model.memo import refresh as model
from strandline.model.memo.bounds import uncounted
from strandline.model.memo.events import Discarded, Event, Holding, Stored
from strandline.model.memo.state import Ghost
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import engine
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Action, AlwaysTold, Outcome, WorldError
from strandline.properties.systems.memo.driver.gates import Came, Facing, Gates
from strandline.properties.systems.memo.driver.plug import CODEX
from strandline.properties.systems.memo.driver.recorder import Recorder
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.memoworlds import measured
from strandline.properties.systems.memo.memoworlds.declare import declared
from strandline.properties.systems.memo.mutants.registry import MUTANTS, planted
from strandline.properties.systems.memo.realworlds import refined
from strandline.properties.systems.memo.realworlds.asking import Asking, Parts
from strandline.properties.systems.memo.realworlds.declare import real_world
from strandline.properties.systems.memo.realworlds.standing import WORN
from strandline.properties.systems.memo.realworlds.viewing import Viewed, Viewer
from strandline.properties.systems.memo.spec.worlds import WORLDS
from tests.properties.systems.memo.plainly import explore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.memo.effects import Effect, Result
    from strandline.properties.engines.exhaust.found import Found
    from strandline.properties.engines.exhaust.report import Work

pytestmark = pytest.mark.search

LARGER: Final = {"windows": 33, "wide and narrow": 96, "files": 280, "limits": 459, "overruled": 160}
"""The states that are one to the model and several to the scanner, and why there are any.

The scanner keeps the turns of the window that it stored its memo for, which two states of the model do not tell apart.
In ``files`` the checker knows besides which file a token names, if another one was opened than was pinned. In
``limits`` the token of a full memo names the highest id of its snapshot, which the cut memo does not hold.
"""

SMALL: Final = (
    *("prune", "three", "torn", "evicted", "empty", "faults", "drop", "gone", "returned"),
    *("windows", "wide and narrow", "overruled", "untold"),
)
"""The worlds of which a search takes a few seconds."""

CAUGHT: Final = {
    "torn": ("torn", {"M1": 5, "M6": 10, "M7": 5}, 4),
    "early number": ("torn", {"M3": 11, "M5": 13}, 3),
    "late number": ("torn", {"M3": 12}, 6),
    "newest takes all": ("wide and narrow", {"M3": 12}, 12),
    "read to the error": ("faults", {"M1": 7, "M2": 4, "M5": 7, "M7": 7}, 4),
    "emptiness forgotten": ("empty", {"M3": 11, "M5": 7}, 10),
    "dominance": ("prune", {"M3": 11, "M5": 7}, 10),
    "no second look": ("gone", {"M1": 7, "M3": 13}, 6),
    "split": ("wide and narrow", {"M3": 12}, 12),
    "undone drop": ("drop", {"M8": 8}, 1),
    "empty on error": ("faults", {"M2": 4}, 4),
    "drop on error": ("faults", {"M2": 4, "M3": 10}, 4),
    "silent scan": ("empty", {"M6": 10}, 4),
    "hidden look-ups": ("empty", {"M6": 10}, 10),
    "unread": ("empty", {"M1": 3, "M5": 0, "M7": 3}, 3),
    "unwitnessed return": ("returned", {"M6": 23}, 10),
    "unwatched no": ("overruled", {"M1": 12, "M5": 7, "M6": 16, "M7": 12}, 10),
    "cut narrow": ("overruled", {"M1": 9, "M5": 6, "M7": 9}, 9),
    "all told": ("untold", {"M1": 8, "M5": 2}, 8),
    "evicted completions": ("evicted", {"M1": 14, "M5": 9, "M7": 14, "M10": 8}, 8),
}
"""Some mutants, the world in which each is caught soonest, after how many steps it breaks which law there, and after
how many it takes a step that is not the model's."""

HELD_AGAINST_THE_PLAIN_SEARCH: Final = (
    "torn",
    "early number",
    "late number",
    "no second look",
    "undone drop",
    "empty on error",
)


def broken(found: Found) -> dict[str, int]:
    """Give the laws that were broken, and after how many steps each."""
    return {one.law: len(one.traces[0].steps) for one in found.findings if one.verdict is Verdict.VIOLATED}


@contextmanager
def all_counted() -> Iterator[None]:
    """Leave no count out of the worlds of the model: the scanner keeps its own, whatever comes of them."""
    nothing = frozenset[str]()
    with ExitStack() as patches:
        for module in (model, measured):
            patches.enter_context(patch.object(module, "uncounted", lambda _scope: nothing))
        yield


@pytest.mark.parametrize("name", SMALL)
def test_the_scanner_in_the_tables_obeys_every_law_and_has_a_state_for_each_of_the_model_or_says_why(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ask_again", lambda *_, **_options: None)  # a fresh process would leave the counts out
    with all_counted():
        model = search(declared(WORLDS[name])).counts
    monkeypatch.undo()
    with real_world(WORLDS[name], audited=True) as real:
        found = search(real.world)
    assert broken(found) == {}
    counts = found.counts
    assert counts.states - model.states == LARGER.get(name, 0)
    if name not in LARGER:
        assert (counts.transitions, counts.depth) == (model.transitions, model.depth)


@pytest.mark.parametrize("name", CAUGHT)
def test_a_mutant_breaks_its_law_and_takes_another_step_than_the_model_after_as_many_steps_as_are_pinned(
    name: str,
) -> None:
    world, laws, differs = CAUGHT[name]
    with real_world(WORLDS[world], partial(planted, name)) as real:
        assert broken(search(real.world)) == {**laws, refined.NAME: differs}
        assert real.refinement.differing > 0
    assert MUTANTS[name].law in laws


@pytest.mark.parametrize("name", HELD_AGAINST_THE_PLAIN_SEARCH)
def test_a_plain_search_of_the_scanner_finds_the_same_laws_broken_after_as_many_steps(name: str) -> None:
    world, laws, _ = CAUGHT[name]
    assert {law: len(steps) for law, steps in explore("impl", name, world).broken.items()} == laws


@pytest.mark.parametrize("name", ["three", "prune"])
def test_a_distinct_step_of_the_scanner_is_taken_once_however_often_it_happens(name: str) -> None:
    seen: list[Work] = []
    with real_world(WORLDS[name]) as real:
        first = search(real.world, say=lambda _: seen.append(real.work)).counts
        work, before = seen[-1], real.work
        again = search(real.world).counts
        assert real.work == before
    assert (again.states, again.transitions) == (first.states, first.transitions)
    assert 0 < work.files < work.steps < first.calls < first.transitions


def test_every_step_of_the_scanner_is_held_against_the_models_and_every_answer_against_the_oracle() -> None:
    with real_world(WORLDS["three"]) as real:
        found = search(real.world)
        held = real.refinement
    assert (held.differing, broken(found)) == (0, {})
    assert held.steps >= real.work.steps > 0
    assert held.answers > 0


def test_a_connection_that_is_lent_again_reads_what_a_fresh_one_does() -> None:
    """Each read of a world through the pool is done once more by gates whose pool is empty."""
    seen: dict[tuple[Effect, Facing], Came] = {}
    read = Gates._read  # noqa: SLF001 - what a read gives inside is held against itself

    def noted(self: Gates, effect: Effect, facing: Facing) -> Came:
        seen[effect, facing] = read(self, effect, facing)
        return seen[effect, facing]

    scope = WORLDS["drop"]
    with patch.object(Gates, "_read", noted), real_world(scope) as real:
        search(real.world)
    assert len({facing.log for _, facing in seen}) < len(seen)
    for (effect, facing), came in seen.items():
        with Templates() as templates:
            assert Gates(scope, templates, Recorder(), audited=False).perform(effect, facing) == came


def _checked_twice(state: refresh.Checking, found: object) -> refresh.Next:
    """Start over once although nothing was replaced: no law forbids it, and the model does not do it."""
    if not state.tally.tries:
        return refresh._start_over(state.ask, state.tally)  # noqa: SLF001 - a mutant's place is inside
    return _CHECKED(state, found)  # type: ignore[arg-type] # what the core hands on


_CHECKED: Final = refresh._checked  # noqa: SLF001 - what the mutant stands for


@contextmanager
def hesitant() -> Iterator[None]:
    with patch.object(refresh, "_checked", _checked_twice):
        yield


def test_a_step_that_breaks_no_memo_law_and_is_not_the_models_is_told_by_the_refinement() -> None:
    with real_world(WORLDS["three"], hesitant) as real:
        found = search(real.world)
    assert broken(found) == {refined.NAME: 5}
    law = next(one for one in found.findings if one.law == refined.NAME)
    assert law.traces[0].steps[-1].action.startswith("check")


def test_a_difference_names_the_part_and_gives_the_scanners_value_and_the_models() -> None:
    told: list[object] = []

    def hears(one: object) -> bool:
        told.append(one)
        return True

    with real_world(WORLDS["three"], hesitant) as real:
        search(replace(real.world, laws=(AlwaysTold(refined.NAME, hears),)))
    differences = {line for one in told if isinstance(one, refined.Refined) for line in one.differences}
    assert "tasks.0.phase: 'locate', the model's 'store'" in differences


def test_a_memo_that_was_thrown_away_is_not_refined_by_one_that_was_stored() -> None:
    """As tuples the two events are equal."""
    told: Event = Discarded(0, HOLDING, None)
    stored: Event = Stored(0, HOLDING, None)
    assert told == stored
    model = Action("store 0", (), (), lambda _at: (Outcome({}, (told,), "0"),))
    at = Viewed(Parts({}), Viewer(WORLDS["three"], CODEX))
    assert refined.refined(model, at, "0", {}, (told,)).differences == ()
    (difference,) = refined.refined(model, at, "0", {}, (stored,)).differences
    assert difference.startswith("told: Stored(")


HOLDING: Final = Holding(Ghost(1, (), forgotten=False), 1, 0, 0, 0, 0, full=False)


def test_what_is_asked_with_other_parts_is_asked_once_for_each_of_their_values() -> None:
    asked: list[dict[str, object]] = []

    def answer(at: Parts) -> object:
        found = at["a"] or at["b"]
        asked.append(dict(at.known))
        return found

    asking = Asking(answer)
    for a, b in [(1, 1), (1, 2), (0, 1), (0, 2), (1, 3), (0, 1)]:
        assert asking({"a": a, "b": b}.__getitem__) == (a or b)
    assert asked == [{"a": 1}, {"a": 0, "b": 1}, {"a": 0, "b": 2}]


def test_a_conclusion_is_drawn_once_however_much_becomes_known_after_it() -> None:
    drawn: list[dict[str, object]] = []

    def concluded(at: Parts) -> object:
        both = at["a"], at["b"]
        drawn.append(dict(at.known))
        return both

    conclusion = Asking(concluded)
    asking = Asking(lambda at: (at.conclude(conclusion), at["c"], at["d"]))
    for d in range(3):
        assert asking({"a": 1, "b": 2, "c": 3, "d": d}.__getitem__) == ((1, 2), 3, d)
    assert drawn == [{"a": 1, "b": 2}]
    assert asking({"a": 1, "b": 0, "c": 3, "d": 0}.__getitem__) == ((1, 0), 3, 0)


_STEP: Final = refresh.step


def _looks_at_a_count(state: refresh.State, result: Result) -> refresh.Next:
    """Begin with nothing once so many rows were read in all."""
    following = _STEP(state, result)
    if isinstance(state, refresh.Checking) and state.tally.rows == WORN and not isinstance(following, Unavailable):
        return Unavailable("io", "")
    return following


def test_a_step_that_looks_at_what_is_put_to_rest_is_refused() -> None:
    with (
        patch.object(refresh, "step", _looks_at_a_count),
        real_world(WORLDS["prune"]) as real,
        pytest.raises(WorldError, match="looks at what is put to rest: it gave"),
    ):
        search(real.world)


def test_an_effect_that_stores_by_what_is_put_to_rest_is_refused() -> None:
    """A read that goes on from a memo puts another one in the slot, by a number of it that is only shown."""
    perform = Gates.perform

    def stores(self: Gates, effect: Effect, facing: Facing) -> Came:
        came = perform(self, effect, facing)
        if isinstance(effect, ReadLog) and effect.base is not None and effect.base.snapshot.sequence == WORN:
            return came._replace(slot=Slot(0, 7))
        return came

    with (
        patch.object(Gates, "perform", stores),
        real_world(WORLDS["wide and narrow"]) as real,
        pytest.raises(WorldError, match="looks at what is put to rest: it left"),
    ):
        search(real.world)


def test_files_of_other_rows_are_refused() -> None:
    scope = replace(WORLDS["three"], rules=replace(WORLDS["three"].rules, name="other"))
    with pytest.raises(ValueError, match="other"), real_world(scope):
        pass


@contextmanager
def one_try_less() -> Iterator[None]:
    """Let the scanner count each start over for two, which shows only in one that has started over already."""
    start_over = refresh._start_over  # noqa: SLF001 - it is put in its place

    def early(ask: refresh.Ask, tally: refresh.Tally) -> refresh.Next:
        return start_over(ask, replace(tally, tries=tally.tries + bool(tally.tries)))

    with patch.object(refresh, "_start_over", early):
        yield


def test_a_scanner_that_gives_up_too_early_is_found_in_a_world_in_which_the_model_does_not_even_count() -> None:
    """In ``gone`` no refresh of the model can start over three times, so how often is no part of it."""
    assert "tries" in uncounted(WORLDS["gone"])
    with real_world(WORLDS["gone"], one_try_less) as real:
        assert broken(search(real.world)) == {refined.NAME: 9}
