"""Claims about rollouts: whole lines, one writer, and a tail that was torn is told."""

from __future__ import annotations

import json
import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads import lock as locks
from strandline.impl.threads import rollout as rollouts
from strandline.impl.threads.errors import (
    BadInputError,
    ClosedError,
    DamagedError,
    ExistsError,
    GoneError,
    HeldError,
    NotFoundError,
    WriteError,
)
from strandline.impl.threads.lines import Item, begins_with, encode
from strandline.impl.threads.lock import LOCKS
from strandline.impl.threads.patch import merge
from strandline.impl.threads.rollout import Rollout
from tests.impl.threads.items import child, end, line_of, model, noise, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.threads.generation import Generation

unix = pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.jsonl"


def written(path: Path, *items: Item) -> Generation:
    with Rollout.create(path, "t") as rollout:
        return rollout.append(encode(items)).generation


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_lines_are_whole_and_numbered_from_one(path: Path) -> None:
    with Rollout.create(path, "t", facts={"cwd": "/here"}) as rollout:
        rollout.append(encode([said("a"), noise("ä\n\u2028")]))
        rollout.append(encode([said("b")]))
    found = lines(path)
    assert [line["ordinal"] for line in found] == [1, 2, 3, 4]
    assert [line["type"] for line in found] == ["thread", "event_msg", "response_item", "event_msg"]
    assert found[0]["payload"]["cwd"] == "/here"
    assert found[2]["payload"] == {"text": "ä\n\u2028"}
    assert path.read_bytes().endswith(b"\n")


def test_a_line_may_bring_its_time_and_where_it_comes_from_and_the_first_line_is_as_old(path: Path) -> None:
    brought = Item("event_msg", {"type": "user_message", "message": "a"}, at=1_000, origin={"line": 7})
    with Rollout.create(path, "t") as rollout:
        patch = rollout.append(encode([brought, noise()])).patch
    first, second, third = lines(path)
    assert first["timestamp"] == second["timestamp"] == "1970-01-01T00:00:01.000Z" < third["timestamp"]
    assert (second["origin"], "origin" in third) == ({"line": 7}, False)
    assert (patch.value("created_at"), patch.value("recency_at")) == (1_000, 1_000)
    with Rollout.resume(path, "t") as rollout:
        assert rollout.found is not None
        assert rollout.found.patch == patch


def test_a_torn_tail_can_be_removed_without_an_append(path: Path) -> None:
    whole = written(path, said("a"))
    with path.open("ab") as file:
        file.write(b"half")
    with Rollout.resume(path, "t") as rollout:
        rollout.mend()
    assert path.stat().st_size == whole.offset


def test_what_is_resumed_is_what_was_written(path: Path) -> None:
    with Rollout.create(path, "t") as rollout:
        first = rollout.append(encode([said("a")]))
        second = rollout.append(encode([model("m"), noise()]))
    with Rollout.resume(path, "t", mark=lambda: first.generation) as rollout:
        assert rollout.tail == second.generation
        assert rollout.found is not None
        assert rollout.found.patch == merge(first.patch, second.patch)
        assert rollout.found.matched
        third = rollout.append(encode([noise()]))
        assert rollout.refold(second.generation).patch == merge(first.patch, second.patch)
    assert begins_with(path, third.generation)
    assert lines(path)[-1]["ordinal"] == third.generation.ordinal == 5


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_tail_is_told_and_not_part_of_what_follows(path: Path, cut: int) -> None:
    kept = written(path, said("a"))
    whole = path.read_bytes()
    with Rollout.resume(path, "t") as rollout:
        rollout.append(encode([said("b" * 50)]))
    os.truncate(path, path.stat().st_size - cut)
    torn = path.stat().st_size - len(whole)
    with Rollout.resume(path, "t") as rollout:
        assert rollout.torn is not None
        assert (rollout.torn.offset, rollout.torn.length) == (len(whole), torn)
        assert rollout.tail == kept
        assert path.stat().st_size == len(whole) + torn, "it is cut when there is something to append"
        rollout.append(encode([noise("c")]))
    assert path.read_bytes().startswith(whole)
    assert [line["ordinal"] for line in lines(path)] == [1, 2, 3]


def test_zeros_that_power_loss_left_are_a_torn_tail(path: Path) -> None:
    kept = written(path, said("a"))
    with path.open("ab") as file:
        file.write(bytes(4096) + b"\n" + bytes(10))
    with Rollout.resume(path, "t") as rollout:
        assert rollout.tail == kept
        assert rollout.torn is not None
        assert rollout.torn.length == 4107


def test_a_rollout_whose_first_line_is_torn_begins_anew(path: Path) -> None:
    path.write_bytes(b'{"ordinal":1,"ty')
    with Rollout.resume(path, "t") as rollout:
        rollout.append(encode([said("a")]))
    assert [line["type"] for line in lines(path)] == ["thread", "event_msg"]


def test_damage_before_whole_lines_is_no_torn_tail(path: Path) -> None:
    written(path, said("a"), said("b"))
    text = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([text[0], b"rubbish", *text[2:]]))
    before = path.read_bytes()
    with pytest.raises(DamagedError, match="line 2, at byte"):
        Rollout.resume(path, "t")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "first",
    [
        b'{"ordinal":1,"type":"session_meta","payload":{"id":"t"}}\n',
        b'{"ordinal":1,"type":"thread","payload":{"id":"other","rollout":"r"}}\n',
    ],
)
def test_what_is_not_the_rollout_of_the_thread_is_not_written_to(path: Path, first: bytes) -> None:
    path.write_bytes(first)
    with pytest.raises(DamagedError):
        Rollout.resume(path, "t")
    assert path.read_bytes() == first


def test_a_second_writer_in_this_process_is_refused(path: Path) -> None:
    with Rollout.create(path, "t") as rollout:
        rollout.append(encode([noise()]))
        with pytest.raises(HeldError, match="writes this rollout") as caught:
            Rollout.resume(path, "t")
        path.open("rb").close()  # another descriptor of the file, which would drop a POSIX lock
        with pytest.raises(HeldError):
            Rollout.resume(path, "t")
    assert caught.value.pid == (os.getpid() if LOCKS.exists() else None)
    Rollout.resume(path, "t").close()


HOLD = """
import sys
from pathlib import Path
from strandline.impl.threads.lines import Item, encode
from strandline.impl.threads.rollout import Rollout
rollout = Rollout.create(Path(sys.argv[1]), "t")
rollout.append(encode([Item("x", {})]))
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_writer_in_another_process_is_named(path: Path) -> None:
    process = child(HOLD, path)
    try:
        assert line_of(process) == "held"
        with pytest.raises(HeldError) as caught:
            Rollout.resume(path, "t")
        assert caught.value.pid == (process.pid if LOCKS.exists() else None)
    finally:
        end(process)
    Rollout.resume(path, "t").close()


@unix
def test_a_lock_that_was_won_on_a_removed_file_is_of_no_use(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiter opens the file; its holder removes it and another one makes a new file; the waiter gets the lock."""
    written(path, said("old"))
    real = locks.lock
    seen: list[int] = []

    def late(descriptor: int, where: Path) -> bool:
        if not seen:
            seen.append(descriptor)
            path.unlink()
            written(path, said("new"))
        return real(descriptor, where)

    monkeypatch.setattr(rollouts, "lock", late)
    with Rollout.resume(path, "t") as rollout:
        assert rollout.found is not None
        assert rollout.found.patch.value("title") == "new"


@unix
@pytest.mark.parametrize("then", [lambda _: None, lambda path: path.write_bytes(b"other\n")])
def test_a_rollout_that_was_removed_or_replaced_is_not_appended_to(path: Path, then: Callable[[Path], object]) -> None:
    with Rollout.create(path, "t") as rollout:
        rollout.append(encode([noise()]))
        path.unlink()
        then(path)
        with pytest.raises(GoneError, match="removed or replaced"):
            rollout.append(encode([noise()]))
        with pytest.raises(GoneError):
            rollout.refold(rollout.tail)


FULL = """
import resource, signal, sys
from pathlib import Path
from strandline.impl.threads.errors import WriteError
from strandline.impl.threads.lines import Item, encode
from strandline.impl.threads.rollout import Rollout
rollout = Rollout.create(Path(sys.argv[1]), "t")
rollout.append(encode([Item("x", {"n": 1})]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (rollout.tail.offset + 100, hard))
for _ in range(2):
    try:
        rollout.append(encode([Item("x", {"text": "y" * 500})]))
    except WriteError as error:
        print(error, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
rollout.append(encode([Item("x", {"n": 2})]))
"""


@unix
def test_a_write_that_fails_half_way_leaves_no_torn_line_before_the_next_one(path: Path) -> None:
    process = child(FULL, path)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.count("none of these lines is in it") == 2
    assert [line["payload"].get("n") for line in lines(path)] == [None, 1, 2]


def test_a_write_that_can_be_neither_made_nor_taken_back_is_taken_back_by_the_next_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    with Rollout.create(path, "t") as rollout:
        rollout.append(encode([noise("a")]))

        def half(descriptor: int, data: bytes) -> int:
            real(descriptor, bytes(data)[:10])
            raise OSError(28, "No space left on device")

        def never(*_: object) -> None:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as broken:
            broken.setattr(os, "write", half)
            broken.setattr(os, "ftruncate", never)
            for _ in range(2):
                with pytest.raises(WriteError):
                    rollout.append(encode([noise("b" * 100)]))
        rollout.append(encode([noise("c")]))
    assert [line["payload"].get("text") for line in lines(path)] == [None, "a", "c"]


def test_a_sync_that_fails_takes_the_lines_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Rollout.create(path, "t", sync=True) as rollout:
        rollout.append(encode([noise("a")]))

        def never(_: int) -> None:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", never)
            with pytest.raises(WriteError):
                rollout.append(encode([noise("b")]))
        rollout.append(encode([noise("c")]))
    assert [line["payload"].get("text") for line in lines(path)] == [None, "a", "c"]


def test_ctrl_c_in_the_midst_of_a_write_is_taken_back_by_the_next_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def stopped(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data)[:10])
        raise KeyboardInterrupt

    with Rollout.create(path, "t") as rollout:
        rollout.append(encode([noise("a")]))
        with monkeypatch.context() as broken:
            broken.setattr(os, "write", stopped)
            with pytest.raises(KeyboardInterrupt):
                rollout.append(encode([noise("b" * 100)]))
        rollout.append(encode([noise("c")]))
    assert [line["payload"].get("text") for line in lines(path)] == [None, "a", "c"]


def test_a_rollout_that_was_never_written_to_leaves_no_file(path: Path) -> None:
    Rollout.create(path, "t").close()
    assert not path.exists()


def test_a_token_is_of_one_history_only(path: Path, tmp_path: Path) -> None:
    """Power loss keeps one line of two, and another line is written: the count is the same, the history is not."""
    with Rollout.create(path, "t") as rollout:
        kept = rollout.append(encode([said("a")])).generation
        lost = rollout.append(encode([said("b")])).generation
    os.truncate(path, kept.offset)
    with Rollout.resume(path, "t", mark=lambda: lost) as rollout:
        assert rollout.found is not None
        assert not rollout.found.matched
        other = rollout.append(encode([said("c")])).generation
    assert other.ordinal == lost.ordinal
    assert [begins_with(path, token) for token in (kept, lost, other)] == [True, False, True]
    foreign = written(tmp_path / "u.jsonl", said("a"))
    assert not begins_with(path, foreign)


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (NotFoundError, lambda path: Rollout.resume(path, "t")),
        (WriteError, lambda path: Rollout.create(path / "no" / "folder", "t")),
    ],
)
def test_what_is_not_there_is_told(path: Path, error: type[Exception], make: Callable[[Path], object]) -> None:
    with pytest.raises(error):
        make(path)


def test_what_is_there_is_not_created_again_and_what_is_closed_not_written(path: Path) -> None:
    written(path, noise())
    with pytest.raises(ExistsError):
        Rollout.create(path, "t")
    rollout = Rollout.resume(path, "t")
    rollout.close()
    with pytest.raises(ClosedError):
        rollout.append(encode([noise()]))


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "items",
    [
        5,
        noise(),
        [5],
        ["text"],
        [Item("", {})],
        [Item(5, {})],  # type: ignore[arg-type]
        [Item("x", [])],  # type: ignore[arg-type]
        [Item("x", {"a": object()})],
        [Item("x", {"a": CYCLE})],
        [Item("x", {"a": "\ud800"})],
        [Item("\ud800", {})],
        [Item("x", {}, at=-1)],
        [Item("x", {}, at=2**62)],
        [Item("x", {}, at="now")],  # type: ignore[arg-type]
        [Item("x", {}, origin=[])],  # type: ignore[arg-type]
        [Item("x", {}, origin={"a": object()})],
    ],
)
def test_what_cannot_be_a_line_is_refused_in_words(items: object) -> None:
    with pytest.raises(BadInputError, match="item"):
        encode(items)


def test_what_is_observed_is_what_a_reader_of_the_file_sees(path: Path) -> None:
    class Words(Enum):
        MESSAGE = "a"

    with Rollout.create(path, "t") as rollout:
        item = Item("event_msg", {"type": "user_message", "message": Words.MESSAGE})
        seen = rollout.append(encode([item, noise("x")]))
        assert seen.patch.value("title") == "a"
        assert rollout.refold(seen.generation).patch == seen.patch
