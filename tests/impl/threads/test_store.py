"""Claims about the blocking face: appends go on whatever the database does, and barriers say what came of it."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.effects import Outcome
from strandline.impl.threads.errors import (
    DiscardedError,
    ExistsError,
    ForeignTokenError,
    HeldError,
    NotFoundError,
    ProjectionError,
    SnapshotError,
    StaleError,
)
from strandline.impl.threads.lines import Item, encode
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, model, noise, said
from tests.impl.threads.stores import LAZY, QUICK, eventually, lock, row_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_an_append_is_in_the_rollout_when_it_returns_and_not_yet_in_the_row(store: ThreadStore) -> None:
    thread = store.create(cwd="/w")
    token = thread.append([said("hello")])
    assert token.ordinal == 2
    assert store.read(thread.id) is None
    assert thread.flush(deadline=PATIENCE) == Outcome("done", token)
    row = row_of(store, thread)
    assert (row["title"], row["cwd"], row.generation) == ("hello", "/w", token)


def test_what_is_pending_is_projected_without_being_asked_and_a_touch_too(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create()
        for item in (said("a"), noise()):
            token = thread.append([item])
            eventually(lambda: (row := store.read(thread.id)) is not None and row.generation == token)  # noqa: B023


def test_a_thread_is_listed_at_once_after_append_and_flush(store: ThreadStore) -> None:
    thread = store.create()
    outcome = thread.append_and_flush([Item("event_msg", {"type": "goal", "text": "win"})], deadline=PATIENCE)
    assert outcome.durable
    assert [(row.thread, row["preview"]) for row in store.list().rows] == [(thread.id, "win")]


def test_explicit_changes_are_lines_and_outlive_the_database(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        thread.append([said("said")])
        thread.rename("mine")
        thread.set_memory_mode("off")
        thread.update_metadata(git_branch="b", model="m")
        thread.update_metadata(git_branch=None)
        thread.append([model("other")])
    for end_ in ("", "-wal", "-shm"):
        (tmp_path / f"threads.sqlite{end_}").unlink(missing_ok=True)
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.resume("t")
        thread.flush()
        row = row_of(store, thread)
        names = ("title", "memory_mode", "git_branch", "model", "first_user_message")
        assert [row[name] for name in names] == ["mine", "off", None, "m", "said"]


def test_what_is_resumed_is_not_moved_in_the_list_until_it_has_more_history(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        thread.append_and_flush([said("a")])
        before = row_of(store, thread).recency
        live = thread._live  # noqa: SLF001 - a process that is killed: its lines are there, the row is behind
        live.rollout.append(encode([said("b"), model("m")]))
        live.rollout.close()
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.resume("t")
        thread.flush()
        row = row_of(store, thread)
        assert (row["model"], row.generation, row.recency) == ("m", thread.generation, before)
        thread.persist()
        assert row_of(store, thread).recency >= before


def test_a_row_that_is_ahead_of_its_rollout_is_made_anew_before_the_first_append(tmp_path: Path) -> None:
    """Power loss keeps one line of two; the row has the lost one's title, and the count of the next one."""
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        kept = thread.append([model("m")])
        thread.append([said("lost")])
        thread.flush()
        lost = thread.generation
    os.truncate(tmp_path / "rollouts" / "t.jsonl", kept.offset)
    with ThreadStore(tmp_path, limits=LAZY) as store:
        with pytest.raises(ForeignTokenError):
            store.read("t", at_least=lost)
        thread = store.resume("t")
        assert row_of(store, thread)["title"] is None
        assert row_of(store, thread).generation == kept
        new = thread.append([noise()])
        assert new.ordinal == lost.ordinal
        with pytest.raises(ForeignTokenError, match="lines that it lost"):
            store.read("t", at_least=lost)
        row = store.read("t", at_least=new, deadline=PATIENCE)
        assert row is not None
        assert row.generation == new


def test_a_row_of_lines_that_were_lost_is_stale_to_a_token_of_the_new_ones(tmp_path: Path) -> None:
    """Its count is higher than the token's, and its history another one."""
    path = tmp_path / "rollouts" / "t.jsonl"
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        kept = thread.append([model("m")])
        thread.append_and_flush([said("lost"), said("lost")])
    os.truncate(path, kept.offset)
    with Rollout.resume(path, "t") as rollout:
        token = rollout.append(encode([said("new")])).generation
        with ThreadStore(tmp_path, limits=LAZY) as reader, pytest.raises(StaleError):
            reader.read("t", at_least=token)


def test_a_torn_tail_is_told(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        store.create("t").append([said("a")])
    with (tmp_path / "rollouts" / "t.jsonl").open("ab") as file:
        file.write(b'{"ordinal":3')
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.resume("t")
        assert thread.torn is not None
        assert (thread.torn.length, thread.torn.reason) == (12, "it does not end")


def test_a_token_drives_a_projection_and_another_threads_is_refused(store: ThreadStore) -> None:
    one, other = store.create(), store.create()
    token = one.append([said("a")])
    foreign = other.append([said("b")])
    row = store.read(one.id, at_least=token, deadline=PATIENCE)
    assert row is not None
    assert row.generation == token
    with pytest.raises(ForeignTokenError):
        store.read(one.id, at_least=foreign)


def test_a_token_in_another_process_waits_to_its_deadline_and_says_stale(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as writer, ThreadStore(tmp_path, limits=LAZY) as reader:
        thread = writer.create("t")
        token = thread.append([said("a")])
        with pytest.raises(StaleError, match="it has line 0, and line 2"):
            reader.read("t", at_least=token, deadline=0.01)
        helper = threading.Timer(0.05, thread.flush)
        helper.start()
        row = reader.read("t", at_least=token, deadline=PATIENCE)
        helper.join()
        assert row is not None
        assert row.generation == token


def test_a_barrier_inside_a_snapshot_is_refused(store: ThreadStore) -> None:
    thread = store.create("t")
    token = thread.append_and_flush([said("a")]).generation
    with store.snapshot() as snapshot:
        assert snapshot.read("t") is not None
        thread.append([model("m")])
        barriers: list[Callable[[], object]] = [
            thread.flush,
            thread.persist,
            thread.shutdown,
            lambda: thread.append_and_flush([noise()]),
            lambda: thread.rename("x"),
            lambda: store.read("t", at_least=token),
        ]
        for barrier in barriers:
            with pytest.raises(SnapshotError, match="leave the snapshot"):
                barrier()
        assert thread.generation.ordinal == 3
    thread.flush()


def test_a_discarded_thread_is_gone_and_says_so(store: ThreadStore, tmp_path: Path) -> None:
    thread = store.create("t")
    thread.append_and_flush([said("a")])
    assert thread.discard().status == "done"
    assert not (tmp_path / "rollouts" / "t.jsonl").exists()
    assert store.list().rows == ()
    with pytest.raises(DiscardedError):
        thread.append([noise()])
    with pytest.raises(NotFoundError):
        store.read("t")
    store.create("t").append([noise()])


def test_a_discard_under_a_locked_database_ends_and_a_resume_finishes_it(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create("t")
        thread.append_and_flush([said("a")])
        with lock(tmp_path / "threads.sqlite"):
            with pytest.raises(ProjectionError) as caught:
                thread.discard()
            assert caught.value.durable, "the rollout is gone"
            assert store.list().rows == ()
        with pytest.raises(NotFoundError):
            store.resume("t")
    with closing(sqlite3.connect(tmp_path / "threads.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM threads").fetchone() == (0,)


def test_only_one_process_writes_a_thread(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store, ThreadStore(tmp_path, limits=LAZY) as other:
        thread = store.create("t")
        thread.append([noise()])
        with pytest.raises(HeldError, match="shut down"):
            other.resume("t")
        with pytest.raises(ExistsError):
            other.create("t")
        thread.shutdown()
        other.resume("t").append([said("b")])


def test_a_row_of_a_rollout_that_lost_all_its_lines_is_made_anew_by_a_resume(tmp_path: Path) -> None:
    """Power loss keeps no line: the row has a title that no line says, and no append comes to mend it."""
    with ThreadStore(tmp_path) as store:
        thread = store.create("t")
        thread.append_and_flush([said("lost")])
        thread.shutdown()
    (tmp_path / "rollouts" / "t.jsonl").write_bytes(b"")
    with ThreadStore(tmp_path) as store:
        thread = store.resume("t")
        row = store.read("t")
        assert row is not None
        assert row["title"] is None
        assert row.generation.ordinal == 0
        thread.append_and_flush([said("kept")])
        row = store.read("t")
        assert row is not None
        assert row["title"] == "kept"
