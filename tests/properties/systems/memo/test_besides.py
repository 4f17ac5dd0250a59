"""What an answer says beside its turns: counts for programs, and one line for people about what the log does not say.

Asked of eleven logs that real binaries of codex wrote, by the command ``turns`` and by all the ways that it has.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from click.testing import Result as Run

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.codex import Summary, TierRows
from strandline.impl.memo.product import turns
from strandline.impl.memo.product.follow import JUDGED_AT_ONCE
from strandline.impl.memo.product.query import Day, Query
from strandline.impl.memo.product.tally import Tally, silence
from strandline.impl.memo.product.turns import Result
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.impl.memo.refresh import Ask
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.properties.cli import main
from strandline.properties.systems.memo.live.judge import Oracle, look
from tests.claims.real_logs import EARLIER, LOGS, UNTOLD, every_log, insert, read

if TYPE_CHECKING:
    from strandline.impl.memo.projection import Fact
    from strandline.impl.memo.store import Joined

pytestmark = pytest.mark.checkout

NAMES = {"tier_rows", "turns_seen", "turns_untold", "of_no_turn", "unreadable", "skipped"}
UTC = ZoneInfo("UTC")
NONE = Summary(TierRows(3, 2, 1), 0, 0, 0, 0)
ALWAYS = Window(None, None, UTC)
ENDED = Day(date(2000, 1, 1)), Day(date(2010, 1, 1))
"""Days that hold every row of these logs as they are read here."""


def create(path: Path, log: Path) -> sqlite3.Connection:
    """Make the file of a real log, and give a connection that writes to it."""
    writer = sqlite3.connect(path, isolation_level=None)
    for statement in CREATE:
        writer.execute(statement)
    insert(writer, *read(log, EARLIER)[1])
    return writer


def run(path: Path, *options: str) -> Run:
    return CliRunner().invoke(main, ["turns", str(path), "--zone", "UTC", *options])


def said(shown: object) -> tuple[object, ...]:
    """Give all that an answer says, whoever gave it."""
    assert isinstance(shown, Result), shown
    record = turns.document(shown, Query(Path(), None, None, UTC))
    return record["turns"], {name: record[name] for name in NAMES}


def refreshed(scanner: Scanner, judge: Oracle) -> Answer:
    """Refresh once; the oracle, query in the same transaction, must agree."""
    judge.expect((None, None), UTC)
    answer = scanner.turns(ALWAYS)
    assert isinstance(answer, Answer), answer
    judged = judge.judge(answer)
    assert (judged.problem, judged.differences, judged.counts) == (None, (), ())
    return answer


def test_one_line_says_what_the_log_does_not_and_it_is_said_of_exactly_three_of_eleven_real_logs(
    tmp_path: Path,
) -> None:
    lines = {}
    for log in LOGS:
        create(tmp_path / log.stem, log).close()
        scanned, looked = (run(tmp_path / log.stem, *options).stderr.splitlines() for options in ((), ("--oracle",)))
        assert scanned[1:] == looked[1:]
        lines[log.stem] = scanned[1:]
    assert len(lines) == 11
    assert {name for name, more in lines.items() if more} == UNTOLD
    assert lines["0.149-thread-default"] == [
        "2 of 2 turns seen: no row says their tier (set earlier or in the configuration); they may have run on priority"
    ]
    assert lines["0.140-http"] == [
        "1 of 2 turns seen: no row says its tier (set earlier or in the configuration); it may have run on priority"
    ]


@every_log
def test_json_has_the_counts_beside_the_turns_from_scanner_and_oracle_alike(tmp_path: Path, log: Path) -> None:
    expected = read(log)[0]["expected"]
    with closing(create(tmp_path / "log", log)) as writer:
        writer.execute(
            "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (9, 9, 'INFO', 'none', NULL)"
        )
    scanned, looked = (
        json.loads(run(tmp_path / "log", "--format", "json", *options).stdout) for options in ((), ("--oracle",))
    )
    assert scanned.keys() == looked.keys() >= NAMES
    for name in NAMES:
        assert scanned[name] == looked[name] == (expected | {"skipped": {"null": 1}})[name]
    assert scanned["turns"] == looked["turns"]
    assert [turn["how"] for turn in scanned["turns"]] == [turn["how"] for turn in expected["turns"]]


@every_log
def test_a_real_log_without_any_one_of_its_rows_is_answered_as_by_the_oracle_on_every_path(
    tmp_path: Path, log: Path
) -> None:
    """Cold, from the memo that the whole log left, and in one shot; with all rows, and with each of them deleted."""
    path = tmp_path / "log"
    ever, ended = Query(path, None, None, UTC), Query(path, *ENDED, UTC)
    ways = set()
    with closing(create(path, log)) as writer:
        writer.row_factory = sqlite3.Row
        rows = [dict(row) for row in writer.execute("SELECT * FROM logs")]
        for gone in (None, *rows):
            judge = Oracle()
            with Scanner(path, limits=JUDGED_AT_ONCE, connect=judge.watch.connect) as scanner:
                refreshed(scanner, judge)
                if gone is not None:
                    writer.execute("DELETE FROM logs WHERE id = ?", (gone["id"],))
                ways.add(refreshed(scanner, judge).statistics.path)
            for query, way in ((ever, "memo"), (ended, "one-shot")):
                shown = turns.scan(query)
                assert isinstance(shown, Result)
                assert shown.read["path"] == way
                assert said(shown) == said(look(query))
            if gone is not None:
                insert(writer, gone)
    assert ways == {"unchanged", "memo"}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("turns_seen", lambda found: found._replace(summary=found.summary._replace(turns_seen=99))),
        ("unreadable", lambda found: found._replace(summary=found.summary._replace(unreadable=99))),
        ("tier_rows", lambda found: found._replace(summary=found.summary._replace(tier_rows=TierRows(99, 0, 0)))),
        ("skipped", lambda found: found._replace(skipped=(("null", 99),))),
    ],
)
def test_following_with_the_oracle_stops_at_a_difference_of_counts_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    changed: Any,  # noqa: ANN401 - a lambda
) -> None:
    create(tmp_path / "log", LOGS[0]).close()
    joined = Ask.joined

    def other(ask: Ask, sources: tuple[Fact[Any], ...]) -> Joined:
        found: Joined = changed(joined(ask, sources))
        return found

    monkeypatch.setattr(Ask, "joined", other)
    result = run(tmp_path / "log", "--follow", "--oracle", "--interval", "0")
    assert result.exit_code == 1
    first, different, ours, theirs, *_, last = result.stdout.splitlines()
    assert "  1 difference (2 rows, " in first
    assert different == f"  different: {name}"
    assert ours.startswith("    scanner  ")
    assert "99" in ours
    assert theirs.startswith("    oracle   ")
    assert last == "compared 1: 1 difference"
    result = run(tmp_path / "log", "--follow", "--oracle", "--interval", "0", "--format", "json")
    assert result.exit_code == 1
    refresh, total = map(json.loads, result.stdout.splitlines())
    assert refresh["oracle"]["differences"] == []
    (count,) = refresh["oracle"]["other_counts"]
    assert (count["name"], count["scanner"]) == (name, refresh[name])
    assert count["oracle"] != refresh[name]
    assert total["summary"]["differences"] == 1


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (NONE._replace(turns_seen=9, of_no_turn=5), None),
        (NONE._replace(unreadable=1), "1 row begins as a submission or as tags and cannot be read"),
        (
            NONE._replace(turns_seen=2000, turns_untold=1000, unreadable=2000),
            (
                "1,000 of 2,000 turns seen: no row says their tier (set earlier or in the configuration);"
                " they may have run on priority; 2,000 rows begin as a submission or as tags and cannot be read"
            ),
        ),
    ],
)
def test_the_line_is_about_untold_turns_and_unreadable_rows_and_nothing_else(counts: Summary, line: str | None) -> None:
    assert silence(Tally(counts, (("null", 7),))) == line
