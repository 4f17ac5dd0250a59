"""The folder that a check leaves behind: the evidence, its summary, and a file for each trace."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from strandline.properties.report.evidence import encode, grouped
from strandline.properties.report.replay import encode as encode_trace
from strandline.properties.report.replay import file_name
from strandline.properties.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.report.document import Evidence
    from strandline.properties.verdict import Exhibit, Trace


class UnwrittenError(Exception):
    """The evidence could not be written; one line says where and why."""


def save(evidence: Evidence, exhibits: Mapping[Trace, Exhibit], drawing: list[str], out: Path) -> None:
    """Write document, summary and traces below a folder.

    Args:
        evidence: the document.
        exhibits: what goes to the files that the document names: the traces, each with what came of it.
        drawing: the shortest trace as lanes, for the summary.
        out: the folder.

    Raises:
        UnwrittenError: the folder cannot be made or written to, or is full.
    """
    for trace, exhibit in exhibits.items():
        write(out / "traces" / file_name(trace), encode_trace(trace, exhibit))
    text = summary(evidence, grouped(evidence.claims.laws), drawing)
    write(out / "summary.md", text.encode(errors="backslashreplace"))
    write(out / "evidence.json", encode(evidence))


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if it is missing.

    Raises:
        UnwrittenError: the folder cannot be made or written to, or is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(partial).unlink()
            raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnwrittenError(f"{path} cannot be written: {reason.lower()}") from error
