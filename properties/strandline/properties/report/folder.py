"""The folder that a check leaves behind: the evidence, its summary, and a file for each trace."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from strandline.properties.report.evidence import encode, grouped
from strandline.properties.report.replay import encode as encode_trace
from strandline.properties.report.replay import file_name
from strandline.properties.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.report.document import Evidence
    from strandline.properties.verdict import Exhibit, Trace


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
        _make(path.parent)
        with _beside(path) as partial:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:  # which one it is depends on the depth and on the system
        raise OSError("a file stands in the place of its folder") from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Make an empty file beside another one, and remove it unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink()


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnwrittenError(f"{path} cannot be written: {reason.lower()}") from error
