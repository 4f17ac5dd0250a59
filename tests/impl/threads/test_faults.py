"""Claims about faults under the blocking face: the database is locked, damaged, removed or full, or a write fails."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import (
    ClosedError,
    DeadlineError,
    ProjectionError,
    WriteError,
)
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, counted, model, noise, said
from tests.impl.threads.stores import QUICK, eventually, lock, row_of, unix

if TYPE_CHECKING:
    from pathlib import Path


def test_a_locked_database_holds_up_no_append_and_barriers_report_and_then_drain(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create()
        thread.append_and_flush([said("a")])
        with lock(tmp_path / "threads.sqlite"):
            thread.append([model("m")])
            with pytest.raises(ProjectionError, match="another process holds its lock") as caught:
                thread.flush()
            assert caught.value.reason == "busy"
            with pytest.raises(ProjectionError) as after:
                thread.append_and_flush([counted(5)])
            assert after.value.durable
            assert after.value.generation == thread.generation
            assert "do not append them again" in str(after.value)
            assert thread.rename("mine", on_failure="return").status == "failed"
            found = thread.statistics()
            assert found.lag == 3
            assert found.last_error is not None
            assert found.oldest_pending is not None
            assert found.failures >= 3
        assert thread.flush(deadline=PATIENCE).status == "done"
        row = row_of(store, thread)
        assert (row["model"], row["tokens"], row["title"]) == ("m", 5, "mine")
        assert (thread.statistics().lag, thread.statistics().last_error) == (0, None)


def test_a_barrier_ends_at_its_deadline_while_the_attempt_goes_on(tmp_path: Path) -> None:
    limits = Limits(pace=PATIENCE, busy=PATIENCE)
    with ThreadStore(tmp_path, limits=limits) as store:
        thread = store.create()
        thread.append_and_flush([said("a")])
        with lock(tmp_path / "threads.sqlite"):
            thread.append([model("m")])
            with pytest.raises(DeadlineError):
                thread.flush(deadline=0.01)
            assert thread.flush(deadline=0, on_failure="return").status == "expired"
        thread.flush()
        assert row_of(store, thread)["model"] == "m"


def test_a_shutdown_whose_deadline_passes_is_interrupted_and_releases_the_rollout(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=Limits(pace=PATIENCE, busy=PATIENCE)) as store:
        thread = store.create("t")
        thread.append_and_flush([said("a")])
        with lock(tmp_path / "threads.sqlite"):
            thread.append([model("m")])
            with pytest.raises(DeadlineError):
                thread.shutdown(deadline=0.01)
            Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t").close()
        with pytest.raises(ClosedError, match="resume it"):
            thread.append([noise()])
        again = store.resume("t")
        again.flush()
        assert row_of(store, again)["model"] == "m"


@unix
def test_a_database_that_is_removed_is_filled_again_by_a_barrier(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        threads = [store.create() for _ in range(3)]
        for thread in threads:
            thread.append_and_flush([said("a")])
        for end_ in ("", "-wal", "-shm"):
            (tmp_path / f"threads.sqlite{end_}").unlink()
        assert threads[0].flush(deadline=PATIENCE).status == "done"
        assert row_of(store, threads[0])["title"] == "a"
        eventually(lambda: len(store.list().rows) == 3)


@unix
def test_a_database_that_is_removed_is_filled_again_with_all_threads_by_one_append(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        threads = [store.create() for _ in range(3)]
        for thread in threads:
            thread.append_and_flush([said("a")])
        for end_ in ("", "-wal", "-shm"):
            (tmp_path / f"threads.sqlite{end_}").unlink()
        threads[0].append([noise()])
        eventually(lambda: len(store.list().rows) == 3)


@unix
def test_what_is_committed_to_a_wal_that_is_gone_is_no_success(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create()
        thread.append_and_flush([said("a")])
        (tmp_path / "threads.sqlite-wal").unlink()
        thread.append_and_flush([model("m")], deadline=PATIENCE)
        with ThreadStore(tmp_path) as other:
            assert row_of(other, thread)["model"] == "m"


@unix
def test_a_database_that_is_damaged_is_told_and_filled_again_when_it_is_moved_away(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create()
        thread.append_and_flush([said("a")])
        path = tmp_path / "threads.sqlite"
        (tmp_path / "rubbish").write_bytes(b"rubbish" * 2000)
        (tmp_path / "rubbish").replace(path)
        for end_ in ("-wal", "-shm"):  # which would heal it
            path.with_name(path.name + end_).unlink()
        token = thread.append([model("m")])
        assert thread.generation == token
        with pytest.raises(ProjectionError) as caught:
            thread.flush(deadline=PATIENCE)
        assert caught.value.reason == "corrupt"
        path.unlink()
        thread.flush(deadline=PATIENCE)
        assert row_of(store, thread)["model"] == "m"


class Full(sqlite3.Connection):
    """A database on a full disk, while it is."""

    full = False

    def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQLite's
        if statement == "COMMIT" and Full.full:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(statement, *arguments)


def full_disk(tmp_path: Path) -> MetadataStore:
    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as SQLite's
        return sqlite3.connect(*arguments, factory=Full, **options)

    (tmp_path / "rollouts").mkdir(exist_ok=True)
    return MetadataStore(tmp_path / "m.sqlite", tmp_path / "rollouts", connect=connect)


def test_a_full_disk_under_the_database_holds_up_no_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadStore(tmp_path, limits=QUICK, database=full_disk(tmp_path)) as store:
        thread = store.create()
        monkeypatch.setattr(Full, "full", True)
        thread.append([said("a")])
        with pytest.raises(ProjectionError, match="make room") as caught:
            thread.flush()
        assert caught.value.reason == "full"
        monkeypatch.setattr(Full, "full", False)
        thread.flush()
        assert row_of(store, thread)["title"] == "a"


def test_an_append_that_cannot_be_written_is_a_typed_error_and_the_next_one_is_whole(
    store: ThreadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = store.create()
    thread.append([noise("a")])
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data)[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", half)
        with pytest.raises(WriteError, match="none of these lines"):
            thread.append([noise("b")])
        with pytest.raises(WriteError):
            thread.append_and_flush([noise("b")], on_failure="raise")
        assert thread.rename("x", on_failure="return").status == "unwritten"
    thread.append([noise("c")])
    assert thread.flush().status == "done"
