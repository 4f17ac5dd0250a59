"""Claims about taking a trace again: what it shows of each step, and when a trace fits no longer."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from strandline.model.terms import Step
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Change, Exhibit, Trace
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.replay import load
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.systems.memo.system import SEARCHED, SYSTEM

TRACES = Path(__file__).parents[3] / "traces"
READ = tuple(Step(name, 0) for name in ("start", "locate", "connect", "read"))
ENDED = (*READ, Step("check", 0), Step("store", 0))
AGAIN = (Step("start", 0), Step("delete", None, 1), *(Step(name, 0) for name in ("locate", "read", "check")))
H03 = Trace("dominance", "prune", "M3", (*ENDED, *AGAIN))


def changes(exhibit: Exhibit, place: int) -> dict[str, tuple[str, str]]:
    """Give what a step changed, by name."""
    return {change.what: (change.before, change.after) for change in exhibit.frames[place].changes}


def test_a_trace_of_a_mutant_breaks_its_law_again() -> None:
    exhibit = retrace(SYSTEM, H03)
    assert (exhibit.broken, exhibit.fits, len(exhibit.frames)) == (True, 11, 11)


@pytest.mark.parametrize("subject", [SHIPPED, MODEL])
def test_the_shipped_scanner_and_the_model_take_the_same_steps_and_break_nothing(subject: str) -> None:
    exhibit = retrace(SYSTEM, H03._replace(subject=subject))
    assert (exhibit.broken, exhibit.fits, exhibit.ending) == (False, 11, ())


def test_the_scanner_and_the_model_show_the_same_of_each_step() -> None:
    assert retrace(SYSTEM, H03._replace(subject=SHIPPED)).frames == retrace(SYSTEM, H03._replace(subject=MODEL)).frames


def test_each_step_is_shown_with_who_takes_it_and_what_it_changed() -> None:
    exhibit = retrace(SYSTEM, H03)
    assert [frame.actor for frame in exhibit.frames] == [0] * 7 + [None] + [0] * 3
    assert [exhibit.frames[place].title for place in (0, 1, 7)] == [
        "refresh from the beginning",
        "stat the path",
        "delete row 1",
    ]
    assert changes(exhibit, 0) == {}
    assert changes(exhibit, 3) == {"reads": ("", "full scan (no memo)"), "finds": ("", "1 request p")}
    assert changes(exhibit, 7) == {"log": ("1 request p", "no row")}
    assert Change("answers", "", "p (m)") in exhibit.frames[5].changes
    assert Change("write-back", "", "thrown away, what is stored stays") in exhibit.frames[10].changes


def test_a_stored_memo_is_shown_part_by_part() -> None:
    assert changes(retrace(SYSTEM, H03), 5) == {
        "memo": ("none", "1 request p"),
        "cursor": ("none", "1"),
        "coverage": ("none", "from the beginning"),
        "identity": ("none", "inode 1"),
        "snapshot": ("none", "1"),
        "write-back": ("", "stored"),
        "answers": ("", "p (m)"),
    }


def test_of_a_memo_that_is_stored_over_only_what_differs_is_shown() -> None:
    exhibit = retrace(SYSTEM, load(str(TRACES / "M3-split.json")))
    assert changes(exhibit, 11) == {
        "coverage": ("from the beginning", "from 15"),
        "snapshot": ("2", "1"),
        "write-back": ("", "stored"),
        "answers": ("", "q (m)"),
    }


def test_a_memo_that_is_dropped_is_gone_without_its_parts() -> None:
    exhibit = retrace(SYSTEM, Trace(SHIPPED, "drop", "M8", (*ENDED, Step("drop"))))
    assert changes(exhibit, 6) == {"memo": ("1 request p", "none"), "epoch": ("0", "1")}


def test_of_many_rows_the_first_and_the_last_are_named_so_that_a_long_trace_can_be_drawn() -> None:
    exhibit = retrace(SYSTEM, Trace(SHIPPED, "field", "M1", (Step("append"),) * 40))
    before, after = changes(exhibit, 39)["log"]
    assert before.startswith("1 request p, 2 request p, ")
    assert ", ... 27 more ..., " in before
    assert after.endswith("39 request p, 40 request p")
    assert len(after) < 300


def test_what_stands_there_at_first_and_the_step_that_broke_the_law_are_told() -> None:
    exhibit = retrace(SYSTEM, H03)
    assert exhibit.first == (("file", "1 (inode 1)"), ("log", "1 request p"), ("memo", "none"))
    assert exhibit.at == 11
    assert retrace(SYSTEM, H03._replace(subject=SHIPPED)).at is None


def test_a_trace_that_is_ended_early_judges_nothing_that_was_not_taken() -> None:
    exhibit = retrace(SYSTEM, H03, until=10)
    assert (exhibit.fits, exhibit.broken, exhibit.why) == (10, False, "")
    assert not retrace(SYSTEM, Trace("never unchanged", "prune", "M5", READ), until=0).broken
    assert retrace(SYSTEM, H03, until=99).broken


def test_the_end_of_a_trace_says_what_was_wrong() -> None:
    """The memo that was thrown away rests on a later commit than the one that is kept."""
    thrown, kept = retrace(SYSTEM, H03).ending
    assert thrown.startswith("thrown away:    no row")
    assert kept.startswith("kept:           1 request p")


def test_a_law_that_is_broken_when_the_world_is_left_in_peace_is_found_at_the_end() -> None:
    exhibit = retrace(SYSTEM, Trace("never unchanged", "prune", "M5", ()))
    assert (exhibit.broken, exhibit.fits, exhibit.frames) == (True, 0, ())
    assert exhibit.ending


def test_a_step_that_cannot_be_taken_ends_the_trace_and_is_no_pass() -> None:
    exhibit = retrace(SYSTEM, H03._replace(steps=(*READ, Step("store", 0), Step("check", 0))))
    assert (exhibit.broken, exhibit.fits, len(exhibit.frames)) == (False, 4, 4)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*READ, Step("store", 0)), "r1 stands before 'check'"),
        ((*READ, Step("start", 0)), "r1 is still under way, before 'check'"),
        ((Step("read", 1),), "r2 is not under way"),
        ((Step("read", 99),), "r100 is not under way"),
        ((Step("read"),), "it is a refresh that takes it, and none is named"),
        ((Step("hop"),), "no step has this name"),
        ((Step("delete", None, 9),), "the world does not offer it here, with argument 9"),
        ((Step("restart"),), "nothing starts anew in this world"),
    ],
    ids=str,
)
def test_why_a_step_does_not_fit_is_told(steps: tuple[Step, ...], why: str) -> None:
    assert retrace(SYSTEM, H03._replace(steps=steps)).why == why


@pytest.mark.parametrize(
    "stray",
    [
        *(Step("read", 1), Step("read", 99), Step("read"), Step("no such step"), Step("hang up")),
        *(Step("append", None, 99), Step("append", None, -9), Step("start", 0, 99), Step("delete", None, 9)),
    ],
    ids=str,
)
def test_a_step_that_the_world_does_not_offer_does_not_fit(stray: Step) -> None:
    assert retrace(SYSTEM, H03._replace(steps=(stray,))).fits == 0


@pytest.mark.parametrize(
    "strange",
    [H03._replace(subject="no such"), H03._replace(world="no such"), H03._replace(law="no such")],
    ids=["subject", "world", "law"],
)
def test_a_trace_that_names_what_is_not_there_is_an_error(strange: Trace) -> None:
    with pytest.raises(KeyError, match="no such"):
        retrace(SYSTEM, strange)


def test_what_is_planted_for_a_trace_is_gone_after_it() -> None:
    place = MUTANTS["dominance"].patch
    assert place is not None
    before = vars(place.where)[place.attribute]
    retrace(SYSTEM, H03)
    assert vars(place.where)[place.attribute] is before


def test_a_trace_through_a_large_world_is_taken_again() -> None:
    steps = (Step("start", 0), Step("locate", 0), Step("connect", 0), Step("read", 0))
    exhibit = retrace(SYSTEM, Trace(MODEL, "full", "M1", steps))
    assert exhibit.fits == 4
    assert not exhibit.broken


def test_a_name_of_a_world_means_one_world() -> None:
    """A trace says no more of its world than the name, so it would be taken again in the other one."""
    known = (SPECIMEN_WORLDS, SEARCHED, {name: field.scope for name, field in FIELDS.items()})
    for one, other in combinations(known, 2):
        assert all(one[name] == other[name] for name in one.keys() & other.keys())
