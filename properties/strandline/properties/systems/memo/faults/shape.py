"""Faults of the log's shape: what stands at the path, what is in the file, and what is in its rows."""

from __future__ import annotations

import os
import random
import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.memo.answer import Unavailable
from strandline.model.memo.log import Raw, Row
from strandline.properties.systems.memo.faults.bench import execute, rows, says, truth
from strandline.properties.systems.memo.faults.fault import EXACT, MISSING, Fault
from strandline.properties.systems.memo.traps.files import NO_LOGS
from strandline.properties.systems.memo.traps.trap import DAWN, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.faults.bench import Bench
    from strandline.properties.systems.memo.traps.files import NoLog

UNREADABLE: Final = ("corrupt", "not a database", "empty database", "schema", "newer schema", "io", "needs recovery")
"""What a damaged file may be called."""

SEED: Final = 17
FLIPS: Final = 100
"""Bits of the file that are flipped in a suite of tests, besides those of its first hundred bytes."""

_HEAD: Final = 100  # bytes that tell SQLite what the file is
_PAGE: Final = 4_096
_HUGE: Final = 64 * 1024 * 1024 + 1


def _asked(make: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Make something, and ask twice: first without a memo, and then once more."""

    def run(bench: Bench) -> None:
        make(bench)
        with bench.subject() as process:
            bench.ask(process)
            bench.ask(process)

    return run


def _nothing(bench: Bench) -> None:
    assert not bench.path.exists()  # noqa: S101 - the folder is new


def _dangling(bench: Bench) -> None:
    bench.path.symlink_to(bench.folder / "nowhere")


def _fifo(bench: Bench) -> None:
    os.mkfifo(bench.path)


def _socket(bench: Bench) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(bench.path))


def _device(bench: Bench) -> None:
    bench.path.symlink_to("/dev/zero")


def _one_byte(bench: Bench) -> None:
    bench.path.write_bytes(b"S")


def _no_log(no_log: NoLog) -> Callable[[Bench], None]:
    """Let one of the files stand at the path that are no log, for as long as is asked."""

    def run(bench: Bench) -> None:
        with no_log.made(bench.path), bench.subject() as process:
            bench.ask(process)

    return run


def _damaged(bench: Bench, damage: Callable[[bytes, int], bytes], cases: range) -> None:
    """Ask of many damaged copies of one log, each time by a scanner that comes new.

    One that goes on from the memo of another copy would take a row for the one that it remembers, whatever bit of its
    body is flipped: that is assumed away, since no writer rewrites a row in place. Where the oracle cannot read a copy,
    whatever is answered must be what was written: the scanner need not look at every page.
    """
    bench.log(turns=40)
    whole, right = bench.path.read_bytes(), truth(bench.path)
    with bench.subject() as process:
        for number in cases:
            bench.path.write_bytes(damage(whole, number))
            found = process.do("fresh")
            outcome = bench.plain(found)
            if outcome is None:
                now = truth(bench.path)
                is_right = says(found) == (right if isinstance(now, Unavailable) else now)
                outcome = EXACT if is_right else f"wrong in case {number}"
            bench.seen.outcomes[outcome] += 1
    bench.seen.notes.append(f"{len(cases):,} files of {len(whole):,} bytes")


def _truncated(bench: Bench) -> None:
    bench.log(turns=40)
    length = bench.path.stat().st_size
    bench.path.unlink()
    _damaged(bench, lambda whole, size: whole[:size], range(2, length, 97 if bench.whole else 2_011))


def _flipped(bench: Bench) -> None:
    dice = random.Random(SEED)  # noqa: S311 - which bits
    bench.log(turns=40)
    bits = 8 * bench.path.stat().st_size
    bench.path.unlink()
    some = dice.sample(range(8 * _HEAD, bits), FLIPS * (20 if bench.whole else 1))
    chosen = [*range(0, 8 * _HEAD, 1 if bench.whole else 13), *some]

    def flip(whole: bytes, place: int) -> bytes:
        changed = bytearray(whole)
        changed[chosen[place] // 8] ^= 1 << chosen[place] % 8
        return bytes(changed)

    _damaged(bench, flip, range(len(chosen)))


def _odd_rows(bench: Bench) -> None:
    """Rows that no codex writes: of other types, with a NUL, no text, no UTF-8."""
    names = iter(rows(1, 100, "odd-"))
    bodies: tuple[Any, ...] = (None, 7, 1.5, request("blob").encode(), Raw(b"\xff" + request("utf8").encode()))
    with closing(bench.book()) as book, closing(sqlite3.connect(book.path)) as database, database:
        for body in (*bodies, f"\0{request('nul')}", request("nul", input="a\0b"), ""):
            row = next(names)
            book.commit([row._replace(id=1_000 + row.id, body=body if not isinstance(body, (int, float)) else None)])
            if isinstance(body, (int, float)):
                database.execute("UPDATE logs SET feedback_log_body = ? WHERE id = ?", (body, 1_000 + row.id))
                database.commit()
        for number, ts in enumerate(("noon", b"noon", 1.5, "", "12"), 2_000):
            database.execute(
                "INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body) VALUES (?, ?, 'x', '', '', ?)",
                (number, ts, request(f"late-{number}")),
            )
    with bench.subject() as process:
        for _ in range(2):
            found = bench.ask(process)
            bench.seen.notes = [f"skipped and counted: {found['tally']['skipped']}"]
        bench.ask(process, "2024-05-15", "2024-05-15")


def _huge(bench: Bench) -> None:
    """One body that is a byte too long, and one that is not."""
    with closing(bench.book()) as book, closing(sqlite3.connect(book.path)) as database, database:
        for number, more in ((100, 0), (101, _HUGE)):
            body = request(f"huge-{number}")
            database.execute(
                "INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body) VALUES (?, ?, 1, '', '', ?)",
                (number, DAWN, body + " " * max(0, more - len(body))),
            )
    with bench.subject() as process:
        found = bench.ask(process)
        bench.seen.notes.append(f"skipped and counted: {found.get('tally', {}).get('skipped')}")


def _far_ids(bench: Bench) -> None:
    """Ids at both ends of what SQLite can hold, read and then read on from."""
    with closing(bench.book()) as book, bench.subject() as process:
        for number in (-(2**63), -1, 0, 2**63 - 2, 2**63 - 1):
            book.commit([Row(number, DAWN + 9, 9, "far", None, request(f"far{number}"))])
            bench.ask(process)


def _odd_times(bench: Bench) -> None:
    """Times in the future, before the epoch, in milliseconds, and as large as SQLite can hold."""
    with closing(bench.book()) as book, bench.subject() as process:
        for number, ts in enumerate((-1, -(2**63), 2**63 - 1, DAWN * 1_000, DAWN + 10**9), 50):
            book.commit([Row(number, ts, 9, "odd", None, request(f"odd{number}"))])
            bench.ask(process)
            bench.ask(process, "2024-05-15", "2024-05-15")


def _renamed(bench: Bench) -> None:
    """A column that is gone, so that its quoted name would be a string, and one that is back."""
    bench.log()
    with bench.subject() as process:
        bench.ask(process)
        execute(bench.path, "ALTER TABLE logs RENAME COLUMN feedback_log_body TO body")
        bench.ask(process)
        execute(bench.path, "ALTER TABLE logs RENAME COLUMN body TO feedback_log_body")
        bench.ask(process)


ODD_NAMES: Final = ("a b", "a?mode=rwc", "a#b", "a%20b", "two\nlines", "quo'te\"", "vfs=none&x", "\udcff", "ä")
"""Names of files that a URI would take for something else, or a terminal for a line."""


def _file_names(bench: Bench) -> None:
    with bench.subject() as process:
        for number, name in enumerate(ODD_NAMES):
            inside = bench.folder / str(number)
            inside.mkdir()
            path = bench.log(path=inside / name)
            bench.judge(process.do("fresh", path=str(path)), path)
            left = sorted(os.listdir(inside))  # noqa: PTH208 - the names as they are
            if left != [name]:
                bench.seen.wrong.append(f"beside {name!r} there is {left}")


RENAMES: Final = {
    "logs": "lo\"gs'; DROP TABLE x; --",
    "id": 'i"d',
    "ts": "select",
    "feedback_log_body": "body ? :a $b",
    "thread_id": "] [",
}
"""Names from a configuration that would be SQL if they were pasted."""


def _sql_names(bench: Bench) -> None:
    """The same rows in a table of such names, and in a plain one for the oracle."""
    plain = bench.folder / "plain.sqlite"
    bench.log(path=plain)
    bench.path.write_bytes(plain.read_bytes())
    moves = [f"ALTER TABLE logs RENAME COLUMN {old} TO {_quoted(new)}" for old, new in RENAMES.items() if old != "logs"]
    execute(bench.path, *moves, f"ALTER TABLE logs RENAME TO {_quoted(RENAMES['logs'])}")
    with bench.subject(renames=RENAMES) as process:
        bench.ask(process, path=plain)
    with bench.subject(plain, renames=RENAMES) as process:
        bench.ask(process, path=plain)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_ASKED_OF_FILES: Final = {
    "a text": "F-S3",
    "a file of no length": "F-S2",
    "a directory": "F-S6",
    "a database of another kind": "F-S9",
    "a view in place of the table": "F-S9",
}
"""Which of the files that are no log are faults of the list."""

SHAPE: Final = (
    Fault("F-S1", "missing", "files", _asked(_nothing), (MISSING,)),
    Fault("F-S1", "dangling link", "files", _asked(_dangling), (MISSING,)),
    Fault("F-S2", "one byte", "files", _asked(_one_byte), ("empty database",)),
    *(
        Fault(number, no_log.name, "files", _no_log(no_log), (no_log.reason,))
        for no_log in NO_LOGS
        if (number := _ASKED_OF_FILES.get(no_log.name)) is not None
    ),
    Fault("F-S4", "truncated anywhere", "files", _truncated, (*UNREADABLE, EXACT), ("corrupt", "not a database")),
    Fault("F-S5", "flipped bits", "files", _flipped, (*UNREADABLE, EXACT), ("corrupt", EXACT)),
    Fault("F-S7", "a FIFO", "files", _asked(_fifo), ("not a regular file",)),
    Fault("F-S7", "a socket", "files", _asked(_socket), ("not a regular file",)),
    Fault("F-S8", "a device", "files", _asked(_device), ("not a regular file",)),
    Fault("F-S9", "a column renamed and back", "process", _renamed, (EXACT, "schema")),
    Fault("F-S10", "odd types, NUL, BLOB, no UTF-8", "data", _odd_rows, (EXACT,)),
    Fault("F-S11", "a body of more than 64 MiB", "data", _huge, (EXACT,)),
    Fault("F-S13", "ids at both ends", "data", _far_ids, (EXACT,)),
    Fault("F-T4", "odd times", "data", _odd_times, (EXACT,)),
    Fault("F-X2", "names that would be SQL", "data", _sql_names, (EXACT, "schema")),
    Fault("F-X3", "names that would be a URI", "files", _file_names, (EXACT,)),
)
"""Every fault of the log's shape."""
