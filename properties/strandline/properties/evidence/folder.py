"""The folder that a check leaves behind: the evidence, its summary, and a file for each trace."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from strandline.properties.evidence.evidence import encode, grouped
from strandline.properties.evidence.replay import encode as encode_trace
from strandline.properties.evidence.replay import file_name
from strandline.properties.evidence.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.core.verdict import Exhibit, Trace
    from strandline.properties.evidence.document import Evidence


HOME: Final = Path(".strandline")
"""The folder of strandline's own, below the working folder."""


class UnwrittenError(Exception):
    """The evidence could not be written; one line says where and why."""


def save(evidence: Evidence, exhibits: Mapping[Trace, Exhibit], drawings: list[list[str]], out: Path) -> None:
    """Write document, summary and traces below a folder.

    Args:
        evidence: the document.
        exhibits: what goes to the files that the document names: the traces, each with what came of it.
        drawings: the traces as lanes, for the summary.
        out: the folder.

    Raises:
        UnwrittenError: the folder cannot be made or written to, or is full.
    """
    for trace, exhibit in exhibits.items():
        write(out / "traces" / file_name(trace), encode_trace(trace, exhibit))
    text = summary(evidence, grouped(evidence.claims.laws), drawings)
    write(out / "summary.md", text.encode(errors="backslashreplace"))
    write(out / "evidence.json", encode(evidence))


def require(path: Path) -> None:
    """Find out whether a file can be written, before the work that it is to hold; its folder is made if it is missing.

    Raises:
        UnwrittenError: something else has its name, or its folder cannot be made or written to, or is full.
    """
    with _said_of(path):
        _refuse_link(path)
        if path.exists() and not path.is_file():  # a device would be replaced by a file
            raise OSError(f"it is {'a folder' if path.is_dir() else 'no regular file'}")
        _make(path.parent)
        with _beside(path) as partial:
            partial.write_bytes(b"\0")


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if it is missing.

    Raises:
        UnwrittenError: the folder cannot be made or written to, or is full.
    """
    with _said_of(path):
        _refuse_link(path)
        _make(path.parent)
        with _beside(path) as partial:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)


def require_ours(folder: Path) -> None:
    """Find out whether a folder of strandline's own, and each above it up to the working folder, is what it seems.

    It has a name that anybody knows. A link in its place, which a checkout may hold, leads out of the checkout; and in
    a folder that another user has made there, that user reads and replaces what is written.

    Raises:
        UnwrittenError: one is a link, or belongs to another user.
    """
    for place in reversed((folder, *folder.parents)):
        with _said_of(place):
            if place.is_symlink():
                raise OSError("it is a link, which may lead anywhere: remove it, or name a folder with --out")
            if hasattr(os, "getuid") and place != Path() and place.exists() and place.stat().st_uid != os.getuid():
                raise OSError("it belongs to another user: name a folder with --out")


def _refuse_link(path: Path) -> None:
    """Refuse to write where a link is, which would be replaced, and below a home of strandline's that is none."""
    if path.is_symlink():
        raise OSError(f"it is a link to {path.readlink()}: name the file itself")
    if path.parts[:1] == HOME.parts:
        require_ours(path.parent)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:  # which one it is depends on the depth and on the system
        raise OSError("a file stands in the place of its folder") from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Make an empty file beside another one, and remove it unless it was renamed."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # Whoever may read it is said by the umask, as of any file that a program writes.
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        yield partial
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnwrittenError(f"{path} cannot be written: {reason.lower()}") from error
