"""What people and scripts see of the commands turns and writer."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.refresh import Ask
from tests.properties.commands.calls import one_line, run

if TYPE_CHECKING:
    from pathlib import Path


# turns


def test_scanner_and_oracle_show_the_same_turns_parted_by_tabs(log: Path) -> None:
    scanned, looked = run("turns", log, "--zone", "UTC"), run("turns", log, "--zone", "UTC", "--oracle")
    assert scanned.exit_code == looked.exit_code == 0
    assert scanned.stdout == looked.stdout
    assert {line.count("\t") for line in scanned.stdout.splitlines()} == {4}
    assert "by memo, 400 rows read, full scan: no memo" in scanned.stderr
    assert "by oracle, 400 rows read" in looked.stderr


def test_an_answer_as_json_is_one_document(log: Path) -> None:
    document = json.loads(run("turns", log, "--since", "-1d", "--zone", "UTC", "--format", "json").stdout)
    assert document["window"]["zone"] == "UTC"
    assert document["read"]["cause"] == "no memo"
    assert len(document["turns"]) > 3


def test_a_window_leaves_out_the_days_before_it(log: Path) -> None:
    assert run("turns", log, "--until", "2001-01-01").stdout == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--since", "soon"), "'soon' is not a day"),
        (("--since", "today", "--until", "yesterday"), "later than its last day"),
        (("--zone", "Nowhere"), "'Nowhere' is not a time zone"),
        (("--for", "2m"), "need --follow"),
        (("--follow", "--for", "soon"), "'soon' is not a length of time"),
        (("--follow", "--for", "999999999h"), "is too long"),
        (("--follow", "--interval", "-1"), "is not a length of time"),
        (("--format", "xml"), "xml"),
        (("--what",), "--what"),
        (("--memo", "m", "--no-memo"), "--memo and --no-memo exclude each other"),
        (("--memo", "m", "--no-memo", "--oracle"), "--memo and --no-memo exclude each other"),
    ],
)
def test_a_mistake_in_the_call_is_one_line(log: Path, options: tuple[str, ...], says: str) -> None:
    one_line(run("turns", log, *options), 2, says)


def test_a_call_that_keeps_no_memo_passes_over_the_file_for_all_calls(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRANDLINE_MEMO", str(tmp_path / "memo"))
    assert run("turns", log, "--no-memo").exit_code == 0
    assert not (tmp_path / "memo").exists()
    assert run("turns", log).exit_code == 0
    assert (tmp_path / "memo").exists()


@pytest.mark.parametrize("oracle", [(), ("--oracle",)])
def test_what_is_no_log_is_one_line(tmp_path: Path, oracle: tuple[str, ...]) -> None:
    text, other = tmp_path / "text", tmp_path / "other ?#%.sqlite"
    text.write_text("no database, however long it is. " * 40)
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE things (id INTEGER)")
    one_line(run("turns", tmp_path, *oracle), 2, "not a regular file")
    one_line(run("turns", text, *oracle), 2, "not a database")
    one_line(run("turns", other, *oracle), 2, "no table named logs")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
        one_line(run("turns", tmp_path / "fifo", *oracle), 2, "not a regular file")
    result = run("turns", tmp_path / "none", *oracle)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no log at" in result.stderr
    result = run("turns", text, *oracle, "--format", "json")
    assert json.loads(result.stdout)["unavailable"]["reason"] == "not a database"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "fifo") == ["other ?#%.sqlite", "text"]


def test_following_sums_up_and_compares(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    clock = SimpleNamespace(  # on which nothing but a rest takes time
        time=time.time, perf_counter=time.perf_counter, monotonic=lambda: sum(rests), sleep=rests.append
    )
    monkeypatch.setattr("strandline.impl.memo.product.follow.time", clock)
    monkeypatch.setattr(
        "strandline.impl.memo.product.follow.RESTS", 0
    )  # how long a comparison takes is up to the machine
    result = run("turns", log, "--follow", "--oracle", "--interval", "1", "--for", "1.5")
    assert (result.exit_code, rests) == (0, [1.0])
    lines = result.stdout.splitlines()
    assert "full scan: no memo" in lines[0]
    assert "unchanged" in lines[1]
    assert lines[-1].endswith(": 0 differences")


def test_following_as_json_is_a_line_for_each_refresh_and_one_for_the_sum(log: Path) -> None:
    result = run("turns", log, "--follow", "--oracle", "--interval", "1", "--for", "0", "--format", "json")
    refresh, summary = map(json.loads, result.stdout.splitlines())
    assert refresh["oracle"] == {"rows": 400, "problem": None, "differences": [], "other_counts": []}
    assert summary["summary"]["differences"] == 0


def test_following_stops_at_a_difference(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joined = Ask.joined
    monkeypatch.setattr(Ask, "joined", lambda ask, sources: joined(ask, sources)._replace(turns=()))
    result = run("turns", log, "--follow", "--oracle", "--interval", "0")
    assert result.exit_code == 1
    assert "  missing: turn " in result.stdout
    assert result.stdout.splitlines()[-1].startswith("compared 1: 1 difference")


def test_a_file_that_may_not_be_read_is_no_mistake_in_the_call(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert run("turns", log).exit_code == 0  # whether it can be read is told by reading it


# writer


def test_the_writer_writes_what_the_scanner_reads(tmp_path: Path) -> None:
    path = tmp_path / "log"
    result = run("writer", path, "--rows", "300", "--seed", "7", "--journal", "delete", "--format", "json")
    assert result.exit_code == 0
    totals = json.loads(result.stdout)
    assert (totals["rows"], totals["interrupted"]) == (300, False)
    assert "300 rows read" in run("turns", path).stderr
    assert run("writer", tmp_path / "other", "--rows", "5").stdout.startswith("5 rows written, 0 pruned, 2 commits")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--rows", "-1"), "rows must lie between 0"),
        (("--rows", "9" * 30), "rows must lie between 0"),
        (("--batch", "9" * 30), "batch must lie between 1"),
        (("--busy", "inf"), "busy must lie between 0"),
        (("--bytes-max", "9" * 30), "bytes_max must lie between 1"),
        (("--rate", "1e300"), "rate must lie between"),
        (("--threads", "10001"), "threads and processes must lie between 1"),
        (("--rate", "0"), "rate must lie between"),
        (("--rate", "nan"), "rate must lie between"),
        (("--journal", "off"), "journal must be wal or delete"),
        (("--rows", "1", "--until-interrupted"), "exclude each other"),
        (("--batch", "many"), "--batch"),
    ],
)
def test_a_plan_out_of_range_is_one_line(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    one_line(run("writer", tmp_path / "log", *options), 2, says)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_tells_a_wrong_file_from_one_that_fails(tmp_path: Path) -> None:
    one_line(run("writer", tmp_path), 2, "a directory")
    one_line(run("writer", tmp_path / "no" / "folder"), 4, "cannot be opened")
