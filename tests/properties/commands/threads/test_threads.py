"""The command ``threads``: the real store by hand, for people, in a pipe and for programs."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
from tests.properties.commands.calls import one_line, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


def threads(folder: Path, *arguments: str | Path, stdin: bytes | None = None) -> Result:
    return run("threads", folder, *arguments, stdin=stdin)


def answer(result: Result) -> Any:  # noqa: ANN401 - JSON
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = threads(tmp_path / "notes", "append", "t", "--create", "--cwd", "/w", "--message", "hello\tthere")
    assert made.stdout == "t\t2\n"
    return tmp_path / "notes"


@pytest.fixture
def held(folder: Path) -> Iterator[Path]:
    with ThreadStore(folder) as store:
        store.resume("t").append([Item("x", {})])
        yield folder


def test_a_thread_is_appended_to_renamed_listed_and_shown(folder: Path) -> None:
    assert threads(folder, "rename", "t", "Greetings").stdout == "t\t3\n"
    given = b'{"type":"turn_context","payload":{"model":"m"}}\n\n{"type":"x","payload":{}}\n'
    assert answer(threads(folder, "append", "t", "--format", "json", stdin=given))["token"]["ordinal"] == 5
    assert threads(folder, "flush", "t").stdout == "t\t5\n"
    thread, _, *rest = threads(folder, "list").stdout.rstrip("\n").split("\t")
    assert [thread, *rest] == ["t", "Greetings", "m", "/w"]
    (listed,) = answer(threads(folder, "list", "--format", "json"))["threads"]
    shown = answer(threads(folder, "show", "t", "--format", "json"))
    assert listed == shown["row"]
    assert (shown["behind"], shown["rollout"]["lines"], listed["explicit"]) == (0, 5, ["title"])
    told = threads(folder, "show", "t").stdout
    assert "title: Greetings (explicit)\n" in told
    assert "row: has every line\n" in told


def test_a_title_is_cleared_only_if_asked_to(folder: Path) -> None:
    assert threads(folder, "rename", "t", "--clear").exit_code == 0
    assert answer(threads(folder, "show", "t", "--format", "json"))["row"]["title"] is None
    one_line(threads(folder, "rename", "t"), 2, "either a title or --clear")
    one_line(threads(folder, "rename", "t", "x", "--clear"), 2, "either a title or --clear")


def test_a_thread_without_an_id_gets_a_new_one_and_a_list_ends_at_its_limit(folder: Path) -> None:
    new = answer(threads(folder, "append", "--message", "a", "--format", "json"))["thread"]
    assert len(new) == 32
    assert len(answer(threads(folder, "list", "--limit", "1", "--format", "json"))["threads"]) == 1
    assert len(answer(threads(folder, "list", "--all", "--format", "json"))["threads"]) == 2


def test_lines_are_followed_as_people_read_them_and_as_they_stand(folder: Path) -> None:
    told = threads(folder, "follow", "t", "--for", "0").stdout.splitlines()
    assert [line.split(maxsplit=2)[2].split(":")[0] for line in told] == ["thread", "event_msg user_message"]
    assert told[1].endswith("hello there")
    raw = threads(folder, "follow", "t", "--for", "0", "--from", "2", "--format", "json").stdout
    assert raw == (folder / "rollouts" / "t.jsonl").read_text("utf-8").splitlines(keepends=True)[1]


def test_what_another_process_writes_is_read_and_named_and_not_written_to(held: Path) -> None:
    assert threads(held, "list").exit_code == 0
    assert threads(held, "follow", "t", "--for", "0").exit_code == 0
    assert threads(held, "doctor").exit_code == 0
    assert answer(threads(held, "show", "t", "--format", "json"))["rollout"]["lines"] == 3
    for verb in (["append", "t", "--message", "a"], ["rename", "t", "x"], ["flush", "t"]):
        one_line(threads(held, *verb), 4, "writes this rollout; read it, or wait until it is shut down")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
def test_the_process_that_writes_is_told_by_its_number(held: Path) -> None:
    assert f"written by: process {os.getpid()}\n" in threads(held, "show", "t").stdout
    assert answer(threads(held, "show", "t", "--format", "json"))["rollout"]["written_by"] == os.getpid()


def test_a_row_that_cannot_be_written_is_told_with_what_is_durable(folder: Path) -> None:
    with sqlite3.connect(folder / "threads.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        result = threads(folder, "append", "t", "--message", "kept", "--deadline", "0.01", "--format", "json")
        other.execute("ROLLBACK")
    other.close()
    assert result.exit_code == 4
    found = json.loads(result.stdout)
    assert (found["status"], found["durable"], found["token"]["ordinal"]) == ("expired", True, 3)
    assert "do not append them again" in result.stderr
    assert threads(folder, "flush", "t").exit_code == 0


def test_a_rollout_without_a_row_is_told_by_a_list_and_mended_by_the_doctor(folder: Path) -> None:
    with sqlite3.connect(folder / "threads.sqlite") as other:
        other.execute("DELETE FROM threads")
    other.close()
    listed = threads(folder, "list")
    assert listed.stderr == f"1 rollout without a row: see strandline threads {folder} doctor\n"
    found = threads(folder, "doctor")
    assert (found.exit_code, found.stdout.splitlines()[-1]) == (1, "1 finding, 1 left to mend")
    mended = answer(threads(folder, "doctor", "--mend", "--format", "json"))
    assert [(one["kind"], one["mended"]) for one in mended["findings"]] == [("no row", True)]
    assert threads(folder, "doctor").stdout == "0 findings, 0 left to mend\n"


def test_rollouts_of_codex_are_imported_and_told(tmp_path: Path) -> None:
    source, home = tmp_path / "codex", tmp_path / "ours"
    source.mkdir()
    thread = "0199a213-81c0-7800-8aa1-bbab2a035a53"
    given: list[dict[str, object]] = [
        {"timestamp": "2026-01-02T03:04:05.000Z", "type": "session_meta", "payload": {"id": thread}},
        {"timestamp": "2026-01-02T03:04:06.000Z", "type": "brand_new", "payload": {}},
    ]
    path = source / f"rollout-2026-01-02T03-04-05-{thread}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in given) + "{")
    (source / "session_index.jsonl").write_text(json.dumps({"id": thread, "thread_name": "mine"}) + "\n")
    (source / "rollout-packed.jsonl.zst").touch()
    assert threads(home, "import", source).stdout.splitlines() == [
        "1 rollout: 1 new, 0 grown, 0 unchanged, 0 refused",
        "2 lines and 1 name imported",
        "kept as they are, of types that codex is not known to write: brand_new 1",
        "1 rollout ended in the midst of a line, which is left for another time",
        "1 compressed rollout (.jsonl.zst) not read: decompress and import again",
    ]
    assert answer(threads(home, "import", source, "--format", "json"))["lines"] == 0
    assert threads(home, "list").stdout.split("\t")[2] == "mine"
    path.write_text("{}\n")
    refused = threads(home, "import", source)
    assert refused.exit_code == 4
    assert "its line 1 is not the one that was imported" in refused.stderr


MISTAKES = {
    "no store": (["list"], "there is no store of threads here"),
    "a verb that there is not": (["lst"], "did you mean 'list'"),
    "no thread of that id": (["show", "u"], "there is no thread u"),
    "no thread to append to": (["append", "u", "--message", "a"], "create the thread"),
    "an id of no use": (["show", "../x"], "a thread id has"),
    "nothing to append": (["append", "t"], "standard input has no line"),
    "a length of no use": (["follow", "t", "--for", "soon"], "soon"),
    "a limit of no use": (["list", "--limit", "0"], "0"),
    "facts for a thread that is there": (["append", "t", "--message", "a", "--model", "m"], "of no use"),
    "no folder to import": (["import", "nowhere"], "does not exist"),
    "no thread to flush": (["flush", "u"], "there is no rollout"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_call_is_one_line_and_makes_nothing(folder: Path, case: str) -> None:
    verb, says = MISTAKES[case]
    where = folder / "elsewhere" if case == "no store" else folder
    one_line(threads(where, *verb, stdin=b""), 2, says)
    assert [path.name for path in (folder / "rollouts").iterdir()] == ["t.jsonl"]
    assert not (folder / "elsewhere").exists()


@pytest.mark.parametrize(
    "line", [b"[]", b'{"type":"x"}', b'{"type":"x","payload":5}', b"\xff", b'{"type":"","payload":{}}']
)
def test_a_line_that_is_no_item_is_told_by_its_number_and_nothing_is_appended(folder: Path, line: bytes) -> None:
    before = (folder / "rollouts" / "t.jsonl").read_bytes()
    result = threads(folder, "append", "t", stdin=b'{"type":"x","payload":{}}\n' + line + b"\n")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert (folder / "rollouts" / "t.jsonl").read_bytes() == before


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(folder: Path) -> None:
    threads(folder, "rename", "t", "\x1b[2J")
    assert "\x1b" not in threads(folder, "list").output + threads(folder, "show", "t").output
