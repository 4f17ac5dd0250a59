"""How much memory is taken by a log whose bodies are only skipped, by every way to read it, each in its own process."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from strandline.impl.memo.product.writer import schema

if TYPE_CHECKING:
    from pathlib import Path

MIB: Final = 1024 * 1024
LENGTH: Final = 300 * MIB
PEAK_MAX: Final = 100 * MIB

pytestmark = [
    pytest.mark.search,  # a log of a gigabyte is written
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process without its parent's"),
]

WAYS: Final = {
    "memo": """
        from strandline.impl.memo.scanner import Scanner
        from strandline.impl.memo.window import Window
        with Scanner(path) as scanner:
            window = Window(None, None, ZoneInfo("UTC"))
            found = [scanner.turns(window)]
            with closing(sqlite3.connect(path, isolation_level=None)) as writer:
                writer.execute("DELETE FROM logs WHERE id = 5")
            found.append(scanner.turns(window))
            assert found[1].statistics.cause is None, found
            assert found[1].statistics.anchors == 5, found
        assert dict(found[0].skipped) == {"blob": 1, "size": 2}, found
        assert [turn.turn for turn in found[1].turns] == ["a"], found
    """,
    "one-shot": """
        from strandline.impl.memo.scanner import Scanner
        from strandline.impl.memo.window import Window
        with Scanner(path) as scanner:
            found = scanner.turns(Window(date(1970, 1, 1), date(1970, 1, 2), ZoneInfo("UTC")))
        assert found.statistics.path == "one-shot", found
        assert dict(found.skipped) == {"blob": 1, "size": 2}, found
        assert [turn.turn for turn in found.turns] == ["a"], found
    """,
    "oracle": """
        from strandline.model.memo.days import Span
        from strandline.properties.systems.memo.live.truth import read_truth
        found = read_truth(path, Span(None, None)).truth
        assert dict(found.skipped) == {"blob": 1, "size": 2}, found
        assert [turn.turn for turn in found.turns] == ["a"], found
    """,
    "follow": """
        from strandline.impl.memo.product.follow import follow
        from strandline.impl.memo.product.query import Query
        from strandline.properties.systems.memo.live.judge import Oracle
        (found,) = follow(Query(path, None, None, ZoneInfo("UTC")), Oracle(), interval=0.0, duration=0.0)
        assert found.judgement.problem is None, found
        assert found.judgement.differences == (), found
    """,
}
"""What each process does; the log's ``path`` is known to it."""

PROGRAM: Final = """
import sqlite3, sys
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo
path = Path(sys.argv[1])
if True:{way}
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(peak)
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a log of a turn, a long TEXT with a marker in its middle, one without, a long BLOB, and chatter."""
    path = tmp_path_factory.mktemp("peak") / "log.sqlite"
    request = 'turn{turn.id=a}: websocket request: {"type":"response.create","service_tier":"priority","model":"m"}'
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA synchronous = OFF")
        writer.execute("PRAGMA journal_mode = OFF")
        for statement in schema.CREATE:
            writer.execute(statement)
        for place, body in enumerate(
            ("?", "CAST(zeroblob(?) AS TEXT)", "CAST(zeroblob(?) AS TEXT)", "zeroblob(?)", "?")
        ):
            writer.execute(
                "INSERT INTO logs (ts, ts_nanos, level, target, process_uuid, feedback_log_body)"  # noqa: S608 - ours
                f" VALUES (?, 0, '', '', ?, {body})",
                (place, str(place), LENGTH if "zeroblob" in body else request if place == 0 else "chatter"),
            )
        with writer.blobopen("logs", "feedback_log_body", 2) as long:
            long.seek(LENGTH // 2)
            long.write(request.encode())
    return path


@pytest.mark.parametrize("way", WAYS)
def test_no_body_that_is_only_skipped_is_ever_in_memory(log: Path, way: str) -> None:
    program = PROGRAM.format(way=WAYS[way])
    done = subprocess.run([sys.executable, "-c", program, str(log)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < PEAK_MAX
