"""Claims about the doctor: what does not belong together of rows and rollouts is told, and mended if asked."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.errors import BadInputError, MetadataError
from strandline.impl.threads.lines import encode
from strandline.impl.threads.product.doctor import examine, mend
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import model, noise, said
from tests.impl.threads.stores import LAZY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def sql(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "threads.sqlite")) as connection, connection:
        connection.execute(statement)


def path(folder: Path) -> Path:
    return folder / "rollouts" / "t.jsonl"


def longer(folder: Path) -> None:
    """Append as a process that is killed before it projects."""
    with Rollout.resume(path(folder), "t") as rollout:
        rollout.append(encode([model("later")]))


def cut(folder: Path) -> None:
    lines = path(folder).read_bytes().splitlines(keepends=True)
    os.truncate(path(folder), sum(map(len, lines[:-1])))


def cut_and_longer(folder: Path) -> None:
    cut(folder)
    longer(folder)


def torn(folder: Path) -> None:
    with path(folder).open("ab") as file:
        file.write(b'{"ordinal":')


def another(folder: Path) -> None:
    path(folder).unlink()
    with Rollout.create(path(folder), "t") as rollout:
        rollout.append(encode([said("other")]))


HARM: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a row that is lost": ("no row", lambda folder: sql(folder, "DELETE FROM threads")),
    "a database that is removed": ("no row", lambda folder: (folder / "threads.sqlite").unlink()),
    "a rollout that is removed": ("no rollout", lambda folder: path(folder).unlink()),
    "a row that is behind": ("behind", longer),
    "a row that is ahead": ("ahead", cut),
    "a row of lines that were lost": ("another history", cut_and_longer),
    "a row of another rollout": ("another history", another),
    "a row that was changed": ("differs", lambda folder: sql(folder, "UPDATE threads SET model = 'x'")),
    "a torn tail": ("torn tail", torn),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        store.create("t").append([said("a"), model("m")])
        store.create("sound").append([said("a")])
        store.create("empty")
    return tmp_path


def test_a_store_that_is_sound_has_no_finding_and_is_not_changed(folder: Path) -> None:
    before = path(folder).read_bytes()
    assert list(examine(folder)) == []
    assert path(folder).read_bytes() == before


@pytest.mark.parametrize("case", HARM)
def test_what_does_not_belong_together_is_told_and_mended_when_asked(folder: Path, case: str) -> None:
    kind, harm = HARM[case]
    harm(folder)
    held = path(folder).read_bytes() if path(folder).exists() else None
    found = list(examine(folder))
    assert {(finding.kind, finding.is_left) for finding in found} == {(kind, True)}
    assert {finding.thread for finding in found} <= {"t", "sound"}
    assert held == (path(folder).read_bytes() if path(folder).exists() else None), "nothing is changed unasked"
    with ThreadStore(folder) as store:
        assert all(finding.mended for finding in mend(store, folder, found))
    assert list(examine(folder)) == []


def test_what_another_writer_holds_is_named_and_not_mended(folder: Path) -> None:
    with ThreadStore(folder, limits=LAZY) as writer:
        writer.resume("t").append([noise()])
        (found,) = examine(folder)
        assert (found.kind, found.written_by, found.is_left) == ("behind", os.getpid(), False)
        with ThreadStore(folder) as store:
            (mended,) = mend(store, folder, [found])
        assert (mended.mended, mended.is_left) == (False, True)
        assert mended.refused is not None
        assert "writes this rollout" in mended.refused
    assert list(examine(folder)) == []


def test_a_line_that_cannot_be_read_is_told_and_left_alone(folder: Path) -> None:
    lines = path(folder).read_bytes().splitlines(keepends=True)
    path(folder).write_bytes(lines[0] + b"rubbish\n" + b"".join(lines[1:]))
    (found,) = examine(folder)
    assert found.kind == "damaged"
    before = path(folder).read_bytes()
    with ThreadStore(folder) as store:
        assert [finding.is_left for finding in mend(store, folder, [found])] == [True]
    assert path(folder).read_bytes() == before


def test_a_database_that_cannot_be_read_is_said_so_and_no_store_is_made_by_looking(folder: Path) -> None:
    (folder / "threads.sqlite").write_bytes(b"rubbish" * 1000)
    with pytest.raises(MetadataError, match="move it away"):
        list(examine(folder))
    with pytest.raises(BadInputError, match="no store"):
        list(examine(folder / "elsewhere"))
    assert not (folder / "elsewhere").exists()
