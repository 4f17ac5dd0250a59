"""Whatever a document, a log, a subject or a name holds: no terminal is commanded, nothing runs, nothing leaks out."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from strandline.properties.core.line import shown
from strandline.properties.engines.exhaust.together import AllClaims, SeveralReport
from strandline.properties.engines.soak.report import report
from strandline.properties.evidence.evidence import ran_here
from strandline.properties.systems.memo.bench.report import Bench, Unlike, earlier
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.commands.calls import run
from tests.properties.commands.hostile import PAYLOAD, mutations
from tests.properties.commands.test_report_of import searched
from tests.properties.engines.soak.test_journal import ONE, TWO, plan, totals, worker
from tests.properties.evidence.evidences import bitten, violated
from tests.properties.harness.test_safe_path import trapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

OUTPUT_MAX: Final = 24 * 1024 * 1024
"""Characters of any output."""

MEMORY_MAX: Final = 500
"""MiB by which the peak of this process may grow in a test."""


NIGHT: Final = pytest.mark.night
LONG: Final = {"searches", "evidence of mutants"}
"""Documents that are much like another one, and take their time."""


def plain(found: object) -> Any:  # noqa: ANN401 - any JSON
    told = json.loads(msgspec.json.encode(found))
    for sources in (told.get("claims", {}).get("sources"), told.get("sources")):
        if sources:
            sources["strandline.model"] = "0" * 64  # of other sources, so that verify compares and runs nothing
    return told


def several() -> SeveralReport:
    one = searched()
    claims = AllClaims("model", one.claims.sources, "violated", (), (one.claims,), ())
    return SeveralReport(2, claims, {one.claims.world: one.effort}, one.run)


def soaked(folder: Path) -> object:
    folder.mkdir()
    plan(folder)
    worker(folder, "gw0", 1, (ONE, 2, True))
    worker(folder, "gw1", 2, (TWO, 2, False))
    return report(totals(folder), SYSTEM)


def benched() -> Bench:
    return Bench(2, "holds", (), {}, (), (), (), ran_here("2026-03-01", 1.0))


DOCUMENTS: Final[dict[str, Callable[[Path], object]]] = {
    "evidence": lambda _folder: violated(),
    "evidence of mutants": lambda _folder: bitten(),
    "search": lambda _folder: searched(),
    "searches": lambda _folder: several(),
    "soak": lambda folder: soaked(folder / "soak"),
    "bench": lambda _folder: benched(),
}

TRACE: Final = {
    "format": "strandline trace",
    "version": 2,
    "subject": "dominance",
    "world": "prune",
    "law": "M3",
    "first": [{"what": "log", "before": "", "after": "a"}],
    "steps": [
        {"name": "start", "actor": "r1", "arg": 0, "says": "s", "changed": [{"what": "w", "before": "b", "after": "a"}]}
    ],
    "ending": ["e"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a stranger's folder: nothing of it runs, and nothing but what was asked for is written anywhere."""
    ran, folder = tmp_path / "ran", tmp_path / "here"
    trapped(folder, ran)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])  # a module that is named has its folder put there
    before = _peak()
    yield folder
    assert not ran.exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"here", "soak", "log.sqlite"}
    assert _peak() - before <= MEMORY_MAX


def _peak() -> int:
    """Give the most MiB that this process ever took, 0 where nobody tells."""
    if not sys.platform.startswith("linux"):
        return 0
    import resource  # noqa: PLC0415 - there is none on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def inert(text: str, where: str = "") -> None:
    """Assert that nothing in a text commands whoever shows it."""
    bad = {character for character in text if not character.isprintable() and character != "\n"}
    assert not bad, (where, bad)
    assert len(text) <= OUTPUT_MAX


def harmless(result: Result, where: str) -> None:
    """Assert that a call ended in an exit code of its own, and said nothing that a terminal obeys."""
    assert result.exception is None or isinstance(result.exception, SystemExit), (where, result.exc_info)
    assert result.exit_code in {0, 1, 2, 3, 4}, where
    assert "Traceback" not in result.stderr, (where, result.stderr)
    inert(result.stdout, where)
    inert(result.stderr, where)
    assert "\nverified: every claim" not in result.stdout + result.stderr, where


@pytest.mark.search
@pytest.mark.parametrize("name", [pytest.param(one, marks=NIGHT if one in LONG else ()) for one in DOCUMENTS])
def test_no_place_of_a_document_does_harm(name: str, here: Path, tmp_path: Path) -> None:
    before = {path.name for path in here.iterdir()}
    for where, document in mutations(plain(DOCUMENTS[name](tmp_path))):
        Path("found.json").write_text(json.dumps(document))
        outputs = ["--out", "out.md", "--html", "out.html", "--junit", "out.xml"]
        harmless(run("report", "found.json", *outputs), where)
        for path in map(Path, outputs[1::2]):
            if path.exists():
                inert(path.read_text("utf-8"), f"{path} of {where}")
                path.unlink()
        harmless(run("report", "found.json", "--format", "json"), where)
        if name.startswith("evidence"):
            harmless(run("verify", "found.json"), where)
            harmless(run("report", "--compare", "found.json", "found.json"), where)
        if name == "bench":
            harmless(run("bench", "exhaust", "--compare", "found.json", "--size", "none"), where)
            with pytest.raises(Unlike) as refused:
                earlier(Path("found.json"))
            assert "\n" not in shown(str(refused.value))
    assert {path.name for path in here.iterdir()} <= before | {"found.json"}


@pytest.mark.search
def test_no_place_of_a_trace_does_harm(here: Path) -> None:
    before = {path.name for path in here.iterdir()}
    for where, document in mutations(TRACE):
        Path("trace.json").write_text(json.dumps(document))
        harmless(run("replay", "trace.json"), where)
        harmless(run("replay", "trace.json", "--format", "json"), where)
        harmless(run("export", "trace.json"), where)
        harmless(run("report", "trace.json"), where)
    assert {path.name for path in here.iterdir()} <= before | {"trace.json"}


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
