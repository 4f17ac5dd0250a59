"""Journals and what they add up to: lines outlive their writer, and nothing is counted twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.line import shown
from strandline.properties.engines.soak import journal as journals
from strandline.properties.engines.soak.journal import (
    Begun,
    Broke,
    Counted,
    Failed,
    FullError,
    Journal,
    Lost,
    Over,
    Planned,
)
from strandline.properties.engines.soak.lines import lines
from strandline.properties.engines.soak.plan import Plan, Slice
from strandline.properties.engines.soak.report import report
from strandline.properties.engines.soak.totals import Totals
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

MACHINES = tuple(SYSTEM.machines)
PLAN = Plan("shipped", MACHINES, seed=5, workers=2, steps=40, cases=4)
ONE, TWO = Slice(0, "fuzz", 5, 2, 40), Slice(1, "fuzz trio", 6, 2, 40)
EVERY = {f"cover M{number}": 1 for number in (1, 2, 3, 5, 6, 7, 8, 10)}


def worker(folder: Path, name: str, process: int, *slices: tuple[Slice, int, bool]) -> None:
    """Write the journal of a worker that plays cases of slices, and ends some of these."""
    with Journal(folder, name, process) as journal:
        for one, cases, ends in slices:
            journal.begin(one)
            for _ in range(cases):
                journal.case(Counter({"cases": 1, "steps": 10, "scan no memo": 1, **EVERY}))
            if ends:
                journal.end()


def plan(folder: Path, *after: Lost | Over) -> None:
    with Journal(folder, "plan", 0) as journal:
        journal.write(Planned(PLAN, "then"))
        for line in after:
            journal.write(line)


def totals(folder: Path) -> Totals:
    found = Totals(folder)
    found.read()
    return found


def test_the_journals_of_all_workers_are_added_up(tmp_path: Path) -> None:
    plan(tmp_path, Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 2, True))
    worker(tmp_path, "gw1", 2, (TWO, 2, True))
    found = report(totals(tmp_path), SYSTEM)
    assert (found.verdict, found.exit_code, found.reasons) == ("holds", 0, ())
    assert (found.workers, found.slices, found.cases, found.steps) == (2, 2, 4, 40)
    assert {one.kind: one.counts for one in found.tallies} == {"refresh": {}, "scan": {"no memo": 4}}
    assert found.risk == pytest.approx(3 / 4)
    assert "  20 steps/s" not in "\n".join(map(shown, lines(found)))
    assert "2 workers; 2.0 s, 20 steps/s" in list(lines(found))


def test_what_a_dead_worker_has_told_counts(tmp_path: Path) -> None:
    plan(tmp_path, Lost("gw0"), Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 1, False))
    worker(tmp_path, "gw1", 2, (TWO, 2, True))
    found = report(totals(tmp_path), SYSTEM)
    assert found.cases == 3
    assert [one.again for one in found.unfinished] == [PLAN.again(0)]
    assert found.verdict == "inconclusive"
    assert found.lost == ("gw0",)


def test_a_slice_that_is_cut_short_takes_nothing_from_a_dead_worker_that_came_further(tmp_path: Path) -> None:
    plan(tmp_path, Lost("gw0"), Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 2, False))
    with Journal(tmp_path, "gw2", 2) as journal:
        journal.begin(ONE)
        journal.case(Counter({"cases": 1}))
        journal.cut()
    found = totals(tmp_path)
    assert (found.counts["cases"], found.slices) == (2, 0)


def test_a_slice_that_is_played_again_counts_once(tmp_path: Path) -> None:
    plan(tmp_path, Lost("gw0"), Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 1, False))
    worker(tmp_path, "gw1", 2, (TWO, 2, True), (ONE, 2, True))
    found = report(totals(tmp_path), SYSTEM)
    assert (found.cases, found.slices, found.unfinished, found.verdict) == (4, 2, (), "holds")


def test_half_a_line_at_the_end_is_told_and_left_out(tmp_path: Path) -> None:
    plan(tmp_path, Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 2, True), (TWO, 2, True))
    with (tmp_path / "gw0-1.jsonl").open("ab") as file:
        file.write(b'{"type":"cases","slice":7,"counts":{"cas')
    found = report(totals(tmp_path), SYSTEM)
    assert (found.cases, found.torn, found.damaged, found.verdict) == (4, ("gw0-1.jsonl",), 0, "holds")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"type":"cases","slice":7,"slice":8,"counts":{}}', id="a key twice"),
        pytest.param(b'{"type":"cases","slice":7,"counts":{"cases":1,"cases":900}}', id="a count twice"),
        pytest.param(b'{"type":"over","seconds":1e999,"ended":"done"}', id="a number that is none"),
        pytest.param(b'{"type":"cases","slice":7,"counts":' + b"[" * 100_000, id="deep"),
    ],
)
def test_a_line_that_can_be_read_in_two_ways_is_damage(line: bytes, tmp_path: Path) -> None:
    """Of a key that stands twice one reader believes the first and one the last."""
    plan(tmp_path)
    (tmp_path / "gw0-1.jsonl").write_bytes(line + b"\n")
    found = totals(tmp_path)
    assert (found.counts["cases"], found.damaged) == (0, 1)


def test_half_a_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    plan(tmp_path)
    path = tmp_path / "gw0-1.jsonl"
    path.write_bytes(b'{"type":"cases","slice":7,')
    found = totals(tmp_path)
    assert found.torn == [path.name]
    with path.open("ab") as file:
        file.write(b'"counts":{"cases":3}}\n')
    found.read()
    assert (found.counts["cases"], found.torn) == (3, [])


def test_a_whole_line_that_says_nothing_is_no_pass(tmp_path: Path) -> None:
    plan(tmp_path, Over(2.0, "done"))
    worker(tmp_path, "gw0", 1, (ONE, 2, True), (TWO, 2, True))
    with (tmp_path / "gw0-1.jsonl").open("ab") as file:
        file.write(b"\xff\n")
    assert report(totals(tmp_path), SYSTEM).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (Broke(0, "M3", "M3 is broken", 4, "trace.json", replays=True), "violated"),
        (Failed(0, "scanner and model part ways"), "broken"),
    ],
)
def test_what_was_found_decides_however_little_was_seen(tmp_path: Path, line: Broke | Failed, verdict: str) -> None:
    plan(tmp_path, Over(2.0, "done"))
    with Journal(tmp_path, "gw0", 1) as journal:
        journal.begin(ONE)
        journal.write(line)
    found = report(totals(tmp_path), SYSTEM)
    assert (found.verdict, len(found.reasons), found.risk) == (verdict, 1, None)


def test_a_trace_that_was_told_again_is_one_violation(tmp_path: Path) -> None:
    plan(tmp_path, Over(2.0, "done"))
    with Journal(tmp_path, "gw0", 1) as journal:
        journal.write(Broke(0, "M3", "M3 is broken", 40, "trace.json", replays=False))
        journal.write(Broke(0, "M3", "M3 is broken", 4, "trace.json", replays=True))
    (violation,) = report(totals(tmp_path), SYSTEM).violations
    assert (violation.steps, violation.replay) == (4, "strandline replay trace.json")


@pytest.mark.parametrize("ended", ["interrupted", "failed", None])
def test_a_soak_that_did_not_end_by_itself_is_no_pass(tmp_path: Path, ended: str | None) -> None:
    plan(tmp_path, *([Over(2.0, ended)] if ended else []))  # type: ignore[arg-type] # one of its words
    worker(tmp_path, "gw0", 1, (ONE, 2, True), (TWO, 2, True))
    assert report(totals(tmp_path), SYSTEM).exit_code == (4 if ended == "failed" else 3)


def test_a_soak_of_which_nothing_was_recorded_is_no_pass(tmp_path: Path) -> None:
    plan(tmp_path, Over(2.0, "done"))
    found = report(totals(tmp_path), SYSTEM)
    assert (found.verdict, found.reasons[0]) == ("inconclusive", "no case was recorded")


def test_a_long_journal_tells_of_whole_slices_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "DENSE_MAX", 0)
    worker(tmp_path, "gw0", 1, (ONE, 2, True))
    told = [line for line in journals.Reading(tmp_path / "gw0-1.jsonl").lines() if isinstance(line, Counted)]
    assert [line.counts["cases"] for line in told] == [2]


def test_a_full_journal_lets_no_slice_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "BYTES_MAX", 1)
    with Journal(tmp_path, "gw0", 1) as journal, pytest.raises(FullError, match="limit of 1 bytes"):
        journal.begin(ONE)
    assert not any(isinstance(line, Begun) for line in journals.Reading(tmp_path / "gw0-1.jsonl").lines())


def test_two_processes_never_share_a_journal(tmp_path: Path) -> None:
    worker(tmp_path, "gw0", 1)
    with pytest.raises(FileExistsError):
        Journal(tmp_path, "gw0", 1)


# The plan


def test_there_are_shifts_for_every_worker_until_the_time_is_up() -> None:
    timed = Plan("shipped", MACHINES, seed=0, workers=3, steps=40, seconds=95.0)
    assert (timed.shift_seconds, timed.shifts) == (10.0, 33)
    long = Plan("shipped", MACHINES, seed=0, workers=64, steps=40, seconds=366 * 86_400.0)
    assert long.shifts <= 64 * 1_001


def test_no_two_shifts_share_a_slice_and_the_machines_take_turns() -> None:
    counted = Plan("shipped", MACHINES, seed=9, workers=2, steps=40, cases=120)
    slices = [one for shift in range(counted.shifts) for one in counted.slices(shift)]
    assert [(one.number, one.machine, one.seed, one.cases) for one in slices] == [
        (0, "fuzz", 9, 50),
        (1, "fuzz trio", 10, 50),
        (2, "fuzz", 11, 20),
    ]
