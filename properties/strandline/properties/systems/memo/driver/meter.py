"""Watches a scanner at its connection to SQLite: counts what it really reads, and strikes where the world wants to.

The scanner's own statistics are not asked. What strikes does so in the midst of a read, once: an
error that SQLite raises there, or a commit by the writer between two statements.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple, TypeAlias

from strandline.impl.memo.sql import KEYS
from strandline.properties.systems.memo.driver.plug import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

Spot: TypeAlias = Literal["snapshot", "bodies", "row"]
"""Where to strike: before the snapshot is fixed; before a statement goes through bodies; after the first row of one."""


class Cost(NamedTuple):
    """What reads have cost.

    ``bodies`` counts rows of statements that test or fetch bodies other than by key. The rest counts ids that were
    looked up by key: ``keys`` without the body, ``anchors`` with it before the log is gone through, and ``renewed``
    with it afterwards.
    """

    bodies: int = 0
    keys: int = 0
    anchors: int = 0
    renewed: int = 0

    def since(self, before: Cost) -> Cost:
        """Give what was added to an earlier count."""
        return Cost(*(now - then for now, then in zip(self, before, strict=True)))


class Meter:
    """Counts what the reads of a scanner cost, and holds what is to strike.

    ``body`` is the column of the bodies.
    """

    def __init__(self, body: str) -> None:
        """Begin at nothing, with nothing to strike."""
        self.body = quoted(body)
        self.cost = Cost()
        self._passed = False
        self._armed: dict[Spot, Callable[[], None]] = {}

    def rest(self) -> None:
        """Begin at nothing again."""
        self.cost = Cost()
        self._passed = False
        self._armed.clear()

    def arm(self, spot: Spot, strike: Callable[[], None]) -> None:
        """Let something strike when a spot is next reached."""
        self._armed[spot] = strike

    def disarm(self) -> bool:
        """Let nothing strike any more; tell whether something was still to."""
        waiting = bool(self._armed)
        self._armed.clear()
        return waiting

    def count(self, *, by_key: int, bodies: bool) -> None:
        """Count ids that are looked up by key."""
        cost = self.cost
        if not bodies:
            self.cost = cost._replace(keys=cost.keys + by_key)
        elif self._passed:
            self.cost = cost._replace(renewed=cost.renewed + by_key)
        else:
            self.cost = cost._replace(anchors=cost.anchors + by_key)

    def hand_out(self) -> None:
        """Count a row that is handed out with its body tested."""
        self.cost = self.cost._replace(bodies=self.cost.bodies + 1)

    def reach(self, spot: Spot) -> None:
        """Notice how far the read is, and let strike what was armed here."""
        self._passed = spot != "snapshot"
        strike = self._armed.pop(spot, None)
        if strike is not None:
            strike()


BY_KEY: Final = " IN (?"
"""What a statement that looks rows up by key has in it; its first parameters are the ids, filled up with None."""

FAULTS: Final[dict[str, tuple[Spot, int, str]]] = {
    "fail": ("row", sqlite3.SQLITE_IOERR, "disk I/O error"),
    "busy": ("snapshot", sqlite3.SQLITE_BUSY, "database is locked"),
}
"""Where each fault of the world strikes, and with which error of SQLite."""


def let_fail(meter: Meter, fault: str) -> None:
    """Let the next read fail as SQLite does."""
    spot, code, message = FAULTS[fault]

    def fail() -> None:
        error = sqlite3.OperationalError(message)
        error.sqlite_errorcode = code
        try:
            raise error
        finally:
            # Held by its own traceback, it would keep the cursor, and SQLite's lock, until garbage is collected.
            del error

    meter.arm(spot, fail)


def metered(
    meter: Meter, closed: Callable[[sqlite3.Connection], None] = lambda _: None
) -> Callable[..., sqlite3.Connection]:
    """Make a factory of connections that run this meter, and tell when they are closed."""

    class Cursor(_Cursor):
        watch = meter

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> Cursor:  # noqa: ANN401 - as sqlite3.Connection
            return self.cursor(Cursor).execute(sql, parameters)

        def close(self) -> None:
            closed(self)
            super().close()

    def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        return sqlite3.connect(*args, factory=Connection, **settings)

    return connect


class _Cursor(sqlite3.Cursor):
    """Tells the meter of each statement and row."""

    watch: ClassVar[Meter]
    _counts = False
    _handed = False

    def execute(self, sql: str, parameters: Any = ()) -> Self:  # noqa: ANN401 - as sqlite3.Cursor
        bodies, by_key = self.watch.body in sql, BY_KEY in sql
        self._counts = bodies and not by_key
        self._handed = False
        if by_key:
            self.watch.count(by_key=sum(key is not None for key in parameters[:KEYS]), bodies=bodies)
        if self._counts:
            self.watch.reach("bodies")
        elif "data_version" in sql:
            self.watch.reach("snapshot")
        super().execute(sql, parameters)
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - a row has columns of any kind
        try:
            row = super().__next__()
        except StopIteration:
            self._handed = True
            row = None
        if self._counts and self._handed:
            self.watch.reach("row")
        if row is None:
            raise StopIteration
        if self._counts:
            self.watch.hand_out()
        self._handed = True
        return row
