"""The command line: what people and scripts see."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from functools import partial
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.impl.refresh import Ask
from strandline.model.state import Action
from strandline.properties import __version__, check, checking
from strandline.properties.cli import COMMANDS, main
from strandline.properties.laws import LAWS
from strandline.properties.live.writer import Plan, write
from strandline.properties.mutants import MUTANTS
from strandline.properties.report import drawing, folder
from strandline.properties.report.replay import encode
from strandline.properties.specimens import SPECIMENS
from strandline.properties.traces import replaying
from strandline.properties.verdict import Change, Claim, Engine, Exhibit, Frame, Trace, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from strandline.properties.verdict import Report

PATIENCE = 60.0
"""Seconds to wait for a child; it is only used up when something is wrong."""

TRACE = Trace("shipped", "pair", "M3", (Action("append"), Action("start", 0)))
EXHIBIT = Exhibit(
    TRACE,
    (Frame(None, "append a", (Change("log", "empty", "a"),)), Frame(0, "start", ())),
    ("oracle: a",),
    2,
    broken=True,
)


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    write(path, Plan(codex="0.158", rows=400, noise=0.1), threading.Event())
    return path


def one_line(result: Result, code: int, says: str) -> None:
    """Assert that a call ended with a code and one clear line, and nothing else."""
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("strandline: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output == f"strandline, version {__version__}\n"


def test_the_help_has_a_whole_line_for_every_command() -> None:
    listed = run("--help").output.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == sorted(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_a_shell_completes_a_command_without_loading_any() -> None:
    complete = (
        "from strandline.properties.cli import main; import click; c = main.shell_complete(click.Context(main), 're')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; {complete}; print(*(one.value for one in c)); print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    completed, loaded = ran.stdout.splitlines()
    assert completed == "replay report"
    assert {"hypothesis", "trio", "numpy", "strandline.properties.report.cli"}.isdisjoint(loaded.split())


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ((), {"hypothesis", "trio", "numpy", "pytest"}),
        (("turns",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("doctor",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("writer",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("report",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("prove",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("replay",), {"hypothesis", "trio", "pytest"}),
        (("exhaust",), {"hypothesis", "trio", "pytest"}),
    ],
)
def test_a_command_waits_for_nothing_that_it_does_not_use(command: tuple[str, ...], spared: set[str]) -> None:
    """All of it together takes more than a second to load."""
    load = "from strandline.properties.cli import main; main(sys.argv[1:], standalone_mode=False)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; {load}; print(*sys.modules)", *command, "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert spared.isdisjoint(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("check",),
        ("exhaust",),
        ("bench", "exhaust"),
        ("replay",),
        ("export",),
        ("demo",),
        ("doctor",),
        ("report",),
        ("verify",),
        ("turns",),
        ("writer",),
    ],
)
def test_every_help_shows_exit_codes_and_an_example(command: tuple[str, ...]) -> None:
    text = run(*command, "--help").output
    assert "Exit codes: 0 " in text
    assert "Example:    strandline " in text


def test_an_unexpected_failure_is_broken_and_never_taken_for_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.properties.live.turns.parse_zone", lambda _name: 1 / 0)
    result = run("turns", "x")
    assert result.exit_code == 4
    assert "ZeroDivisionError" in result.stderr


def test_an_interrupt_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_name: str | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("strandline.properties.live.turns.parse_zone", interrupted)
    assert run("turns", "x").exit_code == 130


# check


def claims(engine: str, verdict: Verdict) -> Iterator[Claim]:
    for law in LAWS:
        found = verdict if law.number == "M3" else Verdict.HOLDS
        trace = TRACE if found is Verdict.VIOLATED else None
        yield Claim(law.number, engine, found, "every state", (), (("states", 1234),), 1 if law.twin else None, trace)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    def searching(name: str, subject: str, report: Report) -> Iterator[Claim]:
        report("depth 1")
        yield from claims(name, Verdict.VIOLATED if subject != "shipped" else Verdict.HOLDS)

    engines = [Engine(name, f"searches, {name}", partial(searching, name)) for name in ("one", "two")]
    monkeypatch.setattr(check, "ENGINES", engines)
    monkeypatch.setattr(check, "UNTIL_BROKEN", engines)
    monkeypatch.setattr(check, "planted", lambda _name: contextlib.nullcontext())
    monkeypatch.setattr(checking, "ENGINES", engines)
    monkeypatch.setattr(checking, "MUTANTS", {"split": MUTANTS["split"]})
    monkeypatch.setattr(drawing, "retrace", lambda _trace: EXHIBIT)
    monkeypatch.setattr(replaying, "retrace", lambda _trace, until=None: EXHIBIT._replace(fits=until or 2))
    return engines


@pytest.mark.usefixtures("engines")
def test_a_check_that_holds_names_every_law_and_where_the_evidence_lies(tmp_path: Path) -> None:
    result = run("check", "--out", tmp_path / "out")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(LAWS)]] == [law.number for law in LAWS]
    assert lines[0] == "M1   exact      holds        one 1,234 states; two 1,234 states"
    numbers = " ".join(law.number for law in LAWS)
    for name in ("one", "two"):
        assert f"{numbers}: {name}: every state (1,234 states)" in lines
    assert lines[-2] == "shipped: holds"
    assert lines[-1] == f"evidence: {tmp_path / 'out' / 'evidence.json'} and {tmp_path / 'out' / 'summary.md'}"
    assert "one: searches, one" in result.stderr
    assert "\x1b" not in result.output


@pytest.mark.usefixtures("engines")
def test_a_violation_is_drawn_and_ends_with_the_line_that_replays_it(tmp_path: Path) -> None:
    result = run("check", "--mutant", "split", "--out", tmp_path)
    assert result.exit_code == 1
    assert "M3 monotone is broken:" in result.stdout
    assert result.stdout.splitlines()[-1] == f"  strandline replay {tmp_path / 'traces' / 'M3-shipped.json'}"
    again = run("replay", tmp_path / "traces" / "M3-shipped.json")
    assert again.exit_code == 1
    assert "append a" in again.stdout


@pytest.mark.usefixtures("engines")
def test_json_on_standard_output_is_the_evidence_and_nothing_else(tmp_path: Path) -> None:
    result = run("check", "--format", "json", "--out", tmp_path)
    assert result.stdout_bytes == (tmp_path / "evidence.json").read_bytes()
    assert json.loads(result.stdout)["claims"]["verdict"] == "holds"


@pytest.mark.usefixtures("engines")
def test_an_engine_that_is_not_selected_is_named_as_skipped(tmp_path: Path) -> None:
    result = run("check", "--engine", "two", "--out", tmp_path)
    assert "one skipped: not selected" in result.stdout
    assert "A skipped engine is not a pass." in result.stdout
    assert json.loads((tmp_path / "evidence.json").read_text())["claims"]["skipped"] == ["one"]


@pytest.mark.usefixtures("engines")
def test_evidence_that_cannot_be_written_in_the_end_is_said_after_the_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(folder, "require", lambda _path: None)  # as if the disk had filled up since
    result = run("check", "--out", tmp_path / "file")
    assert result.exit_code == 4
    assert "shipped: holds" in result.stdout
    assert "evidence:" not in result.stdout
    assert result.stderr.splitlines()[-1].startswith(f"strandline: {tmp_path / 'file'}")
    assert run("check", "--mutant", "split", "--out", tmp_path / "file").exit_code == 1


def test_of_two_broken_laws_each_is_drawn_with_its_own_line(
    engines: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(_subject: str, _report: Report) -> Iterator[Claim]:
        for number, steps in (("M1", 2), ("M3", 1)):
            trace = TRACE._replace(law=number, steps=TRACE.steps[:steps])
            yield Claim(number, "one", Verdict.VIOLATED, "broken", trace=trace)

    monkeypatch.setattr(check, "ENGINES", [engines[0].__class__("one", "searches", both)])
    monkeypatch.setattr(drawing, "retrace", lambda trace: EXHIBIT._replace(trace=trace))
    said = run("check", "--out", tmp_path).stdout
    for law in ("M1 exact", "M3 monotone"):
        assert said.count(f"{law} is broken:") == 1
        assert said.count(f"  strandline replay {tmp_path / 'traces' / law.split()[0]}-shipped.json\n") == 1
    summary = (tmp_path / "summary.md").read_text()
    assert [summary.count(f"{law} is broken:") for law in ("M1 exact", "M3 monotone")] == [1, 1]


@pytest.mark.usefixtures("engines")
def test_a_mutant_is_checked_until_it_is_caught_unless_all_is_asked_for(tmp_path: Path) -> None:
    document = json.loads(run("check", "--mutant", "split", "--out", tmp_path, "--format", "json").stdout)["claims"]
    assert (document["until_broken"], document["skipped"]) == (True, ["two"])
    assert document["engines"][1]["detail"] == "M3 was broken before it began"
    options = ("--mutant", "split", "--all", "--out", tmp_path, "--format", "json")
    document = json.loads(run("check", *options).stdout)["claims"]
    assert (document["until_broken"], document["skipped"]) == (False, [])
    one_line(run("check", "--all", "--out", tmp_path), 2, "--all is for --mutant")


@pytest.mark.usefixtures("engines")
def test_unknown_mutants_and_engines_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    one_line(run("check", "--mutant", "x", "--out", tmp_path), 2, "there are shipped, split")
    one_line(run("check", "--engine", "x", "--out", tmp_path), 2, "there are one, two")
    assert list(tmp_path.iterdir()) == []


def test_specimens_are_listed_in_both_formats() -> None:
    assert [line.split()[0] for line in run("check", "--list-specimens").stdout.splitlines()] == list(SPECIMENS)
    listed = json.loads(run("check", "--list-specimens", "--format", "json").stdout)
    assert [specimen["name"] for specimen in listed] == list(SPECIMENS)


def test_a_specimen_that_nobody_knows_or_that_is_asked_for_beside_something_else_is_refused(tmp_path: Path) -> None:
    one_line(
        run("check", "--specimen", "D9", "--out", tmp_path), 2, "there is no specimen named 'D9'; there are D0, D1"
    )
    for other in (("--mutant", "split"), ("--engine", "fuzz")):
        one_line(run("check", "--specimen", "D1", *other, "--out", tmp_path), 2, "--specimen excludes")
    assert list(tmp_path.iterdir()) == []


def test_a_specimen_is_violated_with_a_trace_that_replays(tmp_path: Path) -> None:
    result = run("check", "--specimen", "D0", "--out", tmp_path, "--format", "json")
    assert result.exit_code == 1
    claims = json.loads(result.stdout)["claims"]
    assert (claims["subject"], claims["verdict"]) == ("specimen:D0", "violated")
    assert [engine["engine"] for engine in claims["engines"]] == ["exhaust specimen"]
    assert {law["law"]: law["verdict"] for law in claims["laws"]} == {
        law.number: "inconclusive" if law.holds is None else "violated" for law in LAWS
    }
    for name in claims["traces"]:
        replayed = run("replay", tmp_path / "traces" / name)
        assert replayed.exit_code == 1
        assert "is broken:" in replayed.stdout


def test_a_trace_through_a_specimen_that_nobody_knows_is_no_pass() -> None:
    unknown = Trace("specimen:D9", "appends", "M1", (Action("start", 0),))
    one_line(run("replay", "-", stdin=encode(unknown)), 3, "nothing here is named 'D9'; not a pass")


@pytest.mark.usefixtures("engines")
def test_mutants_are_listed_in_both_formats() -> None:
    assert run("check", "--list-mutants").stdout.startswith("split ")
    (mutant,) = json.loads(run("check", "--list-mutants", "--format", "json").stdout)
    assert sorted(mutant) == ["hazard", "law", "name", "says"]


def test_a_drawing_that_fails_does_not_hide_the_violation(
    engines: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engines
    monkeypatch.setattr(drawing, "retrace", lambda _trace: 1 / 0)
    result = run("check", "--mutant", "split", "--out", tmp_path)
    assert result.exit_code == 1
    assert "cannot be drawn: ZeroDivisionError" in result.stdout


# replay


@pytest.mark.usefixtures("engines")
def test_a_trace_is_replayed_from_standard_input_as_json() -> None:
    result = run("replay", "-", "--format", "json", stdin=encode(TRACE))
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["law"], document["broken"], document["fits"]) == ("M3", True, 2)
    assert document["frames"][0]["changes"] == [{"what": "log", "before": "empty", "after": "a"}]


def test_a_trace_that_fits_no_longer_is_no_pass(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(encode(TRACE))
    one_line(run("replay", path), 3, "nothing here is named 'pair'")
    path.write_bytes(encode(TRACE._replace(world="prune", steps=(Action("append"), Action("read", 0)))))
    result = run("replay", path)
    assert result.exit_code == 3
    said = " ".join(result.stdout.split())
    assert "step 2, read by r1, cannot be taken: r1 is not under way. This is not a pass." in said


def test_a_trace_of_a_law_that_judges_no_step_is_no_pass() -> None:
    one_line(run("replay", "-", stdin=encode(TRACE._replace(law="M4"))), 3, "M4 is proved")


@pytest.mark.parametrize("data", [b"", b"{}", b"\x00" * 100, b"[" * 5000])
def test_a_bad_trace_file_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(data)
    one_line(run("replay", path), 2, "not a trace file")
    one_line(run("replay", tmp_path), 2, "cannot be read")
    one_line(run("replay", tmp_path / "none"), 2, "cannot be read")


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
    ],
)
def test_a_mistake_in_the_call_is_one_line(log: Path, options: tuple[str, ...], says: str) -> None:
    one_line(run("turns", log, *options), 2, says)


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
    monkeypatch.setattr("strandline.properties.live.follow.time", clock)
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


# whole processes

COMMAND = (sys.executable, "-c", "from strandline.properties.cli import main; main()")

ENDLESS = """
import sys, threading
from strandline.properties import check, checking, cli
from strandline.properties.verdict import Claim, Engine, Verdict

def run(subject, report):
    yield Claim("M1", "endless", Verdict.HOLDS, "so far", reached=1)
    print("ready", file=sys.stderr, flush=True)
    threading.Event().wait(60)

check.ENGINES = checking.ENGINES = (Engine("endless", "never ends", run),)
cli.main()
"""


def child(*arguments: str | Path) -> subprocess.Popen[bytes]:
    command = [*map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def interrupted(process: subprocess.Popen[bytes], ready: bytes, stream: IO[bytes]) -> tuple[int, str, str]:
    """Interrupt a child once it wrote a line with this in it; give its exit code and what else it wrote."""
    with process:
        assert any(ready in line for line in stream)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out.decode(), err.decode()


no_sigint = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one child")


posix = pytest.mark.skipif(os.name != "posix", reason="the shell and its devices are those of POSIX")


def shell(line: str, *arguments: str | Path) -> tuple[int, str]:
    """Run a line of the shell in which "$@" is strandline with these arguments; give its exit code and its errors."""
    command = ("/bin/bash", "-c", f"set -o pipefail; {line}", "bash", *COMMAND, *map(str, arguments))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stderr.decode()


@posix
def test_a_working_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    code, err = shell(f'cd "{tmp_path}/gone" && rmdir "{tmp_path}/gone" && "$@"', "--version")
    assert (code, err) == (2, "strandline: the working folder is gone: change to one that exists\n")


@posix
@pytest.mark.parametrize("arguments", [("--version",), ("turns", "none"), ("check", "--list-mutants")])
def test_a_closed_standard_output_is_one_line(arguments: tuple[str, ...]) -> None:
    assert shell('"$@" >&-', *arguments) == (4, "strandline: standard output is closed\n")


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [("--version",), ("check", "--list-mutants")])
def test_an_output_without_room_is_one_line(arguments: tuple[str, ...]) -> None:
    code, err = shell('"$@" >/dev/full', *arguments)
    assert code == 4
    assert "No space left" in err
    assert err.count("\n") == 1
    assert shell('"$@" >/dev/full 2>/dev/full', *arguments) == (4, "")


@posix
def test_a_version_that_nobody_reads_is_told_by_its_exit_code() -> None:
    assert shell('"$@" | true', "--version") == (141, "")


@no_sigint
def test_ctrl_c_ends_a_check_as_inconclusive_with_its_evidence(tmp_path: Path) -> None:
    process = child(sys.executable, "-c", ENDLESS, "check", "--out", tmp_path)
    assert process.stderr is not None
    code, out, err = interrupted(process, b"ready", process.stderr)
    assert code == 3, err
    assert "endless interrupted" in out
    claims = json.loads((tmp_path / "evidence.json").read_text())["claims"]
    assert claims["verdict"] == "inconclusive"
    assert claims["laws"][0]["verdict"] == "holds"
    assert "Traceback" not in err


@no_sigint
def test_ctrl_c_ends_following_with_the_sum(log: Path) -> None:
    process = child(*COMMAND, "turns", log, "--follow", "--oracle", "--interval", "0.01")
    assert process.stdout is not None
    code, out, err = interrupted(process, b"unchanged", process.stdout)
    assert code == 0, err
    assert out.splitlines()[-1].endswith(": 0 differences")
    assert err == ""


@no_sigint
def test_ctrl_c_ends_the_writer_with_its_totals(tmp_path: Path) -> None:
    process = child(*COMMAND, "writer", tmp_path / "log", "--until-interrupted", "--format", "json")
    assert process.stderr is not None
    code, out, err = interrupted(process, b"rows written", process.stderr)
    assert code == 0, err
    assert json.loads(out)["interrupted"] is True
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_reader_that_goes_away_is_met_with_silence(log: Path) -> None:
    process = child(*COMMAND, "turns", log, "--follow", "--interval", "0")
    with process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=PATIENCE) == 141


def test_a_terminal_without_unicode_gets_escapes_and_no_traceback(log: Path) -> None:
    body = 'turn{turn.id=潮}: websocket request: {"type":"response.create","service_tier":"priority"}'
    with contextlib.closing(sqlite3.connect(log)) as connection:
        connection.execute("UPDATE logs SET feedback_log_body = ? WHERE id = 1", (body,))
        connection.commit()
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*COMMAND, "turns", str(log)], capture_output=True, env=environment, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    assert b"\\u6f6e\t" in done.stdout
