"""A projection: what a scanner makes of the rows of one kind of log, from its table to the items of an answer.

All that a scanner knows of a log is in this record. The rest of it, the memo, the refresh and the read, knows rows
with an id, an instant, a body and owners, and no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.impl.memo.memo import Partition
    from strandline.impl.memo.window import Span

BODY_MAX: Final = 64 * 1024 * 1024
"""The longest body that is parsed, in bytes. A longer one is skipped and counted."""

Says = TypeVar("Says")
"""What a parser makes of one body."""

Item = TypeVar("Item")
"""What a join makes of facts: one item of an answer, which is called a turn whatever it is."""


class Skipped(NamedTuple):
    """What a row says that cannot be read: nothing but why.

    The reasons: ``ts`` (the instant is no integer), ``null`` and ``blob`` (the body is one), ``size`` (a text longer
    than ``BODY_MAX``), ``utf8`` (the parser cannot decode the body).
    """

    reason: str


class Fact(NamedTuple, Generic[Says]):
    """What one row says. Every field comes from the row; ``ts`` is in unix seconds.

    ``says`` is what the parser made of the body. ``partition`` and ``digest`` let the row serve as an anchor. Of a row
    that is skipped for its instant, ``ts`` holds what stands there instead of an integer.
    """

    id: int
    ts: int
    nanos: int
    says: Says
    partition: Partition
    digest: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Projection(Generic[Says, Item]):
    """One kind of log: its table, which rows of it say something, and what these make together.

    It is equal to itself only, since functions cannot be compared.

    Args:
        table: the name of the table.
        id: its INTEGER PRIMARY KEY. Ids must be issued in the order of the commits, as AUTOINCREMENT does under
            SQLite's one writer, and a row must never be updated in place.
        ts: the column of the instants, in unix seconds. A row whose instant is no integer is skipped.
        body: the column that the parser reads. Only a TEXT says something.
        markers: every body that parses holds one of these, byte for byte; no other one is handed to ``parse``. A parser
            that reads more loses what it reads. Without any it gets every body, and had better be quick to refuse.
        rules: the version of ``parse`` and ``join``; raise it when either changes its mind.
        parse: what the bytes of a TEXT of at most ``BODY_MAX`` bytes say, None if nothing. It may raise
            ``UnicodeDecodeError``; the row is then skipped and counted.
        join: the items that the facts within a span make. The facts come by ascending id. Some may lie outside of the
            span: a memo holds more than one window, so they must not count.
        summarize: what an answer says besides of the facts within a span; they come as for ``join``. None says nothing.
        nanos: the column of the fraction of the second, if the table has one.
        owners: the columns that say whose a row is: rows that are pruned together share the first of these that is
            not NULL. Without any the table is one partition.
        renumbered: rows are updated in place, and ``id`` is no primary key but the column that changes with it: every
            insert and every update sets it to a number above all that were ever given in the table. An update is then
            a row that goes and another one that comes. The column must be INTEGER NOT NULL and have a UNIQUE index of
            its own.
        says: the type of what ``parse`` gives: a NamedTuple or a plain type that msgspec can write and read. A memo is
            kept on the disk only of a projection that names it; raise ``rules`` when the type changes.

    Raises:
        ValueError: a name or a marker cannot be written in SQL, or two columns are one.
    """

    table: str
    id: str
    ts: str
    body: str
    markers: tuple[str, ...]
    rules: int
    parse: Callable[[bytes], Says | None]
    join: Callable[[Iterable[Fact[Says]], Span], tuple[Item, ...]]
    nanos: str | None = None
    owners: tuple[str, ...] = ()
    summarize: Callable[[Iterable[Fact[Says]], Span], object] | None = None
    renumbered: bool = False
    says: type[Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be written in SQL."""
        _refuse("the table", self.table)
        for column in self.columns:
            _refuse("the column", column)
        for marker in self.markers:
            _refuse("the marker", marker)
        folded = [column.encode().lower() for column in self.columns]  # as SQLite does: ASCII letters only
        for column, name in zip(self.columns, folded, strict=True):
            if folded.count(name) > 1:
                raise ValueError(f"the column {column!r} of the table {self.table!r} is named twice; name each once")

    def read(self) -> Callable[[bytes], Says | None]:
        """Give what reads one body: ``parse``, spared the bodies without a marker."""
        markers, parse = tuple(marker.encode() for marker in self.markers), self.parse
        if not markers:
            return parse
        return lambda body: parse(body) if any(marker in body for marker in markers) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (self.id, self.ts, *([] if self.nanos is None else [self.nanos]), self.body, *self.owners)


def _refuse(what: str, text: str) -> None:
    """Refuse a text that no SQL statement can hold; every other one can be quoted."""
    if not text:
        raise ValueError(f"{what} is an empty text; give its name")
    if "\0" in text:
        raise ValueError(f"{what} {text!r} holds a NUL, at which SQLite would end the statement; leave it out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{what} {text!r} holds a lone surrogate, which has no UTF-8; leave it out") from None
