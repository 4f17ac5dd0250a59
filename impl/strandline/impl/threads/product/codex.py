"""Rollouts that codex wrote, read and never written to: which there are, their lines, and the names of threads.

Codex takes no lock of ours, and may append meanwhile: a file is read to its last whole line. What
cannot be a line of the same type here is kept whole under a type that says so.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from strandline.impl.threads.errors import BadInputError
from strandline.impl.threads.fold import CHANGE, HEADER, milliseconds, timestamp
from strandline.impl.threads.lines import LATEST, Item, encode, opened, parse, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KNOWN: Final = frozenset(
    {"session_meta", "response_item", "event_msg", "turn_context", "compacted"}
    | {"world_state", "inter_agent_communication", "inter_agent_communication_metadata"}
)
"""The types of lines that codex is known to write."""
OTHER_META: Final = "other_session_meta"
"""The type here of a ``session_meta`` of another thread: a fork begins with the lines of its source."""
OBJECT: Final = "codex_object"
"""The type here of a line that is a JSON object, and not one of a type and a payload."""
TEXT: Final = "codex_text"
"""The type here of a line that is no JSON object, or holds what cannot be written again as it was."""
INDEX: Final = "session_index.jsonl"
"""The file in which codex keeps the names that threads were given."""
UP: Final = 4
"""How far above a folder the index is looked for: codex parts rollouts by year, month and day."""
_DIGEST: Final = 8  # bytes
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_RESERVED: Final = frozenset({HEADER, CHANGE})
_decode: Final = msgspec.json.Decoder().decode


class Files(NamedTuple):
    """What is in a folder: rollouts, and those that are compressed, which are not read."""

    rollouts: tuple[Path, ...]
    compressed: tuple[Path, ...]


class Raw(NamedTuple):
    """A line as it stands in a rollout of codex, and its number, from 1."""

    number: int
    line: bytes

    @property
    def digest(self) -> str:
        """What tells this line from any other."""
        return _digest(self.line)


class Source(NamedTuple):
    """What a line of a rollout of codex becomes."""

    type: str
    """Its type there; empty if it has none."""
    item: Item


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a thread was given, and when, in milliseconds since 1970."""

    title: str
    at: int | None

    @property
    def digest(self) -> str:
        """What tells this naming from any other of the thread."""
        return _digest(f"{self.at} {self.title}".encode("utf-8", "surrogatepass"))


def find(folder: Path) -> Files:
    """Find the rollouts in a folder, at any depth, by name.

    Raises:
        OSError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    paths = [
        folder.__class__(place, name)
        for place, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if name.startswith("rollout-")
    ]
    return Files(
        tuple(sorted(path for path in paths if path.name.endswith(".jsonl"))),
        tuple(sorted(path for path in paths if path.name.endswith(".jsonl.zst"))),
    )


def index_of(folder: Path) -> Path | None:
    """Find the index of names that belongs to a folder of rollouts: in it, or a few folders above."""
    above = folder.absolute()
    for place in (above, *above.parents[:UP]):
        if (place / INDEX).is_file():
            return place / INDEX
    return None


def names(path: Path) -> dict[str, Name]:
    """Read the index: the last name of each thread; a line that is none is left out, as codex does."""
    found: dict[str, Name] = {}
    descriptor = opened(path, through_links=True)
    try:
        for line in whole_lines(descriptor, os.fstat(descriptor).st_size):
            entry = _object(line)
            thread, title = entry.get("id"), entry.get("thread_name")
            if isinstance(thread, str) and isinstance(title, str) and title.strip():
                found[thread] = Name(title.strip(), _time(entry.get("updated_at")))
    finally:
        os.close(descriptor)
    return found


def thread_of(path: Path) -> str:
    """Find out whose rollout this is: its first line says so, else its name does.

    Raises:
        BadInputError: neither does.
    """
    with os.fdopen(opened(path, through_links=True), "rb") as file:
        first = file.readline(1 << 24)
    entry = _object(first)
    payload = entry.get("payload")
    for said in (payload.get("id") if isinstance(payload, dict) else None, entry.get("id")):
        if isinstance(said, str) and said:
            return said
    found = _UUID.search(path.stem)
    if found is None:
        raise BadInputError(f"{path}: neither its first line nor its name says which thread it is")
    return found.group()


class Rollout:
    """The whole lines of a rollout of codex, those that are blank left out; decoded when asked for."""

    def __init__(self, path: Path, thread: str) -> None:
        """Read a file of a thread."""
        self.path = path
        self.thread = thread
        self.unfinished = 0
        """Once all was read, the bytes behind the last whole line: codex writes it now, or never finished it."""
        self._written = 0

    def __iter__(self) -> Iterator[Raw]:
        """Give the lines that are there by now."""
        self.unfinished = number = 0
        descriptor = opened(self.path, through_links=True)
        try:
            found = os.fstat(descriptor)
            self._written = found.st_mtime_ns // 1_000_000
            for line in whole_lines(descriptor, found.st_size):
                if not line.endswith(b"\n"):
                    self.unfinished = len(line)
                elif line.strip():
                    number += 1
                    yield Raw(number, line)
        finally:
            os.close(descriptor)

    def source(self, raw: Raw) -> Source:
        """Make a line an item; one without a time has that of the file."""
        entry = _object(raw.line)
        said = entry.get("timestamp")
        at = _time(said)
        time = self._written if at is None else at
        kind = entry.get("type")
        kind = kind if isinstance(kind, str) else ""
        origin = {"line": raw.number, "digest": raw.digest}
        payload = entry.get("payload")
        if kind and isinstance(payload, dict):
            ours = self._type(kind, payload)
            rest = {name: value for name, value in entry.items() if name not in {"type", "payload", "timestamp"}}
            rest |= {} if ours == kind else {"type": kind}
            rest |= {} if said is None or (at is not None and timestamp(at) == said) else {"timestamp": said}
            item = Item(ours, payload, time, {**origin, "rest": rest} if rest else origin)
        else:
            item = Item(OBJECT, {"line": entry}, time, origin)
        if not entry or not _is_kept(item):
            item = Item(TEXT, _text(raw.line), time, origin)
        return Source(kind, item)

    def _type(self, kind: str, payload: dict[str, Any]) -> str:
        """Give the type of a line here: that of codex, unless it would say something else of this thread."""
        if kind == "session_meta" and payload.get("id") not in {None, self.thread}:
            return OTHER_META
        return f"codex_{kind}" if kind in _RESERVED else kind


def _is_kept(item: Item) -> bool:
    """Tell whether an item is read again as it is: not all that JSON can say is."""
    try:
        (encoded,) = encode((item,))
    except BadInputError:
        return False
    line = parse(encoded.line(1))
    return not isinstance(line, str) and line.payload == item.payload and line.origin == item.origin


def _text(raw: bytes) -> Mapping[str, str]:
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object; an empty one if it is none."""
    try:
        found = _decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(stamp: object) -> int | None:
    at = milliseconds(stamp)
    return at if at is not None and 0 <= at <= LATEST else None


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=_DIGEST).hexdigest()
