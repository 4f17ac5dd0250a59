"""Puts hostile documents to the commands that read them, in a process of its own that ends when one takes too much.

It works in the folder that it is started in. A timer bounds the processor time of each command, and at its end the
system ends the process, whatever runs there: so a document over which a reader comes to no end hangs no test.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from strandline.properties.core.line import shown
from strandline.properties.engines.exhaust.together import AllClaims, SeveralReport
from strandline.properties.engines.soak.report import report
from strandline.properties.evidence.evidence import ran_here
from strandline.properties.systems.memo.bench import report as exhaust_bench
from strandline.properties.systems.memo.bench import scanner_report as scanner_bench
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.commands.calls import run
from tests.properties.commands.hostile import mutations
from tests.properties.commands.test_report_of import searched
from tests.properties.engines.soak.test_journal import ONE, TWO, plan, totals, worker
from tests.properties.evidence.evidences import bitten, violated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

OUTPUT_MAX: Final = 24 * 1024 * 1024
"""Characters of any output."""

MEMORY_MAX: Final = 500
"""MiB by which the peak of a process may grow in a test."""

PROCESSOR_MAX: Final = 20.0
"""Seconds of the processor for all that is done with one document."""


@contextmanager
def bounded() -> Iterator[None]:
    """Let the system end this process if the block takes more of the processor than it may."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_MAX)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


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


def soaked() -> object:
    folder = Path("../soak")
    folder.mkdir()
    plan(folder)
    worker(folder, "gw0", 1, (ONE, 2, True))
    worker(folder, "gw1", 2, (TWO, 2, False))
    return report(totals(folder), SYSTEM)


def benched() -> object:
    return exhaust_bench.Bench(2, "holds", (), {}, (), (), (), ran_here("2026-03-01", 1.0))


def scanned() -> object:
    point = scanner_bench.PointOutcome("full scan", (0.5, 0.6), 1.1, 400, 3, 12, agrees=True)
    log = scanner_bench.LogOutcome(400, 100_000, (point,), 1_000)
    goals = (("a goal", True),)
    return scanner_bench.ScannerBench(1, "holds", (), goals, {"s": "0"}, (log,), ran_here("2026-03-01", 1.0))


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

DOCUMENTS: Final[dict[str, Callable[[], object]]] = {
    "evidence": violated,
    "evidence of mutants": bitten,
    "search": searched,
    "searches": several,
    "soak": soaked,
    "bench": benched,
    "bench of the scanner": scanned,
    "trace": lambda: TRACE,
}


def inert(text: str, where: str = "") -> None:
    """Assert that nothing in a text commands whoever shows it."""
    bad = {character for character in text if not character.isprintable() and character != "\n"}
    assert not bad, (where, bad)
    assert len(text) <= OUTPUT_MAX


def harmless(result: Result, where: str, between: str = "") -> None:
    """Assert that a call ended in an exit code of its own, and said nothing that a terminal obeys.

    ``between`` is what parts the fields of its records.
    """
    assert result.exception is None or isinstance(result.exception, SystemExit), (where, result.exc_info)
    assert result.exit_code in {0, 1, 2, 3, 4}, where
    assert "Traceback" not in result.stderr, (where, result.stderr)
    inert(result.stdout.replace(between, ""), where)
    inert(result.stderr, where)
    assert "\nverified: every claim" not in result.stdout + result.stderr, where


def fuzz(name: str) -> int:
    """Put each mutation of a document to each command that reads it; count them."""
    count = 0
    for where, document in mutations(plain(DOCUMENTS[name]())):
        Path("found.json").write_text(json.dumps(document))
        with bounded():
            _read(name, where)
        count += 1
    return count


def _read(name: str, where: str) -> None:
    """Let every command read the document that reads one of its kind."""
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
    if name == "trace":
        harmless(run("replay", "found.json"), where)
        harmless(run("replay", "found.json", "--format", "json"), where)
        harmless(run("export", "found.json"), where)
    if name == "bench":
        harmless(run("bench", "exhaust", "--compare", "found.json", "--size", "none"), where)
    if name == "bench of the scanner":  # the command would measure beside one that it can read
        try:
            kind = scanner_bench.ScannerBench
            scanner_bench.problems((), exhaust_bench.kept(Path("found.json"), kind, "bench of the scanner"))
        except exhaust_bench.Unlike as error:
            inert(shown(str(error)).replace("\n", "\0"), where)


def peaked(name: str) -> None:
    """Fuzz a document, and print how many mutations there were, and by how many MiB the peak of this process grew."""
    before = peak()
    print(fuzz(name), peak() - before)  # noqa: T201 - the parent reads it


def peak() -> int:
    """Give the most MiB that this process ever took, 0 where nobody tells."""
    if not sys.platform.startswith("linux"):
        return 0
    import resource  # noqa: PLC0415 - there is none on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
