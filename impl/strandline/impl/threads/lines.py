"""The lines of a rollout: how an item becomes one, and how a file is read to its last whole line."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import msgspec

from strandline.impl.threads.errors import BadInputError, DamagedError
from strandline.impl.threads.fold import HEADER, milliseconds, observe, timestamp, touch
from strandline.impl.threads.generation import Generation, before_the_first_line
from strandline.impl.threads.patch import EMPTY, Patch, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK: Final = 1 << 20
"""Bytes that are read at once."""
LINE_MAX: Final = 1 << 28
"""Bytes of a line that is still read; a longer one is taken for damage."""
LATEST: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, after which no timestamp can be written."""
DIGEST: Final = 16
"""Bytes of a running digest."""
_TELLING: Final = frozenset({HEADER, "session_meta", "turn_context", "event_msg", "thread_metadata"})


@dataclass(frozen=True, slots=True)
class Item:
    """What is appended: a type and a payload of plain JSON values."""

    type: str
    payload: Mapping[str, Any]
    at: int | None = None
    """Its time in milliseconds since 1970; None for now."""
    origin: Mapping[str, Any] | None = None
    """Where it comes from, kept in the line beside the payload; no column is derived from it."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An item that can become a line: what stands around its ordinal, what it sets, and its time."""

    head: bytes
    tail: bytes
    patch: Patch
    at: int

    def line(self, ordinal: int) -> bytes:
        """Give the line, with its ordinal."""
        return b"%b%d%b" % (self.head, ordinal, self.tail)


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes behind the last whole line: of a write that was killed, or that power loss cut."""

    offset: int
    length: int
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One whole line as it was read."""

    ordinal: int
    type: str
    payload: Mapping[str, Any]
    timestamp: str | None = None
    origin: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A rollout, read from its beginning."""

    generation: Generation | None
    """Its last whole line; None if it has none."""
    patch: Patch
    """What its lines set together."""
    torn: Torn | None
    thread: str | None
    matched: bool
    """Whether the rollout begins with the history that a generation names, if one was given."""


class _Parsed(msgspec.Struct):
    """What each line holds."""

    ordinal: int
    type: str
    payload: dict[str, Any]
    timestamp: str | None = None
    origin: dict[str, Any] | None = None


_decode: Final = msgspec.json.Decoder(_Parsed).decode
_plain: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def now() -> int:
    """Give the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def encode(items: object, clock: Callable[[], int] = now) -> tuple[Encoded, ...]:
    """Make items ready to be lines.

    Raises:
        BadInputError: one of them is no item, or holds what JSON cannot.
    """
    if isinstance(items, Item):
        raise BadInputError("items must be a sequence of Item, not one Item: put it into a list")
    try:
        given = iter(items)  # type: ignore[call-overload] # what is not iterable raises
    except TypeError:
        raise BadInputError(f"items must be a sequence of Item, not {type(items).__name__}") from None
    at = clock()
    return tuple([_encoded(place, item, at) for place, item in enumerate(given)])


def _encoded(place: int, item: object, at: int) -> Encoded:
    if not isinstance(item, Item):
        raise BadInputError(f"item {place} must be an Item, not {type(item).__name__}")
    name: object = item.type
    held: object = item.payload
    if not isinstance(name, str) or not name:
        raise BadInputError(f"the type of item {place} must be a text that is not empty, not {name!r}")
    if not isinstance(held, Mapping):
        raise BadInputError(f"the payload of item {place} must be a mapping, not {type(held).__name__}")
    if item.origin is not None and not isinstance(item.origin, Mapping):
        raise BadInputError(f"the origin of item {place} must be a mapping, not {type(item.origin).__name__}")
    at = at if item.at is None else _time(place, item.at)
    try:
        payload = _encode(item.payload)
        kind = _encode(item.type)
        origin = b"" if item.origin is None else b',"origin":%b' % _encode(item.origin)
        # What is observed is what a reader of the file will see, whatever the payload was made of.
        seen = _plain(payload) if item.type in _TELLING else {}
    except (TypeError, ValueError, RecursionError, OverflowError, msgspec.MsgspecError) as error:
        raise BadInputError(f"the payload of item {place} cannot be written as JSON: {error}") from None
    if not isinstance(seen, dict):
        raise BadInputError(f"the payload of item {place} must be written as a JSON object")
    if len(payload) + len(origin) > LINE_MAX // 2:
        raise BadInputError(f"item {place} has {len(payload)} bytes; at most {LINE_MAX // 2} can be a line: divide it")
    patch = observe(item.type, seen, at) if item.type in _TELLING else touch(at)
    tail = b',"timestamp":"%b","type":%b,"payload":%b%b}\n' % (timestamp(at).encode(), kind, payload, origin)
    return Encoded(b'{"ordinal":', tail, patch, at)


def _time(place: int, at: object) -> int:
    if type(at) is not int or not 0 <= at <= LATEST:
        raise BadInputError(f"the time of item {place} must be in milliseconds since 1970, up to the year 9999: {at!r}")
    return at


def opened(path: Path, flags: int = os.O_RDONLY, *, through_links: bool = False) -> int:
    """Open a file of lines, and nothing else: a FIFO would make its reader wait for ever.

    Args:
        path: where it is.
        flags: how it is opened.
        through_links: whether a link there is gone through; a rollout of ours is none, and what a link leads to is
            nobody's to write to or to cut.

    Raises:
        DamagedError: a link, a folder, a FIFO or the like is there.
        OSError: it cannot be opened.
    """
    follow = 0 if through_links else getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags | follow | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise
        raise DamagedError(f"{path}: it is no file, or a link to one: move it away") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DamagedError(f"{path}: it is no file: move it away")
    return descriptor


def whole_lines(descriptor: int, through: int | None = None, start: int = 0) -> Iterator[bytes]:
    """Yield the lines of an open file, the last one without its newline if it has none.

    Args:
        descriptor: the file.
        through: an offset at which to end; None to go on to the end of the file.
        start: the offset to begin at.

    Raises:
        DamagedError: a line is longer than any that is written.
    """
    parts: list[bytes] = []  # of a line that goes on in the next chunk
    length, place = 0, start
    while through is None or place < through:
        chunk = _read_at(descriptor, CHUNK if through is None else min(CHUNK, through - place), place)
        if not chunk:
            break
        place += len(chunk)
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield b"".join((*parts, line, b"\n"))
            parts, length = [], 0
        parts.append(rest)
        length += len(rest)
        if length > LINE_MAX:
            raise DamagedError(f"a line of more than {LINE_MAX} bytes, before byte {place}: this is no rollout")
    if length:
        yield b"".join(parts)


def _read_at(descriptor: int, length: int, place: int) -> bytes:
    os.lseek(descriptor, place, os.SEEK_SET)
    return os.read(descriptor, length)


def parse(line: bytes) -> Line | str:
    """Read one line, or say why it is none."""
    if not line.endswith(b"\n"):
        return "it does not end"
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return f"it is no line of a rollout: {error}"
    return Line(found.ordinal, found.type, found.payload, found.timestamp, found.origin)


def scan(
    descriptor: int,
    path: Path,
    *,
    mark: Generation | None = None,
    through: int | None = None,
    digest: blake2b | None = None,
) -> Scan:
    """Read a rollout from its beginning to its last whole line.

    Args:
        descriptor: the open rollout.
        path: where it is, for messages.
        mark: a generation; whether the rollout begins with its history is told.
        through: an offset at which to end.
        digest: what the whole lines are added to.

    Raises:
        DamagedError: a line cannot be read, and there are whole ones behind it; or it is none of ours.
    """
    digest = blake2b(digest_size=DIGEST) if digest is None else digest
    ordinal, offset, patch, torn, thread, rollout = 0, 0, EMPTY, None, None, ""
    matched = mark is not None and mark.ordinal == 0
    for line in whole_lines(descriptor, through):
        found = parse(line)
        if isinstance(found, Line) and found.ordinal != ordinal + 1:
            found = f"its ordinal is {found.ordinal}, not {ordinal + 1}"
        if torn is not None or isinstance(found, str):
            if torn is not None and not isinstance(parse(line), str):
                raise DamagedError(
                    f"{path}: line {ordinal + 1}, at byte {offset}: {torn.reason}; whole lines follow it"
                )
            if line.endswith(b"\n") and (ordinal == 0 or _is_json(line)):
                raise DamagedError(f"{path}: line {ordinal + 1}, at byte {offset}, is none of this store: {found}")
            reason = torn.reason if torn is not None else str(found)
            torn = Torn(offset, (torn.length if torn is not None else 0) + len(line), reason)
            continue
        if ordinal == 0:
            thread, rollout = _header(found, path)
        digest.update(line)
        ordinal, offset = ordinal + 1, offset + len(line)
        patch = merge(patch, observe(found.type, found.payload, milliseconds(found.timestamp)))
        if mark is not None and mark.ordinal == ordinal:
            matched = mark == Generation(rollout, ordinal, offset, digest.hexdigest())
    generation = Generation(rollout, ordinal, offset, digest.hexdigest()) if ordinal else None
    return Scan(generation, patch, torn, thread, matched)


def _is_json(line: bytes) -> bool:
    """Tell whether a line is whole JSON, which no write that was cut short leaves behind."""
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _header(line: Line, path: Path) -> tuple[str, str]:
    thread, rollout = line.payload.get("id"), line.payload.get("rollout")
    if line.type != HEADER or not isinstance(thread, str) or not isinstance(rollout, str) or not rollout:
        raise DamagedError(f"{path}: its first line is not that of a rollout of this store; import it instead")
    return thread, rollout


def begins_with(path: Path, generation: Generation) -> bool:
    """Tell whether a rollout begins with the history that a generation names, whoever writes it."""
    if generation.ordinal == 0:
        return generation == before_the_first_line(generation.rollout)
    digest = blake2b(digest_size=DIGEST)
    left = generation.offset
    first: bytes | None = None
    try:
        with os.fdopen(opened(path), "rb") as file:
            first = file.readline(LINE_MAX)
            file.seek(0)
            while left and (chunk := file.read(min(CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
    except (OSError, DamagedError):
        return False
    header = parse(first)
    mine = isinstance(header, Line) and header.payload.get("rollout") == generation.rollout
    return mine and left == 0 and digest.hexdigest() == generation.digest
