"""Whatever a document, a log, a subject or a name holds: no terminal is commanded, nothing runs, nothing leaks out."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.properties.commands.calls import run
from tests.properties.commands.fuzzed import DOCUMENTS, MEMORY_MAX, TRACE, harmless, inert, peak, plain
from tests.properties.commands.hostile import PAYLOAD
from tests.properties.evidence.evidences import violated
from tests.properties.harness.test_safe_path import trapped

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHT: Final = pytest.mark.night
LONG: Final = {"searches", "evidence of mutants"}
"""Documents that are much like another one, and take their time."""

CHECKOUT: Final = Path(__file__).parents[3]
PATIENCE: Final = 900.0
"""Seconds for all mutations of a document; each has a bound of its own, and this one is for what waits."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a stranger's folder: nothing of it runs, and nothing but what was asked for is written anywhere."""
    ran, folder = tmp_path / "ran", tmp_path / "here"
    trapped(folder, ran)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])  # a module that is named has its folder put there
    before = peak()
    yield folder
    assert not ran.exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"here", "soak", "log.sqlite"}
    assert peak() - before <= MEMORY_MAX


def in_child(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, in the working folder, with the module that fuzzes as ``it``."""
    start = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); import tests.properties.commands.fuzzed as it"
    child = [sys.executable, "-P", "-c", f"{start}\n{script}"]
    return subprocess.run(child, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.search
@pytest.mark.parametrize("name", [pytest.param(one, marks=NIGHT if one in LONG else ()) for one in DOCUMENTS])
def test_no_place_of_a_document_does_harm(name: str, here: Path) -> None:
    before = {path.name for path in here.iterdir()}
    done = in_child(f"it.peaked({name!r})")
    assert done.returncode == 0, done.stderr[-2_000:]
    count, grown = map(int, done.stdout.split())
    assert count > 10
    assert grown <= MEMORY_MAX
    assert {path.name for path in here.iterdir()} <= before | {"found.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timers")
def test_a_document_over_which_a_reader_comes_to_no_end_ends_the_process_that_tries_it() -> None:
    done = in_child("it.PROCESSOR_MAX = 0.1\nwith it.bounded():\n    sum(iter(int, 1))")
    assert done.returncode == -signal.SIGPROF


NAME: Final = PAYLOAD.replace("/", "").replace("\0", "")[:100]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "arguments",
    [
        *(
            "replay NAME",
            "export NAME",
            "report NAME",
            "verify NAME",
            "turns NAME",
            "turns NAME --oracle",
            "doctor NAME",
        ),
        *(
            "turns NAME --follow --oracle --for 0s",
            "writer NAME --rows 3",
            "bench exhaust --compare NAME",
            "check NAME:x",
        ),
        *("exhaust NAME:x", "soak NAME:x", "check --subject NAME:x", "check --mutant NAME", "check --subject-cmd NAME"),
        *(
            "export TRACE --out NAME",
            "report EVIDENCE --html NAME",
            "report EVIDENCE --out NAME",
            "NAME",
            "check --NAME",
        ),
        *("turns x --since NAME", "turns x --zone NAME", "replay TRACE --world NAME:x", "demo --out NAME --picture"),
    ],
)
@pytest.mark.parametrize("exists", [False, True])
def test_no_name_does_harm(arguments: str, exists: bool) -> None:  # noqa: FBT001 - a parameter of the test
    Path("trace.json").write_text(json.dumps(TRACE))
    Path("evidence.json").write_text(json.dumps(plain(violated())))
    if exists:
        Path(NAME).write_text(json.dumps(TRACE))
    named = {"NAME": NAME, "TRACE": "trace.json", "EVIDENCE": "evidence.json"}
    words = [named.get(word, word.replace("NAME", NAME)) for word in arguments.split(" ")]
    harmless(run(*words), arguments)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("exists", [False, True])
def test_no_name_of_a_memo_or_a_log_beside_it_does_harm(exists: bool, log: Path) -> None:  # noqa: FBT001 - a parameter
    named = Path(NAME)
    named.write_bytes(log.read_bytes())
    if exists:
        Path(f"{NAME}.memo").write_text(PAYLOAD)
    for options in ((), ("--follow", "--for", "0s"), ("--format", "json")):
        result = run("turns", named, "--memo", f"{NAME}.memo", *options)
        assert result.exit_code == 0
        harmless(result, NAME, "\t")


@pytest.mark.usefixtures("here")
def test_no_row_and_no_schema_of_a_log_does_harm(log: Path) -> None:
    with closing(sqlite3.connect(log, isolation_level=None)) as database:
        database.execute(
            "UPDATE logs SET thread_id = ?, feedback_log_body = replace(feedback_log_body, 'turn', ?)", [PAYLOAD] * 2
        )
        database.execute("UPDATE logs SET feedback_log_body = replace(feedback_log_body, ?, 'turn')", [PAYLOAD])
        quoted = PAYLOAD.replace('"', '""')
        database.execute(f'CREATE INDEX "{quoted}" ON logs (line)')
        database.execute(f'CREATE TABLE "{quoted} 2" (x)')
    for options in ((), ("--oracle",), ("--format", "json"), ("--follow", "--oracle", "--for", "0s")):
        result = run("turns", log, *options)
        assert not {character for character in result.stdout if not character.isprintable()} - {"\n", "\t"}
        inert(result.stderr)
    harmless(run("doctor", log), "doctor")
    harmless(run("writer", log, "--rows", "3"), "writer")


SUBJECT: Final = """
import json, os, sys
payload = json.loads(os.environ["PAYLOAD"])
sys.stderr.write(payload + "\\n" + "x" * 100_000 + "\\n")
for line in sys.stdin:
    number = json.loads(line)["id"]
    turn = {"turn": payload, "thread": payload, "ts": 1, "model": payload}
    said = {
        "unavailable": {"id": number, "unavailable": payload},
        "turns": {"id": number, "turns": [turn] * 100},
        "garbage": {"id": number, payload: payload},
        "twice": {"id": number},
        "huge": {"id": 10**400, "turns": []},
    }[sys.argv[1]]
    text = json.dumps(said, ensure_ascii=False)
    print(text if sys.argv[1] != "twice" else '{"id": 1, "id": 2, "turns": []}', flush=True)
"""


@pytest.mark.search
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
@pytest.mark.parametrize(
    "kind", [*(pytest.param(one, marks=NIGHT) for one in ("unavailable", "turns")), "garbage", "twice", "huge"]
)
def test_no_reply_of_a_subject_does_harm(kind: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYLOAD", json.dumps(PAYLOAD))
    (here / "subject.py").write_text(SUBJECT)
    command = shlex.join([sys.executable, "-P", os.fspath(here / "subject.py"), kind])
    result = run("check", "--subject-cmd", command, "--engine", "exhaust subject", "--out", "evidence")
    harmless(result, kind)
    for path in (here / "evidence").rglob("*"):
        if path.suffix == ".md":
            inert(path.read_text("utf-8"))
    harmless(run("report", "evidence/evidence.json"), kind)
