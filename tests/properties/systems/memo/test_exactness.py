"""Claims that no trap catches the oracle or the scanner, by whatever path an answer comes."""

from __future__ import annotations

import sqlite3
import tracemalloc
from contextlib import closing, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.effects import Check, ReadDate, ReadLog, Swap
from strandline.impl.memo.window import Window
from strandline.model.memo.days import span
from strandline.model.memo.log import Row
from strandline.model.memo.oracle import Turn, oracle
from strandline.model.memo.truth import BODY_MAX, Truth
from strandline.properties.systems.memo.agreement.dated import DatedScanner
from strandline.properties.systems.memo.agreement.path_matrix import Book, path_matrix
from strandline.properties.systems.memo.agreement.sides import told
from strandline.properties.systems.memo.traps import TRAPS, Asked, Trap
from strandline.properties.systems.memo.traps.trap import DAWN, DAY, DUSK, completed, request, rows, turn, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.effects import Effect
    from strandline.properties.systems.memo.driver.disk import Journal

UTC = ZoneInfo("UTC")
TODAY = Window(DAY, DAY, UTC)
TOMORROW = DAY + timedelta(days=1)
MIB = 1024 * 1024

ASKED = [
    pytest.param(trap, asked, id=f"{trap.name}-{place}") for trap in TRAPS for place, asked in enumerate(trap.asked)
]


@contextmanager
def book(folder: Path, journal: Journal = "wal") -> Iterator[Book]:
    with closing(Book(folder / "log.sqlite", journal)) as made:
        yield made


def turns_of(scanner: DatedScanner, window: Window, today: date) -> tuple[Turn, ...]:
    found = scanner.turns(window, today)
    assert isinstance(found, Answer), found
    turns = told(found)
    assert isinstance(turns, tuple)
    return turns


@pytest.mark.parametrize(("trap", "asked"), ASKED)
def test_the_oracle_says_what_is_written_for_a_trap(trap: Trap, asked: Asked) -> None:
    said = oracle(trap.rows, span(asked.first, asked.last, ZoneInfo(asked.zone)))
    assert said == Truth(asked.turns, asked.counts or said.counts, asked.skipped)


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize(("trap", "asked"), ASKED)
def test_the_scanner_says_what_is_written_for_a_trap_by_every_path(
    trap: Trap, asked: Asked, journal: Journal, tmp_path: Path
) -> None:
    cells = list(path_matrix(trap, asked, tmp_path, journal))
    assert [(cell.name, cell.found) for cell in cells] == [(cell.name, cell.right) for cell in cells]
    assert len(cells) > len(trap.rows)


def test_every_trap_has_a_name_of_its_own_and_some_catch_nothing_at_all() -> None:
    assert len({trap.name for trap in TRAPS}) == len(TRAPS)
    assert {bool(asked.turns) for trap in TRAPS for asked in trap.asked} == {False, True}


def test_the_days_of_the_traps_have_every_length_that_days_have() -> None:
    lengths = set()
    for trap in TRAPS:
        for asked in trap.asked:
            if asked.first is not None and asked.first == asked.last:
                start, end = span(asked.first, asked.last, ZoneInfo(asked.zone))
                assert start is not None
                assert end is not None
                lengths.add((end - start) / 3600)
    assert lengths == {0, 23, 23.5, 24, 24.5, 25}


# Time passes


def test_a_zone_that_changes_between_refreshes_moves_the_window_and_not_the_memo(tmp_path: Path) -> None:
    """The memo covers instants: a day further west lies within it, one further east needs a scan from earlier on."""
    begins = {"Etc/GMT-14": utc(2024, 5, 14, 10), "UTC": utc(2024, 5, 15), "Etc/GMT+12": utc(2024, 5, 15, 12)}
    ends = {zone: begin + DUSK for zone, begin in begins.items()}
    instants = [edge + step for edge in sorted({*begins.values(), *ends.values()}) for step in (-1, 0)]

    def inside(zone: str) -> tuple[Turn, ...]:
        return tuple(
            sorted(Turn(f"{ts}", "requested", "t", ts, "m") for ts in instants if begins[zone] <= ts < ends[zone])
        )

    with book(tmp_path) as made, DatedScanner(made.path) as scanner:
        made.commit(Row(place, ts, place, None, None, request(f"{ts}")) for place, ts in enumerate(instants, 1))
        causes = []
        for zone in ("UTC", "Etc/GMT+12", "UTC", "Etc/GMT-14", "UTC", "Etc/GMT+12"):
            found = scanner.turns(Window(DAY, DAY, ZoneInfo(zone)), DAY)
            assert isinstance(found, Answer)
            assert told(found) == inside(zone)
            causes.append(found.statistics.cause)
        assert causes == ["no memo", None, None, "window widened", None, None]


@pytest.mark.parametrize("gate", [ReadLog, Check, Swap])
def test_midnight_that_passes_during_a_refresh_changes_neither_its_path_nor_its_turns(
    gate: type[Effect], tmp_path: Path
) -> None:
    asked_for_the_date: list[Effect] = []
    midnight: list[Effect] = []

    with book(tmp_path) as made, DatedScanner(made.path) as scanner:
        made.commit(rows((1, 10, request("a"))))

        def at(effect: Effect) -> None:
            if isinstance(effect, ReadDate):
                asked_for_the_date.append(effect)
            if isinstance(effect, gate) and not midnight:
                midnight.append(effect)
                made.commit(rows((2, DUSK - 1, request("b")), (3, DUSK, request("c")), (4, DUSK, completed("a"))))

        found = scanner.turns(TODAY, DAY, at)
        assert isinstance(found, Answer)
        seen = (turn("a", 10), turn("b", DUSK - 1)) if gate is ReadLog else (turn("a", 10),)
        assert (told(found), found.statistics.path, len(asked_for_the_date)) == (seen, "memo", 1)
        after = scanner.turns(TODAY, TOMORROW)
        assert isinstance(after, Answer)
        assert (told(after), after.statistics.path) == ((turn("a", 10), turn("b", DUSK - 1)), "one-shot")


def test_a_day_keeps_its_turns_when_it_moves_from_the_one_path_to_the_other(tmp_path: Path) -> None:
    both = Window(DAY, TOMORROW, UTC)
    with book(tmp_path) as made, DatedScanner(made.path) as scanner:
        made.commit(rows((1, 10, request("a")), (2, DUSK + 1, completed("a", "late")), (3, DUSK + 2, request("b"))))
        today = scanner.turns(TODAY, DAY)
        assert told(scanner.turns(both, TOMORROW)) == (turn("a", 10, "late"), turn("b", DUSK + 2))
        yesterday = scanner.turns(TODAY, TOMORROW)
        assert told(today) == told(yesterday) == (turn("a", 10),)
        assert told(scanner.turns(both, TOMORROW)) == (turn("a", 10, "late"), turn("b", DUSK + 2))


def test_rows_of_the_night_are_in_the_day_in_which_their_zone_has_them(tmp_path: Path) -> None:
    """Each instant of two days is in one day of a zone, and in no other: the windows of a zone are a partition."""
    zone = ZoneInfo("America/St_Johns")
    first = date(2006, 10, 28)
    start = utc(2006, 10, 28, 2, 30)
    log = [Row(n, start + n * 900, n, None, None, request(f"{n:03}")) for n in range(1, 300)]
    with book(tmp_path) as made, DatedScanner(made.path) as scanner:
        made.commit(log)
        days = [first + timedelta(days=n) for n in range(5)]
        parts = [turns_of(scanner, Window(day, day, zone), days[-1]) for day in days]
        whole = turns_of(scanner, Window(first, days[-1], zone), days[-1])
    assert tuple(found for part in parts for found in part) == whole
    assert len(whole) == len(log)


# Size


def fill(made: Book, row_id: int, second: int, length: int, body: str) -> None:
    """Insert a body that is padded in front, in SQLite, so that no string of that length is made here."""
    with closing(sqlite3.connect(made.path)) as writer, writer:
        writer.execute(
            """INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body)
            VALUES (?, ?, ?, '', '', CAST(zeroblob(?) AS TEXT) || ?)""",
            (row_id, DAWN + second, row_id, length - len(body), body),
        )


def test_a_body_of_50_mib_is_read_and_one_beyond_64_is_counted_in_bounded_memory(tmp_path: Path) -> None:
    with book(tmp_path, "delete") as made:
        fill(made, 1, 1, 50 * MIB, request("fifty"))
        fill(made, 2, 2, BODY_MAX, " " + request("most"))
        fill(made, 3, 3, BODY_MAX + 1, " " + request("more"))
        fill(made, 4, 4, BODY_MAX + 1, "chatter")
        turns = (turn("fifty", 1), turn("most", 2))
        for today, path in ((DAY, "memo"), (TOMORROW, "one-shot")):
            with DatedScanner(made.path) as scanner:
                tracemalloc.start()
                try:
                    found = scanner.turns(TODAY, today)
                    _, peak = tracemalloc.get_traced_memory()
                finally:
                    tracemalloc.stop()
            assert isinstance(found, Answer)
            assert (told(found), found.statistics.path) == (turns, path)
            assert found.skipped == (("size", 2),)  # whether it holds a marker is not looked at
            assert peak < 4 * BODY_MAX
