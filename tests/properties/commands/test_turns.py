"""Days, zones, and how one answer is shown."""

from __future__ import annotations

import json
import threading
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import tzlocal
from click.testing import CliRunner

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.codex import Summary, TierRows, Turn
from strandline.impl.memo.product import turns
from strandline.impl.memo.product.query import Day, Query, parse_day, parse_zone
from strandline.impl.memo.product.tally import Tally
from strandline.impl.memo.product.turns import Result, cost, document, fields
from strandline.impl.memo.product.writer.write import Plan, write
from strandline.model.memo import days
from strandline.properties.cli import main
from strandline.properties.core.line import record
from strandline.properties.systems.memo.live.judge import look

if TYPE_CHECKING:
    from pathlib import Path

UTC = ZoneInfo("UTC")
TODAY = date(2026, 3, 1)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    write(path, Plan(codex="0.158", rows=400, noise=0.1, malformed=1 / 64), threading.Event())
    return path


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-28", date(2026, 2, 28)),
        ("today", TODAY),
        ("yesterday", date(2026, 2, 28)),
        ("-0d", TODAY),
        ("-7d", date(2026, 2, 22)),
        ("-9999999d", date.min),
        ("0001-01-01", date.min),
        ("9999-12-31", date.max),
    ],
)
def test_a_day_is_a_date_or_counted_back_from_today(text: str, day: date) -> None:
    assert parse_day(text).resolve(TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30", "20260228", "2026-W09-1", "-7", "7d", "-d", "٢٠٢٦-01-01"]
)
def test_what_is_no_day_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"calendar|is not a day") as refused:
        parse_day(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Else", "../../etc/passwd", "/etc/localtime", "America", "a\0b", "x" * 999]
)
def test_what_is_no_zone_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        parse_zone(name)


def test_the_zone_is_that_of_the_machine_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone", lambda: ZoneInfo("Asia/Tokyo"))
    assert parse_zone(None) == ZoneInfo("Asia/Tokyo")
    assert parse_zone("Europe/Paris") == ZoneInfo("Europe/Paris")


def test_a_machine_whose_zone_is_not_known_is_told_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> ZoneInfo:
        raise LookupError

    monkeypatch.setattr(tzlocal, "get_localzone", unknown)
    with pytest.raises(ValueError, match="name one"):
        parse_zone(None)


def test_a_side_without_a_day_is_open(tmp_path: Path) -> None:
    query = Query(tmp_path, None, Day(date(2026, 3, 1)), UTC)
    assert query.dates() == (None, date(2026, 3, 1))
    assert days.span(*query.dates(), query.zone) == (None, 1772409600)
    assert query.window(query.dates()).span() == (None, 1772409600)


def test_the_first_and_last_day_of_the_calendar_are_answered(log: Path) -> None:
    query = Query(log, Day(date.min), Day(date.max), ZoneInfo("Asia/Tokyo"))
    ours, theirs = turns.scan(query), look(query)
    assert isinstance(ours, Result)
    assert isinstance(theirs, Result)
    assert len(ours.turns) > 5
    assert ours.turns == theirs.turns


def test_a_missing_log_is_answered_with_no_turns_and_said_to_be_missing(tmp_path: Path) -> None:
    query = Query(tmp_path / "none", None, None, UTC)
    for shown in (turns.scan(query), look(query)):
        assert isinstance(shown, Result)
        assert shown.turns == ()
        assert cost(shown, query.path).startswith("no log at ")


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--oracle",)])
def test_a_log_that_is_missing_is_told_on_standard_error_and_is_a_mistake_if_it_must_exist(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "logs.sqlite").touch()
    line = f"strandline: no log at {tmp_path / 'lgos.sqlite'} (did you mean 'logs.sqlite'?)"
    result = CliRunner().invoke(main, ["turns", str(tmp_path / "lgos.sqlite"), *options])
    assert (result.exit_code, result.stderr) == (0, f"{line}: 0 turns\n")
    assert (json.loads(result.stdout)["turns"] if "json" in options else result.stdout) in ("", [])
    for more in ((), ("--follow",)):
        result = CliRunner().invoke(main, ["turns", str(tmp_path / "lgos.sqlite"), "--must-exist", *options, *more])
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert result.stderr.startswith(line)


def test_a_line_says_what_was_read_and_why_and_how_long_it_took(log: Path) -> None:
    query = Query(log, None, None, UTC)
    shown = turns.scan(query)
    assert isinstance(shown, Result)
    line = cost(shown._replace(seconds=0.0125), log)
    assert f"{len(shown.turns)} turns, by memo, 400 rows read, full scan: no memo, skipped " in line
    assert line.endswith(" null, 12.5 ms")


def test_what_can_never_be_a_log_is_a_mistake_and_the_rest_may_pass() -> None:
    assert turns.exit_code(Unavailable("not a database", "x")) == 2
    assert turns.exit_code(Unavailable("busy", "x")) == 4


def test_times_are_local_and_survive_the_end_of_the_calendar() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert fields(Turn("a", "in force", "t", 0, "m"), tokyo) == (
        "a",
        "t",
        "1970-01-01 09:00:00+09:00",
        "m",
        "in force",
    )
    for ts in (2**63 - 1, -(2**63), 253402300799):
        assert fields(Turn("a", "asked for", None, ts, None), tokyo) == ("a", None, f"@{ts}", None, "asked for")


ODD = [("\t", "-"), ("\\t", "-"), ("\\\\t", "-"), ("-", None), ("-", "-"), ("\\", None), ("\\\\", None)]
"""Turns and threads that were not to be told apart."""


def test_no_field_can_break_its_line_or_the_terminal() -> None:
    shown = record(fields(Turn("a\tb\nc", "requested", "\x1b[2J", 0, "\ud800"), UTC))
    assert shown.split("\t") == ["a\\tb\\nc", "\\x1b[2J", "1970-01-01 00:00:00+00:00", "\\ud800", "requested"]


def test_what_is_escaped_in_a_pipe_is_told_from_what_looks_so() -> None:
    written = {record(fields(Turn(turn, "requested", thread, 0, None), UTC)) for turn, thread in ODD}
    assert len(written) == len(ODD)
    assert all(line.count("\t") == 4 for line in written)


def test_the_document_is_ascii_json_even_with_a_lone_surrogate(tmp_path: Path) -> None:
    said = Tally(Summary(TierRows(1, 0, 0), 1, 0, 0, 0), (("null", 2),))
    shown = Result((Turn("a", "in force", "潮", 0, "\ud800"),), said, {"path": "memo", "rows": 1}, 0.001)
    text = json.dumps(document(shown, Query(tmp_path, Day(TODAY), None, UTC)))
    assert text.isascii()
    loaded = json.loads(text)
    assert loaded["window"] == {"first": "2026-03-01", "last": None, "zone": "UTC"}
    assert loaded["turns"] == [
        {
            "turn": "a",
            "how": "in force",
            "thread": "潮",
            "ts": 0,
            "time": "1970-01-01 00:00:00+00:00",
            "model": "\ud800",
        }
    ]
    assert (loaded["tier_rows"], loaded["skipped"]) == ({"tags": 1, "request": 0, "submission": 0}, {"null": 2})
    assert loaded["milliseconds"] == 1.0
