"""Claims about the sample scanners of the docs: D1's rule is caught in each, and what is said to mend it does."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from strandline.model.memo.log import Log, Row
from strandline.model.terms import Step
from strandline.properties.cli import main
from strandline.properties.core.verdict import Trace, Verdict
from strandline.properties.systems.memo.blackbox import judged
from strandline.properties.systems.memo.blackbox.child import Child
from strandline.properties.systems.memo.blackbox.edge_cases import EDGE_CASES
from strandline.properties.systems.memo.blackbox.factory import InProcess, load
from strandline.properties.systems.memo.blackbox.judged import SEARCH, Bench
from strandline.properties.systems.memo.blackbox.scenarios import SMALL, hurried
from strandline.properties.systems.memo.blackbox.subject import Launch, Turn, Turns, Window
from strandline.properties.systems.memo.driver.plug import CODEX
from tests.claims.real_logs import LOGS, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.blackbox.subject import Subject

pytestmark = pytest.mark.checkout

SAMPLES: Final = Path(__file__).parents[4] / "docs" / "samples"
PAGE: Final = SAMPLES.parent / "your-scanner.md"
TODAY: Final = datetime.now(UTC).date()
PAGE_LINES_MAX: Final = 40

WORLDS: Final = (
    *("outside deleted", "outside replaced", "outside emptied", "outside overruled", "outside untold"),
    *("outside twice", "outside edges", *EDGE_CASES),
)
"""Worlds in which D1's rule shows, one in which files are replaced under a refresh, and edge cases of rows."""

CELLS: Final = ("id", "ts", "ts_nanos", "thread_id", "process_uuid", "feedback_log_body")

PYTHON_FAULT: Final = "trusted = memo and memo.inode == inode and memo.start <= start and memo.cursor <= highest"
C_FAULT: Final = "int trusted = memo.filled && memo.inode == inode && memo.start <= start && memo.cursor <= highest;"
C_RULE: Final = (
    "if (memo.filled && memo.inode == found->inode && memo.start <= found->start && memo.cursor >= found->cursor)"
)
PYTHON_RULE: Final = (
    "if kept and kept.inode == found.inode and kept.start <= found.start and kept.cursor >= found.cursor:"
)

H03: Final = tuple(
    Step(*step)
    for step in (
        *(("start", 0), ("end", 0), ("empty",), ("start", 0), ("end", 0)),
        *(("append", None, 1), ("start", 0), ("end", 0)),
    )
)
"""The history that D1's rule gets wrong and D0 does not: the refresh after the emptying is thrown away."""


def changed(name: str, fault: str, mended: str, folder: Path) -> Path:
    """Copy a sample with one place changed."""
    source = (SAMPLES / name).read_text("utf-8")
    assert source.count(fault) == 1
    path = folder / name
    path.write_text(source.replace(fault, mended), "utf-8")
    return path


def in_process(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Subject]:
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(sys, "path", [str(path.parent), *sys.path])
    monkeypatch.delitem(sys.modules, "your_scanner", raising=False)
    return partial(InProcess, load("your_scanner:Scanner"))


def compiled(source: Path, folder: Path) -> Callable[[], Subject]:
    """Compile a sample as the docs say; skip where that cannot be done."""
    compiler = shutil.which("cc")
    if compiler is None or os.name == "nt":
        pytest.skip("there is no C compiler here")
    probe = folder / "probe.c"
    probe.write_text("#include <sqlite3.h>\nint main(void) { return sqlite3_libversion_number() < 3038000; }\n")
    linked = subprocess.run(
        [compiler, str(probe), "-o", str(folder / "probe"), "-lsqlite3"], capture_output=True, check=False, timeout=60
    )
    if linked.returncode != 0 or subprocess.run([folder / "probe"], check=False, timeout=60).returncode != 0:
        pytest.skip("SQLite's library, 3.38 or newer, is not there to be linked")
    program = folder / "scanner"
    subprocess.run([compiler, str(source), "-o", str(program), "-lsqlite3"], check=True, timeout=60)
    return partial(Child, [str(program)])


def bench(start: Callable[[], Subject], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(judged, "SMALL", {world: SMALL[world] for world in WORLDS})
    return Bench(Launch("sample", ("--subject", "sample"), start), TODAY)


def searched(on: Bench) -> dict[str, Trace | None]:
    """Search the worlds; give a trace for each law that is broken."""
    claims = on.judge([SEARCH], lambda _line: None, lambda _line: None).claims
    assert {claim.law for claim in claims if claim.verdict is Verdict.INCONCLUSIVE} == set()
    return {claim.law: claim.trace for claim in claims if claim.verdict is Verdict.VIOLATED}


def assert_caught(on: Bench) -> None:
    """D1 is caught, by five steps that break the law each time; and by the history that D0 passes."""
    trace = searched(on)["M1"]
    assert trace is not None
    assert len(trace.steps) == 5
    assert not hurried(trace.steps)
    assert on.exhibits[trace].broken
    assert on.retrace(Trace("sample", "outside emptied", "M1", H03)).broken


def test_d1_is_caught_in_the_python_sample_as_a_factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(SAMPLES / "your_scanner.py", tmp_path)
    assert_caught(bench(in_process(tmp_path / "your_scanner.py", monkeypatch), monkeypatch))


@pytest.mark.skipif(os.name == "nt", reason="there are no process groups on Windows")
def test_d1_is_caught_in_the_python_sample_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_caught(bench(partial(Child, [sys.executable, str(SAMPLES / "your_scanner.py")]), monkeypatch))


def test_d1_is_caught_in_the_c_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_caught(bench(compiled(SAMPLES / "scanner.c", tmp_path), monkeypatch))


def test_without_its_memo_the_python_sample_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed("your_scanner.py", PYTHON_FAULT, "trusted = False", tmp_path)
    assert searched(bench(in_process(path, monkeypatch), monkeypatch)) == {}


def test_without_its_memo_the_c_sample_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed("scanner.c", C_FAULT, "int trusted = 0;", tmp_path)
    assert searched(bench(compiled(path, tmp_path), monkeypatch)) == {}


def test_it_is_d1s_rule_that_the_history_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = Trace("sample", "outside emptied", "M1", H03)
    path = changed("your_scanner.py", PYTHON_RULE, "if False:", tmp_path)
    assert not bench(in_process(path, monkeypatch), monkeypatch).retrace(history).broken
    path = changed("scanner.c", C_RULE, "if (0)", tmp_path)
    assert not bench(compiled(path, tmp_path), monkeypatch).retrace(history).broken


def assert_real_logs_are_read(start: Callable[[], Subject], folder: Path) -> None:
    """Each log of a real codex gives the turns that are expected of it, whatever version wrote it."""
    subject = start()
    for path in LOGS:
        known, rows = read(path)
        log = folder / f"{path.stem}.sqlite"
        with closing(sqlite3.connect(log)) as database:
            CODEX.make(database, Log(tuple(Row(*(row[cell] for cell in CELLS)) for row in rows), rows[-1]["id"]))
            database.commit()
        session = subject.open(log, folder / "memo")
        outcome = session.end(session.begin(Window(None, None, ZoneInfo("UTC"))))
        session.close()
        assert isinstance(outcome, Turns)
        assert set(outcome.turns) == {
            Turn(*(turn[field] for field in Turn._fields)) for turn in known["expected"]["turns"]
        }


def test_the_python_sample_reads_the_logs_of_real_binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(SAMPLES / "your_scanner.py", tmp_path)
    assert len(LOGS) == 11
    assert_real_logs_are_read(in_process(tmp_path / "your_scanner.py", monkeypatch), tmp_path)


def test_the_c_sample_reads_the_logs_of_real_binaries(tmp_path: Path) -> None:
    assert_real_logs_are_read(compiled(SAMPLES / "scanner.c", tmp_path), tmp_path)


def test_the_page_is_short_and_shows_both_ways_and_the_line_that_compiles() -> None:
    text = PAGE.read_text("utf-8")
    assert len(text.splitlines()) <= PAGE_LINES_MAX
    for part in ("--subject your_scanner:Scanner", "--subject-cmd ./scanner", "cc scanner.c -o scanner -lsqlite3"):
        assert part in text
    assert "trusted = False" in text


def test_the_command_line_judges_the_c_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(SAMPLES / "scanner.c", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(judged, "SMALL", {"outside deleted": SMALL["outside deleted"]})
    done = CliRunner().invoke(main, ["check", "--subject-cmd", "./scanner", "--engine", SEARCH])
    assert done.exit_code == 1
    assert "M1 exact is broken:" in done.stdout
    assert done.stdout.splitlines()[-1] == (
        "  strandline replay .strandline/runs/0001-check/traces/M1-scanner.json --subject-cmd ./scanner"
    )
