"""Claims about the rows: guarded, column by column, and a failure is told when SQLite is idle."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.database import Change, MetadataStore
from strandline.impl.threads.effects import Applied, Delete, Failed, Mismatch, Upsert
from strandline.impl.threads.errors import BadInputError, MetadataError
from strandline.impl.threads.generation import Generation, before_the_first_line
from strandline.impl.threads.patch import Patch, patch
from tests.impl.threads.items import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.threads.row import Position


def at(ordinal: int, rollout: str = "r") -> Generation:
    return Generation(rollout, ordinal, ordinal, f"d{ordinal}") if ordinal else before_the_first_line(rollout)


def upsert(base: int | None, target: int, given: Patch, thread: str = "t") -> Change:
    return Change(thread, Upsert(None if base is None else at(base), at(target), given))


TITLED = patch({"title": "a", "created_at": 1})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    (tmp_path / "t.jsonl").touch()
    with closing(MetadataStore(tmp_path / "m.sqlite", tmp_path, busy=0.05)) as made:
        yield made


def test_a_patch_sets_its_columns_and_leaves_the_others(store: MetadataStore) -> None:
    assert store.apply([upsert(0, 1, TITLED)]) == [Applied()]
    assert store.apply([upsert(1, 2, patch({"model": "m", "git_branch": "b"}))]) == [Applied()]
    assert store.apply([upsert(2, 3, patch({"git_branch": None}))]) == [Applied()]
    row = store.reader.read("t")
    assert row is not None
    assert row.generation == at(3)
    assert [row[name] for name in ("title", "model", "git_branch")] == ["a", "m", None]


def test_u4_only_columns_that_change_are_written(store: MetadataStore, tmp_path: Path) -> None:
    store.apply([upsert(0, 1, TITLED)])
    statements: list[str] = []
    with closing(MetadataStore(tmp_path / "m.sqlite", tmp_path, connect=traced(statements))) as other:
        other.apply([upsert(1, 2, patch({"model": "m"}))])
    (update,) = [statement for statement in statements if statement.startswith("UPDATE")]
    assert "model =" in update
    assert "title" not in update


def traced(statements: list[str]) -> type[sqlite3.Connection]:
    def connect(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = sqlite3.connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(statements.append)
        return connection  # type: ignore[no-any-return]

    return connect  # type: ignore[return-value]


def test_what_is_explicit_stays_explicit_in_the_row(store: MetadataStore) -> None:
    store.apply([upsert(0, 1, patch({"title": "mine", "model": None}, explicit=True))])
    store.apply([upsert(1, 2, patch({"title": "said", "model": "m", "preview": "p"}))])
    row = store.reader.read("t")
    assert row is not None
    assert [row[name] for name in ("title", "model", "preview")] == ["mine", None, "p"]


@pytest.mark.parametrize(
    ("base", "target"),
    [(0, 2), (2, 3), (None, 0)],
)
def test_a_patch_that_does_not_go_on_from_the_row_is_refused(
    store: MetadataStore, base: int | None, target: int
) -> None:
    store.apply([upsert(0, 1, TITLED)])
    if base is not None:
        assert store.apply([upsert(base, target, patch({"title": "b"}, explicit=True))]) == [Mismatch()]
        row = store.reader.read("t")
        assert row is not None
        assert row["title"] == "a"


def test_a_row_of_another_history_is_refused_and_made_anew_when_asked(store: MetadataStore) -> None:
    other = Generation("r", 1, 1, "lost")
    store.apply([Change("t", Upsert(at(0), other, patch({"title": "lost", "model": "lost"})))])
    assert store.apply([upsert(1, 2, TITLED)]) == [Mismatch()]
    assert store.apply([upsert(None, 2, TITLED)]) == [Applied()]
    row = store.reader.read("t")
    assert row is not None
    assert (row["title"], row["model"]) == ("a", None)


def test_a_patch_without_a_row_to_go_on_from_makes_none(store: MetadataStore) -> None:
    assert store.apply([upsert(1, 2, TITLED)]) == [Mismatch()]
    assert store.reader.read("t") is None


def test_no_row_is_made_for_a_rollout_that_is_gone(store: MetadataStore, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").unlink()
    (result,) = store.apply([upsert(None, 1, TITLED)])
    assert isinstance(result, Failed)
    assert result.failure.reason == "rollout gone"
    assert store.reader.any("t") is None


def test_a_row_without_a_rollout_is_neither_read_nor_listed_and_is_deleted(
    store: MetadataStore, tmp_path: Path
) -> None:
    store.apply([upsert(0, 1, TITLED)])
    assert store.apply([Change("t", Delete("r"))]) == [Applied()]
    assert store.reader.read("t") is not None, "a living thread is not deleted"
    (tmp_path / "t.jsonl").unlink()
    assert store.reader.read("t") is None
    assert store.reader.page(10).rows == ()
    store.apply([Change("t", Delete("other"))])
    assert store.reader.any("t") is not None, "another history's row is left alone"
    store.apply([Change("t", Delete("r"))])
    assert store.reader.any("t") is None


def test_several_threads_are_written_in_one_transaction_and_one_refusal_is_its_own(
    store: MetadataStore, tmp_path: Path
) -> None:
    (tmp_path / "u.jsonl").touch()
    assert store.apply([upsert(0, 1, TITLED), upsert(5, 6, TITLED, "u")]) == [Applied(), Mismatch()]
    assert store.reader.read("t") is not None


def test_a_list_is_by_recency_and_paged_without_repeating(store: MetadataStore, tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"t{number}.jsonl").touch()
        store.apply([upsert(0, 1, patch({"recency_at": number // 3}), f"t{number}")])
    (tmp_path / "t7.jsonl").unlink()
    seen: list[tuple[int, str]] = []
    after: Position | None = None
    for _ in range(10):
        page = store.reader.page(4, after)
        seen += [(-row.recency, row.thread) for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 24


def test_a_snapshot_stays_at_its_moment(store: MetadataStore) -> None:
    store.apply([upsert(0, 1, TITLED)])
    with store.snapshot() as snapshot:
        assert snapshot.page(1).rows[0]["model"] is None
        store.apply([upsert(1, 2, patch({"model": "m"}))])
        row = snapshot.read("t")
        assert row is not None
        assert row.generation == at(1)


def locked(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_a_locked_database_is_busy_and_then_is_written(store: MetadataStore) -> None:
    store.apply([upsert(0, 1, TITLED)])
    with closing(locked(store.path)):
        (result,) = store.apply([upsert(1, 2, TITLED)])
        assert isinstance(result, Failed)
        assert result.failure.reason == "busy"
        assert store.reader.read("t") is not None, "readers do not wait"
    assert store.apply([upsert(1, 2, TITLED)]) == [Applied()]


def test_waiting_for_a_lock_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    stop = threading.Event()
    with closing(MetadataStore(tmp_path / "m.sqlite", tmp_path, busy=PATIENCE)) as store:
        store.apply([upsert(0, 1, TITLED)])
        with closing(locked(store.path)):
            stop.set()
            (result,) = store.apply([upsert(1, 2, TITLED)], stop)
        assert isinstance(result, Failed)
        assert result.failure.reason == "interrupted"


def test_an_attempt_that_is_given_up_before_its_commit_is_rolled_back(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    stop = threading.Event()

    class Stopping(sqlite3.Connection):
        def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQLite's
            if statement.startswith("INSERT"):
                stop.set()
            return super().execute(statement, *arguments)

    def connect(*arguments: object, **options: object) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=Stopping, **options)  # type: ignore[call-overload, no-any-return]

    with closing(MetadataStore(tmp_path / "m.sqlite", tmp_path, connect=connect)) as store:
        (result,) = store.apply([upsert(0, 1, TITLED)], stop)
        assert isinstance(result, Failed)
        assert result.failure.reason == "interrupted"
        assert store.reader.read("t") is None
        assert store.apply([upsert(0, 1, TITLED)]) == [Applied()], "its connection goes on"


def test_a_statement_that_runs_is_interrupted_and_rolled_back(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    begun = threading.Event()

    class Slow(sqlite3.Connection):
        def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQLite's
            if statement.startswith("UPDATE"):
                begun.set()
                super().execute("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n")
            return super().execute(statement, *arguments)

    def connect(*arguments: object, **options: object) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=Slow, **options)  # type: ignore[call-overload, no-any-return]

    with closing(MetadataStore(tmp_path / "m.sqlite", tmp_path, connect=connect)) as store:
        store.apply([upsert(0, 1, TITLED)])
        stop = threading.Event()

        def interrupt() -> None:
            begun.wait(PATIENCE)
            stop.set()
            for _ in range(1000):
                if ended.wait(0.01):
                    return
                store.interrupt()

        ended = threading.Event()
        helper = threading.Thread(target=interrupt)
        helper.start()
        (result,) = store.apply([upsert(1, 2, TITLED)], stop)
        ended.set()
        helper.join()
        assert isinstance(result, Failed)
        assert result.failure.reason == "interrupted"
        row = store.reader.read("t")
        assert row is not None
        assert row.generation == at(1)


def test_a_database_that_was_removed_is_made_anew(store: MetadataStore) -> None:
    store.apply([upsert(0, 1, TITLED)])
    for end in ("", "-wal", "-shm"):
        store.path.with_name(store.path.name + end).unlink(missing_ok=True)
    assert store.reader.read("t") is None
    assert store.apply([upsert(1, 2, TITLED)]) == [Mismatch()]
    assert store.apply([upsert(None, 2, TITLED)]) == [Applied()]
    assert store.reader.read("t") is not None


def test_another_database_is_told_though_it_has_the_number_of_the_former_file(store: MetadataStore) -> None:
    """The file systems that reissue the number of a removed file do so at once."""
    store.apply([upsert(0, 1, TITLED)])
    epoch = store.epoch
    store.close_writer()
    store.apply([upsert(1, 2, TITLED)])
    assert store.epoch == epoch, "the same one, opened again"
    store.close_writer()
    store.path.write_bytes(b"")  # the same inode, and another database
    store.apply([upsert(None, 3, TITLED)])
    assert store.epoch == epoch + 1


def test_a_commit_to_a_database_that_was_removed_meanwhile_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    path = tmp_path / "m.sqlite"
    removing: list[bool] = []

    class Removing(sqlite3.Connection):
        def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQLite's
            if statement == "COMMIT" and removing:
                path.unlink()
            return super().execute(statement, *arguments)

    def connect(*arguments: object, **options: object) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=Removing, **options)  # type: ignore[call-overload, no-any-return]

    with closing(MetadataStore(path, tmp_path, connect=connect)) as store:
        assert store.apply([upsert(0, 1, TITLED)]) == [Applied()]
        removing.append(True)
        (result,) = store.apply([upsert(1, 2, TITLED)])
    assert isinstance(result, Failed)
    assert result.failure.reason == "replaced"


@pytest.mark.parametrize("content", [b"rubbish" * 1000, b"SQLite format 3\x00" + bytes(3000)])
def test_a_corrupt_database_is_told_to_writers_and_readers(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.jsonl").touch()
    path = tmp_path / "m.sqlite"
    path.write_bytes(content)
    with closing(MetadataStore(path, tmp_path)) as store:
        (result,) = store.apply([upsert(0, 1, TITLED)])
        assert isinstance(result, Failed)
        assert result.failure.reason == "corrupt"
        with pytest.raises(MetadataError, match="damaged"):
            store.reader.page(5)
        path.unlink()
        assert store.apply([upsert(0, 1, TITLED)]) == [Applied()]


def test_a_foreign_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    path = tmp_path / "m.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE threads (id TEXT)")
    with closing(MetadataStore(path, tmp_path)) as store:
        (result,) = store.apply([upsert(0, 1, TITLED)])
    assert isinstance(result, Failed)
    assert result.failure.reason == "schema"


def test_an_unknown_synchronous_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="normal"):
        MetadataStore(tmp_path / "m", tmp_path, synchronous="off")  # type: ignore[arg-type]
