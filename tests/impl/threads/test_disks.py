"""Claims about a disk that is full: one of the database's own, and one of the rollouts' own, each a small tmpfs."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import ProjectionError, WriteError
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, counted, model, noise
from tests.impl.threads.stores import QUICK, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte, which only root can make."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root on Linux makes a file system of its own")
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        command = ["umount", "-l", str(place)]
        subprocess.run(command, check=True, timeout=PATIENCE)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no room on a disk, and make it again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * piece):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - it ends the loop
    yield
    ballast.unlink()


def test_a_full_disk_under_the_database_holds_up_no_append_and_one_barrier_drains(tmp_path: Path, disk: Path) -> None:
    (tmp_path / "rollouts").mkdir()
    database = MetadataStore(disk / "threads.sqlite", tmp_path / "rollouts", busy=QUICK.busy)
    with ThreadStore(tmp_path, limits=QUICK, database=database) as store:
        thread = store.create()
        thread.append_and_flush([counted(1)])
        with filled(disk):
            reasons = set()
            for number in range(300):
                thread.append([model("m" * 500 + str(number)), noise()])
                try:
                    thread.flush(deadline=PATIENCE)
                except ProjectionError as error:
                    reasons.add(error.reason)
            assert reasons
            assert reasons <= {"full", "io"}
            token = thread.append([model("last")])
            assert thread.generation == token
        assert thread.flush(deadline=PATIENCE).status == "done"
        assert row_of(store, thread)["model"] == "last"


def test_a_full_disk_under_the_rollouts_is_a_typed_error_and_leaves_no_torn_line(tmp_path: Path, disk: Path) -> None:
    (disk / "rollouts").mkdir()
    database = MetadataStore(tmp_path / "threads.sqlite", disk / "rollouts", busy=QUICK.busy)
    path = disk / "rollouts" / "t.jsonl"
    with ThreadStore(disk, limits=QUICK, database=database) as store:
        thread = store.create("t")
        before = thread.append([counted(1)])
        with filled(disk):
            errors: list[WriteError] = []
            for number in range(20):
                try:
                    before = thread.append([noise(str(number) * 3_000)])
                except WriteError as error:
                    errors.append(error)
                assert thread.generation == before
                assert path.stat().st_size == before.offset, "what was half written is taken back"
            assert errors
            assert all("No space left" in str(error) and not error.durable for error in errors)
            assert thread.rename("x" * 50_000, on_failure="return").status == "unwritten"
        after = thread.append([model("m")])
        assert after.ordinal == before.ordinal + 1
        thread.flush(deadline=PATIENCE)
        assert row_of(store, thread)["model"] == "m"
    assert [json.loads(line)["ordinal"] for line in path.read_text().splitlines()] == list(range(1, after.ordinal + 1))
