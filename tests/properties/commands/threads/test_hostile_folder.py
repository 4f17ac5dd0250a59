"""Claims about a folder of threads that a stranger made: nothing leads out of it or commands a terminal; all ends."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.impl.threads import guard, lines
from strandline.impl.threads.database import Change, MetadataStore
from strandline.impl.threads.effects import Delete
from strandline.impl.threads.errors import MetadataError
from tests.impl.memo.test_guard import circles
from tests.properties.commands.calls import PATIENCE, one_line, run
from tests.properties.commands.fuzzed import harmless
from tests.properties.commands.hostile import PAYLOAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

unix = pytest.mark.skipif(os.name == "nt", reason="there are neither such links, FIFOs, names nor users")
READING: Final = ("list", "show t", "follow t --for 0", "doctor")
WRITING: Final = ("append --message b t", "rename t b", "flush t", "doctor --mend")


def threads(folder: Path, verb: str) -> Result:
    return run("threads", folder, *verb.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run("threads", tmp_path / "notes", "append", "t", "--create", "--message", "a").exit_code == 0
    return tmp_path / "notes"


@pytest.fixture
def sessions(tmp_path: Path, folder: Path) -> Path:
    """Give rollouts of codex that can be imported."""
    made = tmp_path / "sessions"
    made.mkdir()
    (made / "rollout-x.jsonl").write_bytes((folder / "rollouts" / "t.jsonl").read_bytes().replace(b'"t"', b'"x"'))
    return made


@unix
@pytest.mark.parametrize("part", ["rollouts", "threads.sqlite"])
@pytest.mark.parametrize("verb", [*READING, *WRITING, "append --create --message b u", "import SESSIONS"])
def test_a_part_that_is_a_link_is_refused(verb: str, part: str, folder: Path, sessions: Path, tmp_path: Path) -> None:
    """Lines went to wherever it led, and tables into the database of another program."""
    elsewhere = tmp_path / "elsewhere"
    (folder / part).rename(elsewhere)
    (folder / part).symlink_to(elsewhere)
    before = looks(tmp_path)
    one_line(threads(folder, verb.replace("SESSIONS", str(sessions))), 2, f"{part}: it is a link")
    assert looks(tmp_path) == before


def looks(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@unix
@pytest.mark.parametrize("verb", [*READING, *WRITING])
def test_a_fifo_in_the_place_of_the_database_is_not_waited_for(verb: str, folder: Path) -> None:
    for path in folder.glob("threads.sqlite*"):
        path.unlink()
    os.mkfifo(folder / "threads.sqlite")
    harmless(threads(folder, verb), verb, "\t")


def spoil(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "threads.sqlite", isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


@pytest.mark.parametrize("verb", ["list", "list --all", "list --format json", "show t", "doctor"])
def test_a_row_that_no_store_writes_is_damage_before_it_is_in_memory(verb: str, folder: Path) -> None:
    """A title of 500 MB took five gigabytes."""
    spoil(folder, "UPDATE threads SET title = hex(zeroblob(3000000))")
    one_line(threads(folder, verb), 4, "string or blob too big; it is damaged")


@pytest.mark.parametrize("act", ["list", "flush"])
def test_the_schema_calls_no_function_that_it_is_not_trusted_with(act: str, folder: Path) -> None:
    called: list[object] = []

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        made: sqlite3.Connection = sqlite3.connect(*arguments, **named)
        made.create_function("poke", 1, called.append, deterministic=True)
        return made

    with closing(connect(folder / "threads.sqlite", isolation_level=None)) as database:
        database.execute("ALTER TABLE threads DROP COLUMN model")
        database.execute("ALTER TABLE threads ADD COLUMN model AS (poke(1))")
    called.clear()
    store = MetadataStore(folder / "threads.sqlite", folder / "rollouts", connect=connect)
    if act == "list":
        with pytest.raises(MetadataError, match="unsafe use of poke"):
            store.reader.page(1)
    else:
        (result,) = store.apply([Change("t", Delete("t"))])
        assert "unsafe use of poke" in str(result)
    store.close()
    assert called == []


def test_rows_that_have_no_end_come_to_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their pages lead back to one and the same."""
    monkeypatch.setattr(guard, "LOOKS_MAX", 10)
    path = circles(folder / "circles")
    with closing(sqlite3.connect(path)) as database:
        limit = guard.Guard(database)
        with pytest.raises(sqlite3.OperationalError) as stopped:
            database.execute("SELECT max(ts) FROM logs")
    assert str(limit.cause(stopped.value)) == "its pages lead in circles"


def test_ctrl_c_in_a_statement_is_no_failure_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(_guard: guard.Guard) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(guard.Guard, "_stops", pressed)
    with closing(sqlite3.connect(":memory:")) as database:
        limit = guard.Guard(database)
        endless = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
        with pytest.raises(sqlite3.OperationalError) as stopped:
            database.execute(endless)
        with pytest.raises(KeyboardInterrupt):
            limit.cause(stopped.value)


@pytest.mark.parametrize("verb", ["show t", "follow t --for 0", "doctor", "flush t", "doctor --mend"])
def test_a_line_that_no_store_writes_is_damage_and_is_read_in_one_pass(
    verb: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is timed: a reader that puts the line together anew with each part of it would not come to an end."""
    monkeypatch.setattr(lines, "CHUNK", 16)
    monkeypatch.setattr(lines, "LINE_MAX", 2_000_000)
    with (folder / "rollouts" / "t.jsonl").open("ab") as file:
        file.truncate(2_500_000)
    result = threads(folder, verb)
    assert result.exit_code in {1, 4}
    harmless(result, verb)
    assert "a line of more than" in result.stdout + result.stderr


def test_an_index_of_names_that_is_none_is_one_line(
    folder: Path, sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a traceback."""
    monkeypatch.setattr(lines, "LINE_MAX", 100)
    (sessions / "session_index.jsonl").write_bytes(b"x" * 3_000_000)
    one_line(run("threads", folder, "import", sessions), 4, "a line of more than 100 bytes")


TYPES: Final[dict[str, Callable[[], object]]] = {
    "text": lambda: PAYLOAD,
    "key": lambda: {PAYLOAD: PAYLOAD},
    "number": lambda: 10**400,
    "list": lambda: [PAYLOAD] * 3_000,
    "deep": lambda: json.loads("[" * 500 + "]" * 500),
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("place", ["type", "timestamp", "payload", "message", "ordinal", "cwd"])
def test_no_place_of_a_rollout_does_harm(kind: str, place: str, folder: Path, sessions: Path) -> None:
    path = folder / "rollouts" / "t.jsonl"
    first, second = map(json.loads, path.read_text().splitlines())
    value = TYPES[kind]()
    if place in {"message", "cwd"}:
        second["payload"][place] = value
    else:
        second[place] = value
    path.write_text(json.dumps(first) + "\n" + json.dumps(second) + "\n")
    (sessions / "rollout-x.jsonl").write_text(json.dumps({**first, "payload": {"id": "x"}}) + "\n" + json.dumps(second))
    for verb in (*READING, *WRITING, "list --format json", "show t --format json", f"import {sessions}"):
        harmless(threads(folder, verb), f"{verb}: {kind} in {place}", "\t")


@pytest.mark.parametrize("column", ["title", "preview", "cwd", "model", "git_branch", "thread", "explicit", "rollout"])
def test_no_column_of_a_row_does_harm(column: str, folder: Path) -> None:
    for value in (PAYLOAD, b"\xff\x1b[2J", 2**63 - 1, 1.5e308, None):
        with closing(sqlite3.connect(folder / "threads.sqlite")) as database, database:
            database.execute(f"UPDATE OR IGNORE threads SET {column} = ?", (value,))  # noqa: S608 - a name of ours
        for verb in (*READING, *WRITING, "list --format json"):
            harmless(threads(folder, verb), f"{verb}: {value!r:.20} in {column}", "\t")


@unix
def test_no_name_does_harm(folder: Path) -> None:
    name = PAYLOAD.replace("/", "").replace("\0", "")[:100]
    (folder / "rollouts" / f"{name}.jsonl").write_bytes(b"x\n")
    hostile = folder.with_name(name)
    for verb in (*READING, *WRITING):
        harmless(threads(folder, verb), verb, "\t")
        harmless(threads(hostile, verb), verb, "\t")
        harmless(run("threads", folder, *verb.replace(" t", " NAME").replace("NAME", name).split(" ")), verb, "\t")
    harmless(run("threads", hostile, "append", "--create", "u", "--message", name), "append", "\t")
    harmless(run("threads", hostile, "list"), "list", "\t")


AS_ANOTHER: Final = """
import os, sys
from click.testing import CliRunner
from strandline.properties.cli import main
CliRunner().invoke(main, ["threads", sys.argv[1], "list"])  # imports what another user may not read
os.setgroups([]), os.setresgid(12345, 12345, 12345), os.setresuid(12345, 12345, 12345)
for verb in sys.argv[2:]:
    result = CliRunner().invoke(main, ["threads", sys.argv[1], *verb.split()])
    print(result.exit_code, repr(result.stdout), repr(result.stderr))
    assert result.exit_code != 0 and isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.startswith("strandline: ") and result.stderr.count("\\n") == 1, result.stderr
    assert result.stdout == "", result.stdout
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_another_user_reads_and_writes_nothing_of_it(mode: int, folder: Path) -> None:
    """The database was made for everybody to read, and holds what was said."""
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    folder.chmod(mode)
    before = looks(folder)
    verbs = ["list", "show t", "follow t --for 0", *WRITING]
    child = [sys.executable, "-c", AS_ANOTHER, str(folder), *verbs]
    done = subprocess.run(child, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert looks(folder) == before
    assert {oct(path.stat().st_mode & 0o077) for path in folder.rglob("*") if path.is_file()} == {"0o0"}
