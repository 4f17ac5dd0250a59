"""A trace as lanes: what a person sees of a race."""

from __future__ import annotations

import pytest

from strandline.model.terms import Step
from strandline.properties.core.line import printable
from strandline.properties.core.verdict import Change, Exhibit, Frame, Trace
from strandline.properties.evidence.lanes import LEGEND, WIDTH, lanes, who
from strandline.properties.systems.memo.spec.laws import LAWS

RACE = (
    Frame(None, "append a", (Change("log", "empty", "a"),)),
    Frame(0, "read", (Change("r1 holds", "nothing", "cursor 1"),)),
    Frame(1, "store", ()),
)


def exhibit(frames: tuple[Frame, ...] = RACE, *, fits: int | None = None, broken: bool = True) -> Exhibit:
    steps = tuple(Step(frame.title.split()[0] if frame.title else "x", frame.actor) for frame in frames)
    trace = Trace("dominance", "pair", "M3", steps)
    return Exhibit(
        trace, frames, ("oracle: none", "answer: a"), len(frames) if fits is None else fits, broken, judged=1
    )


def test_a_race_is_drawn_with_one_column_for_each_actor_and_the_replay_line_last() -> None:
    drawn = lanes(exhibit(), LAWS, "strandline replay t.json")
    assert drawn[:2] == ["M3 on dominance, world pair, 3 steps", ""]
    assert [line.split() for line in drawn[2:8]] == [
        ["env", "r1", "r2"],
        ["-" * 29] * 3,
        ["1", "append", "a", "|", "|"],
        ["log:", "empty", "->", "a", "|", "|"],
        ["2", "|", "read", "|"],
        ["|", "r1", "holds:", "nothing", "->", "cursor", "1"],
    ]
    lane = {name: drawn[2].index(name) for name in ("env", "r1", "r2")}
    assert drawn[4].index("append") == lane["env"]
    assert drawn[6].index("read") == lane["r1"]
    assert drawn[8].index("store") == lane["r2"]
    assert drawn[-1] == "  strandline replay t.json"


def test_the_broken_law_is_named_and_stated_before_the_ending() -> None:
    drawn = lanes(exhibit(), LAWS)
    at = drawn.index("M3 monotone is broken:")
    assert "never replaces a newer or wider memo" in drawn[at + 1]
    assert drawn[at + 2 :] == ["  oracle: none", "  answer: a"]


def test_only_actors_that_occur_have_a_column() -> None:
    header = lanes(exhibit((Frame(2, "read", ()), Frame(0, "read", ()))), LAWS)[2]
    assert header.split() == ["r1", "r3"]


def test_the_environment_comes_first_and_refreshes_count_from_one() -> None:
    assert [who(actor) for actor in (None, 0, 2)] == ["env", "r1", "r3"]
    header = lanes(exhibit((Frame(1, "read", ()), Frame(None, "append", ()))), LAWS)[2]
    assert header.split() == ["env", "r2"]


@pytest.mark.parametrize("length", [1, 30, 60, 95, 140, 700])
@pytest.mark.parametrize("actors", [1, 2, 4, 9])
def test_no_line_is_wider_than_the_page_and_no_word_is_lost(length: int, actors: int) -> None:
    words = " ".join(f"w{place}" for place in range(length // 4 + 1))
    frames = tuple(
        Frame(actor, words, (Change("memo", words, f"{words} end{actor}"),)) for actor in [None, *range(actors - 1)]
    )
    drawn = lanes(exhibit(frames), LAWS, "strandline replay t.json")
    assert max(map(len, drawn)) <= WIDTH
    text = " ".join(drawn).replace("|", " ").split()
    assert text.count("w0") == 3 * len(frames)
    for actor in range(actors - 1):
        assert f"end{actor}" in text


def test_a_change_too_long_for_one_line_shows_after_under_before() -> None:
    drawn = lanes(exhibit((Frame(0, "store", (Change("memo", "cursor 1 " * 8, "cursor 2 " * 8),)),)), LAWS)
    before = next(line for line in drawn if "memo: cursor 1" in line)
    after = next(line for line in drawn if "-> cursor 2" in line)
    assert before.index("cursor") == after.index("cursor")


def test_a_trace_that_fits_no_longer_says_where_and_that_it_is_no_pass() -> None:
    text = " ".join(lanes(exhibit(fits=1, broken=False)._replace(why="r1 is not under way"), LAWS))
    assert "step 2, read by r1, cannot be taken: r1 is not under way." in text
    assert "not a pass" in text
    assert "broken" not in text


def test_a_trace_that_was_ended_before_its_last_step_says_so_and_that_it_is_no_pass() -> None:
    text = " ".join(lanes(exhibit(fits=1, broken=False), LAWS))
    assert "Ended after step 1 of 3, as asked for" in text
    assert "not a pass" in text


def test_what_stands_there_at_first_and_how_to_read_it_stand_above_the_lanes() -> None:
    drawn = lanes(exhibit()._replace(first=(("log", "1 request p"), ("memo", "none"))), LAWS)
    assert " ".join(drawn[1:3]) == LEGEND
    assert drawn[4] == "at first  log: 1 request p, memo: none"


def test_the_step_that_broke_the_law_is_marked() -> None:
    drawn = lanes(exhibit()._replace(at=2), LAWS)
    place = next(number for number, line in enumerate(drawn) if "** broken here: M3" in line)
    assert "r1 holds" in drawn[place - 1]
    assert drawn[place].index("**") > drawn[2].index("r1")


def test_a_trace_that_breaks_nothing_says_that_the_law_holds() -> None:
    assert "M3 monotone holds on these steps." in lanes(exhibit(broken=False), LAWS)


def test_a_trace_in_which_nothing_is_judged_is_told_as_no_pass() -> None:
    told = lanes(exhibit(broken=False)._replace(judged=0), LAWS)
    assert "Nothing happens in these steps that M3 monotone could judge. This is not a pass." in told


def test_a_trace_without_a_step_is_drawn() -> None:
    assert lanes(exhibit(()), LAWS)[0].endswith("0 steps")


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert printable("a\x1b[2Jb\tc\n") == "a\\x1b[2Jb\\tc\\n"
    assert printable("潮 é") == "潮 é"
    drawn = lanes(exhibit((Frame(0, "turn \x1b[31m", (Change("x\x07", "\ud800", "y"),)),)), LAWS)
    assert all(line.isprintable() for line in drawn)
