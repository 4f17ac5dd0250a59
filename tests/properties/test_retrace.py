"""Claims about taking a trace again: what it shows of each step, and when a trace fits no longer."""

from __future__ import annotations

import pytest

from strandline.model.state import Action
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.report.retrace import retrace
from strandline.properties.spaces import MODEL
from strandline.properties.verdict import Change, Exhibit, Trace

READ = tuple(Action(name, 0) for name in ("start", "locate", "connect", "read"))
ENDED = (*READ, Action("check", 0), Action("store", 0))
AGAIN = (Action("start", 0), Action("delete", None, 1), *(Action(name, 0) for name in ("locate", "read", "check")))
H03 = Trace("dominance", "prune", "M3", (*ENDED, *AGAIN))


def changes(exhibit: Exhibit, place: int) -> dict[str, tuple[str, str]]:
    """Give what a step changed, by name."""
    return {change.what: (change.before, change.after) for change in exhibit.frames[place].changes}


def test_a_trace_of_a_mutant_breaks_its_law_again() -> None:
    exhibit = retrace(H03)
    assert (exhibit.broken, exhibit.fits, len(exhibit.frames)) == (True, 11, 11)


@pytest.mark.parametrize("subject", [SHIPPED, MODEL])
def test_the_shipped_scanner_and_the_model_take_the_same_steps_and_break_nothing(subject: str) -> None:
    exhibit = retrace(H03._replace(subject=subject))
    assert (exhibit.broken, exhibit.fits, exhibit.ending) == (False, 11, ())


def test_the_scanner_and_the_model_show_the_same_of_each_step() -> None:
    assert retrace(H03._replace(subject=SHIPPED)).frames == retrace(H03._replace(subject=MODEL)).frames


def test_each_step_is_shown_with_who_takes_it_and_what_it_changed() -> None:
    exhibit = retrace(H03)
    assert [frame.actor for frame in exhibit.frames] == [0] * 7 + [None] + [0] * 3
    assert [exhibit.frames[place].title for place in (0, 1, 7)] == [
        "refresh from the beginning",
        "stat the path",
        "delete row 1",
    ]
    assert changes(exhibit, 0) == {}
    assert changes(exhibit, 3) == {"read": ("", "full scan (no memo)")}
    assert changes(exhibit, 7)["log"] == ("file 1 (inode 1): 1 request p", "file 1 (inode 1): no row")
    assert Change("answer", "", "p (m)") in exhibit.frames[5].changes
    assert Change("write-back", "", "thrown away, what is stored stays") in exhibit.frames[10].changes


def test_a_stored_memo_is_shown_in_place_of_the_one_before() -> None:
    before, after = changes(retrace(H03), 5)["memo"]
    assert before == "none"
    assert after.startswith("1 request p, cursor 1, from the beginning, inode 1")


def test_the_end_of_a_trace_says_what_was_wrong() -> None:
    """The memo that was thrown away rests on a later commit than the one that is kept."""
    thrown, kept = retrace(H03).ending
    assert thrown.startswith("thrown away:    no row")
    assert kept.startswith("kept:           1 request p")


def test_a_law_that_is_broken_when_the_world_is_left_in_peace_is_found_at_the_end() -> None:
    exhibit = retrace(Trace("never unchanged", "prune", "M5", ()))
    assert (exhibit.broken, exhibit.fits, exhibit.frames) == (True, 0, ())
    assert exhibit.ending


def test_a_step_that_cannot_be_taken_ends_the_trace_and_is_no_pass() -> None:
    exhibit = retrace(H03._replace(steps=(*READ, Action("store", 0), Action("check", 0))))
    assert (exhibit.broken, exhibit.fits, len(exhibit.frames)) == (False, 4, 4)


@pytest.mark.parametrize(
    "stray",
    [
        *(Action("read", 1), Action("read", 99), Action("read"), Action("no such step"), Action("hang up")),
        *(Action("append", None, 99), Action("append", None, -9), Action("start", 0, 99), Action("delete", None, 9)),
    ],
    ids=str,
)
def test_a_step_that_the_world_does_not_offer_does_not_fit(stray: Action) -> None:
    assert retrace(H03._replace(steps=(stray,))).fits == 0


@pytest.mark.parametrize(
    "strange",
    [H03._replace(subject="no such"), H03._replace(world="no such"), H03._replace(law="no such")],
    ids=["subject", "world", "law"],
)
def test_a_trace_that_names_what_is_not_there_is_an_error(strange: Trace) -> None:
    with pytest.raises(KeyError, match="no such"):
        retrace(strange)


def test_what_is_planted_for_a_trace_is_gone_after_it() -> None:
    mutant = MUTANTS["dominance"]
    before = vars(mutant.where)[mutant.attribute]
    retrace(H03)
    assert vars(mutant.where)[mutant.attribute] is before


def test_a_trace_through_a_large_world_is_taken_again() -> None:
    steps = (Action("start", 0), Action("locate", 0), Action("connect", 0), Action("read", 0))
    exhibit = retrace(Trace(MODEL, "full", "M1", steps))
    assert exhibit.fits == 4
    assert not exhibit.broken
