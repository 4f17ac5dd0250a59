"""Claims about where a path leads, on the real file systems of this machine."""

from __future__ import annotations

import os
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo import files
from strandline.impl.memo.effects import Failure, Missing
from strandline.impl.memo.files import Pin, Sighting, SystemFiles, shown
from tests.impl.memo.machine import descriptors, needs_descriptors, unprivileged

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 50

needs_o_path = pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="the system has no descriptors that only pin")
not_windows = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names, and links for administrators only")
needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFO")
needs_users = pytest.mark.skipif(not hasattr(os, "seteuid"), reason="the system has no effective user")


def locate(path: Path) -> Sighting:
    found = SystemFiles().locate(path)
    assert isinstance(found, Sighting), found
    return found


def pin(path: Path) -> Pin:
    pinned = SystemFiles().pin(path)
    assert isinstance(pinned, Pin), pinned
    return pinned


def failures(path: Path) -> set[Failure]:
    """What both questions about a path answer: they must not differ."""
    found = {SystemFiles().locate(path), SystemFiles().pin(path)}
    assert all(isinstance(failure, Failure) for failure in found)
    return {failure for failure in found if isinstance(failure, Failure)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "logs_2.sqlite"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def public() -> Iterator[Path]:
    """Give a folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_file_is_its_device_and_inode_number(file: Path) -> None:
    status = file.stat()
    assert locate(file).place == (status.st_dev, status.st_ino)


@not_windows
def test_a_symbolic_link_leads_to_the_place_of_the_file_itself(file: Path, tmp_path: Path) -> None:
    soft = tmp_path / "soft"
    soft.symlink_to(file)
    assert locate(soft).place == locate(file).place


def test_a_file_with_a_second_name_is_refused_by_either_until_one_is_gone(file: Path, tmp_path: Path) -> None:
    """Which of them has the -wal beside it cannot be told, and without it rows are silently missing."""
    hard = tmp_path / "hard"
    hard.hardlink_to(file)
    for path in (file, hard):
        (failure,) = failures(path)
        assert failure.reason == "hard link"
        assert "2 names" in failure.detail
    file.unlink()
    assert locate(hard).place == pin(hard).sighting.place


@not_windows
def test_nothing_at_the_path_is_missing_and_no_failure(tmp_path: Path) -> None:
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    for path in (tmp_path / "missing", tmp_path / "no folder" / "missing", dangling):
        assert SystemFiles().locate(path) == SystemFiles().pin(path) == Missing()


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert failures(tmp_path) == {Failure("not a regular file", f"{tmp_path} is a directory, not a database file")}


@needs_fifo
def test_a_fifo_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert failures(fifo) == {Failure("not a regular file", f"{fifo} is a FIFO, not a database file")}


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no sockets in its file system")
def test_a_socket_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("s")
        assert failures(Path("s")) == {Failure("not a regular file", "s is a socket, not a database file")}


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="the system has no device files")
def test_a_device_is_refused() -> None:
    assert failures(Path("/dev/null")) == {Failure("not a regular file", "/dev/null is a device, not a database file")}


@not_windows
@pytest.mark.parametrize("name", ["nul\0byte", "x" * 300, "file/below", "loop"])
def test_a_path_that_cannot_be_followed_is_a_failure_and_not_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert {failure.reason for failure in failures(tmp_path / name)} == {"cannot open"}


@needs_users
def test_a_folder_that_may_not_be_entered_is_a_matter_of_permission(public: Path) -> None:
    closed = public / "closed"
    closed.mkdir(mode=0)
    with unprivileged():
        assert {failure.reason for failure in failures(closed / "log")} == {"permission"}


@needs_users
def test_a_file_that_may_not_be_read_can_still_be_located_and_pinned(public: Path) -> None:
    path = public / "log"
    path.touch(mode=0)
    with unprivileged(), closing(pin(path)) as pinned:
        assert pinned.sighting == locate(path)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "\udcff"])
def test_a_name_that_would_break_the_line_is_quoted(name: str) -> None:
    assert shown(Path(name)) == repr(name)
    assert shown(Path("a b?#%ä")) == "a b?#%ä"


@not_windows
def test_every_failure_fits_on_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "two\nlines"
    folder.mkdir()
    details = [failure.detail for path in (folder, folder / ("x" * 300)) for failure in failures(path)]
    assert len(details) == 2
    assert not [detail for detail in details if "\n" in detail]


def test_the_stamp_moves_when_the_content_is_written_in_place(file: Path) -> None:
    before = locate(file)
    file.write_bytes(b"newer")
    after = locate(file)
    assert after.place == before.place
    assert after.stamp != before.stamp


def test_the_stamp_moves_when_only_the_time_of_the_last_write_does(file: Path) -> None:
    before = locate(file)
    os.utime(file, ns=(0, 0))
    assert locate(file).stamp != before.stamp


def test_the_stamp_stays_while_nothing_is_written(file: Path) -> None:
    before = locate(file)
    assert file.read_bytes() == b"old"
    assert locate(file) == before


def test_a_pin_has_seen_what_a_look_at_the_path_sees(file: Path) -> None:
    with closing(pin(file)) as pinned:
        assert pinned.sighting == locate(file)


@needs_o_path
@needs_descriptors
def test_a_pin_holds_one_descriptor_and_lets_it_go_once(file: Path) -> None:
    before = descriptors()
    pinned = pin(file)
    assert descriptors() == before + 1
    pinned.close()
    pinned.close()
    assert descriptors() == before


@needs_o_path
@needs_descriptors
def test_what_is_refused_holds_no_descriptor(tmp_path: Path) -> None:
    before = descriptors()
    assert {failure.reason for failure in failures(tmp_path)} == {"not a regular file"}
    assert descriptors() == before


@needs_o_path
def test_a_pin_opens_nothing_that_could_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To close a descriptor that can read would drop the locks that SQLite holds on the file."""
    opened: list[int] = []
    real = os.open

    def recording(path: Path, flags: int) -> int:
        opened.append(real(path, flags))
        return opened[-1]

    monkeypatch.setattr(os, "open", recording)
    with closing(pin(file)):
        (descriptor,) = opened
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.read(descriptor, 1)


def test_without_such_descriptors_a_pin_is_a_look_at_the_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_O_PATH", None)
    with closing(pin(file)) as pinned:
        assert pinned.sighting == locate(file)
    assert SystemFiles().pin(file.parent / "missing") == Missing()


@needs_o_path
@pytest.mark.parametrize("folder", [None, "/dev/shm"], ids=["temporary folder", "memory"])  # noqa: S108 - a tmpfs, only to be used
def test_a_pinned_number_is_never_given_to_another_file(folder: str | None) -> None:
    """ext4 gives the number of a deleted file to the next one at once, so an equal number would prove nothing."""
    if folder is not None and not Path(folder).is_dir():
        pytest.skip(f"{folder} is not there")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        path = Path(name) / "log"
        path.touch()
        with closing(pin(path)) as pinned:
            for _ in range(ROUNDS):
                path.unlink()
                path.touch()
                assert locate(path).place != pinned.sighting.place
