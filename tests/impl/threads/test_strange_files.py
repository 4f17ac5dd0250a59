"""What may stand in the place of a rollout, and is none: nothing of it is written, cut, or waited for."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.errors import DamagedError, MetadataError
from strandline.impl.threads.lines import encode
from strandline.impl.threads.product import doctor
from strandline.impl.threads.product.folder import look
from strandline.impl.threads.product.importing import Importer
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import noise, said

if TYPE_CHECKING:
    from pathlib import Path

unix = pytest.mark.skipif(os.name == "nt", reason="there are neither such links nor FIFOs")
CODEX = (
    b'{"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{"id":"x"}}\n'
    b'{"timestamp":"2026-01-01T00:00:01Z","type":"event_msg","payload":{"type":"user_message","message":"a"}}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with ThreadStore(tmp_path / "store") as store:
        store.create("good").append_and_flush([said("a")])
    return tmp_path / "store"


def mended(folder: Path) -> dict[str, doctor.Finding]:
    findings = list(doctor.examine(folder))
    with ThreadStore(folder) as store:
        return {finding.thread: finding for finding in doctor.mend(store, folder, findings)}


@unix
def test_nothing_is_written_through_a_link_and_nothing_behind_it_is_cut(folder: Path, tmp_path: Path) -> None:
    """`append` wrote over the file that the link led to, and `doctor --mend` emptied it."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious\n")
    (folder / "rollouts" / "link.jsonl").symlink_to(precious)
    with ThreadStore(folder) as store, pytest.raises(DamagedError, match="a link"):
        store.resume("link")
    found = mended(folder)["link"]
    assert (found.kind, found.mended) == ("damaged", False)
    assert precious.read_bytes() == b"precious\n"


@unix
def test_nobody_waits_for_a_fifo(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "rollouts" / "fifo.jsonl")
    with pytest.raises(DamagedError, match="no file"):
        look(folder, "fifo")
    assert mended(folder)["fifo"].kind == "damaged"
    (tmp_path / "codex").mkdir()
    os.mkfifo(tmp_path / "codex" / "rollout-x.jsonl")
    with ThreadStore(folder) as store:
        (imported,) = Importer(store, folder, {}).imports([tmp_path / "codex" / "rollout-x.jsonl"])
    assert "no file" in str(imported.why)


def test_a_folder_in_the_place_of_a_rollout_stops_no_examination_of_the_others(folder: Path) -> None:
    (folder / "rollouts" / "folder.jsonl").mkdir()
    assert mended(folder)["folder"].kind == "damaged"


@pytest.mark.parametrize("before", [0, 2])
def test_whole_lines_that_are_not_ours_are_damage_and_never_cut(folder: Path, before: int) -> None:
    """They were taken for a torn tail: `doctor --mend` cut a rollout of codex to nothing, and said "mended"."""
    path = folder / "rollouts" / "other.jsonl"
    if before:
        with Rollout.create(path, "other") as rollout:
            rollout.append(encode([noise()]))
    with path.open("ab") as file:
        file.write(CODEX)
    content = path.read_bytes()
    assert mended(folder)["other"].kind == "damaged"
    with pytest.raises(DamagedError):
        Rollout.resume(path, "other")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "strange",
    [
        "DROP TABLE threads; CREATE VIEW threads AS WITH RECURSIVE c AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT 1",
        "CREATE TRIGGER again AFTER INSERT ON threads BEGIN DELETE FROM threads; END",
    ],
)
def test_a_database_with_more_than_tables_is_refused_before_it_is_asked(folder: Path, strange: str) -> None:
    """A view without an end in the place of the table kept every call busy for ever."""
    with closing(sqlite3.connect(folder / "threads.sqlite")) as database:
        database.executescript(strange)
    store = ThreadStore(folder)
    with pytest.raises(MetadataError, match="a view, a trigger or a virtual table"):
        store.list(10)
    assert store.resume("good").persist(on_failure="return").status == "failed"
    store.close(on_failure="return")


def test_an_origin_without_its_digest_is_another_line_and_no_mistake_of_the_program(
    folder: Path, tmp_path: Path
) -> None:
    rollout = tmp_path / "rollout-x.jsonl"
    rollout.write_bytes(CODEX)
    with ThreadStore(folder) as store:
        assert [one.why for one in Importer(store, folder, {}).imports([rollout])] == [None]
    ours = folder / "rollouts" / "x.jsonl"
    ours.write_bytes(ours.read_bytes().replace(b'"digest"', b'"digests"'))
    with ThreadStore(folder) as store:
        (again,) = Importer(store, folder, {}).imports([rollout])
    assert "not the one that was imported" in str(again.why)
