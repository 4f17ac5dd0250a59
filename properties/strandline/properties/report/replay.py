"""Trace files: the steps of a violation by name and argument, so that they survive upgrades.

A trace file is data only. Nothing in it is looked up but names of steps, worlds, laws and subjects, and its size is
bounded, because it may come from a stranger's pull request.
"""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from strandline.model.state import Action
from strandline.properties.laws import LAWS
from strandline.properties.verdict import Exhibit, Trace

BYTES_MAX: Final = 1024 * 1024
"""The largest trace file that is read, in bytes."""

STEPS_MAX: Final = 1_000
"""The longest trace."""

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Arg: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Actor: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class BadTraceError(Exception):
    """What was given is no trace file; one line says why."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step: its name, who takes it (nobody for the environment), and its argument."""

    name: Name
    actor: Actor | None = None
    arg: Arg = 0


class TraceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a trace file holds; ``version`` is raised when its meaning changes."""

    format: Literal["strandline trace"]
    version: Literal[1]
    subject: Name
    world: Name
    law: Name
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=STEPS_MAX)]


def to_file(trace: Trace) -> TraceFile:
    """Give a trace as it is written down."""
    steps = tuple(Step(*action) for action in trace.steps)
    return TraceFile("strandline trace", 1, trace.subject, trace.world, trace.law, steps)


def from_file(file: TraceFile) -> Trace:
    """Give the trace that is written down in a file."""
    steps = tuple(Action(step.name, step.actor, step.arg) for step in file.steps)
    return Trace(file.subject, file.world, file.law, steps)


def encode(trace: Trace) -> bytes:
    """Write a trace down, one step a line, so that a change of it can be reviewed."""
    file = to_file(trace)
    head = msgspec.json.encode(msgspec.structs.replace(file, steps=()))
    steps = b",\n    ".join(msgspec.json.encode(step) for step in file.steps)
    parts = msgspec.json.format(head, indent=2).removesuffix(b"[]\n}").rstrip()
    return parts + (b" [\n    " + steps + b"\n  ]\n}\n" if file.steps else b" []\n}\n")


def decode(data: bytes) -> Trace:
    """Read a trace.

    Raises:
        BadTraceError: it is too large, no JSON, or no trace.
    """
    if len(data) > BYTES_MAX:
        raise BadTraceError(f"a trace has at most {BYTES_MAX:,} bytes, and this is larger")
    try:
        file = msgspec.json.decode(data, type=TraceFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadTraceError(f"not a trace file: {error}") from error
    return from_file(file)


def load(source: str) -> Trace:
    """Read the trace in a file, or on standard input for ``-``.

    Raises:
        BadTraceError: it cannot be read, or is no trace.
    """
    try:
        if source == "-":
            return decode(sys.stdin.buffer.read(BYTES_MAX + 1))
        if not stat.S_ISREG(Path(source).stat().st_mode):  # before it is opened: a FIFO would be waited for for ever
            raise BadTraceError("cannot be read: not a regular file")
        with Path(source).open("rb") as file:
            return decode(file.read(BYTES_MAX + 1))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadTraceError(f"cannot be read: {reason.lower()}") from error


def file_name(trace: Trace) -> str:
    """Name the file of a trace by law and subject."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{trace.law}-{trace.subject}") + ".json"


def is_proved(law: str) -> bool:
    """Tell whether a law, by its number, is one that is proved: no step can break it, and none can bear it out."""
    return any(known.number == law and known.holds is None for known in LAWS)


def exit_code(exhibit: Exhibit) -> int:
    """Give 1 if the law is still broken, 3 if the trace fits no longer, 0 if it fits and the law holds."""
    if exhibit.broken:
        return 1
    return 0 if exhibit.fits == len(exhibit.trace.steps) else 3


def document(exhibit: Exhibit) -> dict[str, object]:
    """Give what came of a trace as it goes into JSON."""
    trace = exhibit.trace
    return {
        "subject": trace.subject,
        "world": trace.world,
        "law": trace.law,
        "broken": exhibit.broken,
        "steps": len(trace.steps),
        "fits": exhibit.fits,
        "frames": [
            {"actor": frame.actor, "title": frame.title, "changes": [change._asdict() for change in frame.changes]}
            for frame in exhibit.frames
        ],
        "ending": list(exhibit.ending),
    }
