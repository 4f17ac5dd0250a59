"""How a memo is written down, and read back strictly: a head, and its sources in parts.

An observation number is no part of it: it orders the snapshots of one process, and says nothing in another one.
"""

from __future__ import annotations

from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import ANCHORS_MAX, GAPS_MAX, Anchor, Memo, Place
from strandline.impl.memo.projection import Fact, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from strandline.impl.memo.projection import Projection

FORMAT: Final = 1
"""Version of what is written. What another version wrote is not read."""

DIGEST: Final = 16
"""Bytes of a digest."""

_new: Final = tuple.__new__  # makes a fact in half the time that its class takes

Says = TypeVar("Says")
_Value: TypeAlias = int | float | bytes | None
_Owner: TypeAlias = tuple[int, object] | None


class Damaged(ValueError):  # noqa: N818 - what it says is said of what was read
    """What is written is not what was once written there; the text says what is wrong."""


class Part(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """Some sources that are stored together: under which number, their first and last id, and a digest of them."""

    number: int
    first: int
    last: int
    digest: bytes


class Head(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """All of a memo but its sources, which are in parts; ``sequence`` is the highest id that was ever issued."""

    place: tuple[int, int]
    sequence: int
    coverage: int
    cursor: int
    full: bool
    anchors: tuple[tuple[int, _Owner, bytes], ...]
    gaps: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]


class _Read(NamedTuple, Generic[Says]):
    """A fact of a row that was read, as it is stored."""

    id: int
    ts: int
    nanos: int
    says: Says
    partition: _Owner
    digest: bytes


class _Skip(NamedTuple):
    """A fact of a row that was skipped: ``ts`` is whatever stood there."""

    id: int
    ts: _Value
    nanos: int
    reason: str
    partition: _Owner
    digest: bytes


class Codec:
    """Writes and reads the memos of one projection."""

    def __init__(self, projection: Projection[Any, Any]) -> None:
        """Write what this projection makes of rows.

        Raises:
            ValueError: the projection does not tell the type of what its parser gives.
        """
        if projection.says is None:
            raise ValueError(f"the projection of {projection.table} names no type for what it says, so it is not kept")
        plain = (projection.table, projection.columns, projection.rules, projection.renumbered)
        self.rules: bytes = digest(repr((FORMAT, *plain, projection.says.__name__)).encode())
        """Names the projection and its rules: what was made by other ones is no memo of the same question."""
        self._heads: msgspec.msgpack.Decoder[Head] = msgspec.msgpack.Decoder(Head)
        stored: Any = tuple[tuple[_Read[projection.says], ...], tuple[_Skip, ...]]  # type: ignore[name-defined]
        self._facts: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(stored)

    def head(self, memo: Memo, parts: Iterable[Part]) -> bytes:
        """Write a memo but its sources."""
        return msgspec.msgpack.encode(
            Head(
                place=(memo.place.device, memo.place.inode),
                sequence=memo.snapshot.sequence,
                coverage=memo.coverage,
                cursor=memo.cursor,
                full=memo.full,
                anchors=tuple((anchor.id, anchor.partition, anchor.digest) for anchor in memo.anchors),
                gaps=memo.gaps,
                parts=tuple(parts),
            )
        )

    def facts(self, sources: Sequence[Fact[Any]]) -> bytes:
        """Write some sources."""
        skipped = [(*fact[:3], fact.says.reason, *fact[4:]) for fact in sources if type(fact.says) is Skipped]
        return msgspec.msgpack.encode(([fact for fact in sources if type(fact.says) is not Skipped], skipped))

    def read_head(self, written: bytes) -> Head:
        """Read a head.

        Raises:
            Damaged: it is none.
        """
        head: Head = _decoded(self._heads.decode, written)
        ids = [anchor[0] for anchor in head.anchors]
        if len(ids) > ANCHORS_MAX or len(head.gaps) > GAPS_MAX or not _ascends(ids):
            raise Damaged("its anchors or gaps are none that a memo can have")
        ends = [end for part in head.parts for end in (part.first, part.last)]
        if ends != sorted(ends) or len({part.number for part in head.parts}) < len(head.parts):
            raise Damaged("its parts overlap")
        return head

    def read_memo(self, head: Head, parts: Sequence[bytes], epoch: int) -> Memo:
        """Put a memo together; it gets this epoch, and no observation.

        Raises:
            Damaged: a part is none.
        """
        sources: list[Fact[Any]] = []
        for written in parts:
            read, skipped = _decoded(self._facts.decode, written)
            facts: list[Fact[Any]] = [_new(Fact, fact) for fact in read]
            if skipped:
                facts += [Fact._make((*skip[:3], Skipped(skip.reason), *skip[4:])) for skip in skipped]
                facts.sort(key=itemgetter(0))
            sources += facts
        if not _ascends([fact.id for fact in sources]):
            raise Damaged("its sources are out of order")
        place = Place(*head.place)
        return Memo(
            epoch=epoch,
            place=place,
            observation=0,
            coverage=head.coverage,
            cursor=head.cursor,
            sources=tuple(sources),
            anchors=tuple(Anchor(*anchor) for anchor in head.anchors),
            gaps=head.gaps,
            snapshot=Snapshot(*place, 0, None, head.sequence, 0),
            full=head.full,
        )


def digest(*said: bytes) -> bytes:
    """Give the digest of some bytes; where one of them ends and the next one begins counts."""
    hashed = blake2b(digest_size=DIGEST)
    for one in said:
        hashed.update(len(one).to_bytes(8))
        hashed.update(one)
    return hashed.digest()


def _decoded(decode: Callable[[bytes], Any], written: bytes) -> Any:  # noqa: ANN401 - whatever the decoder gives
    try:
        return decode(written)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Damaged(f"it cannot be decoded: {error}") from error


def _ascends(ids: list[int]) -> bool:
    return all(map(int.__lt__, ids, ids[1:]))
