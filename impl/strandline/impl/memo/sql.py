"""The statements that read a projection's table, built once.

Columns are qualified (``l."ts"``), because SQLite reads a quoted name that it does not know as a string and would
answer with that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from strandline.impl.memo.projection import Projection

CACHED_MAX: Final = 16
"""How many projections have their statements kept."""

KEYS: Final = 64
"""How many ids one statement looks up. With more, many ids take no less time, and a few take longer."""


class Statements(NamedTuple):
    """Every statement of a refresh, by what it gives.

    ``tail`` gives the rows above an id and ``beginning`` those from an id on; ``spanned`` those of two instants and
    between them; ``whole`` those of some ids. Each of these four gives so many rows at most, and leaves so many out
    before the first, of which it reads no body. SQLite searches no body: to hand it out takes less time. ``stamps``
    gives the instants of some ids alone; ``newest`` walks back from an id. ``whole`` and ``stamps`` take ``KEYS`` ids;
    one that is NULL stands for none. ``occupied`` tells whether a stretch of ids has a row, ``odd_times`` counts the
    rows without an integer for their instant, ``highest`` is the highest id, ``issued`` the highest ever issued.
    ``columns`` and ``indexes`` describe the table, ``kept`` finds it in the schema.
    """

    tail: str
    beginning: str
    spanned: str
    whole: str
    stamps: str
    newest: str
    occupied: str
    odd_times: str
    highest: str
    issued: str
    columns: str
    indexes: str
    kept: str


@lru_cache(maxsize=CACHED_MAX)
def statements(projection: Projection[Any, Any], *, bodies: bool = True) -> Statements:
    """Write the statements of a projection; whatever of it goes into their text is quoted here.

    Without ``bodies`` no TEXT is read: each row comes without its body, and -1 stands for it.
    """
    table = quoted(projection.table)
    row_id, ts, body = (f"l.{quoted(name)}" for name in (projection.id, projection.ts, projection.body))
    # A table that keeps no fraction of the second has rows at full seconds.
    nanos = "0" if projection.nanos is None else f"l.{quoted(projection.nanos)}"
    owners = "".join(f", l.{quoted(name)}" for name in projection.owners)
    # What is held tells its kind: a text is itself, a BLOB its length, which is known without reading it.
    text = body if bodies else "-1"
    kinds = f"WHEN 'text' THEN {text} WHEN 'blob' THEN length({body}) WHEN 'null' THEN NULL ELSE 0.0"
    held = f"CASE typeof({body}) {kinds} END"
    among = f"FROM {table} AS l"
    # json_each would take them as one parameter, but a table of the file may have its name.
    listed = f"{row_id} IN ({', '.join('?' * KEYS)})"
    named = f"name = {literal(projection.table)} COLLATE NOCASE"  # a name is the same in capitals
    row = f"SELECT {row_id}, {ts}, {nanos}, {held}{owners} {among}"
    bounded = "LIMIT ? OFFSET ?"
    return Statements(
        tail=f"{row} WHERE {row_id} > ? ORDER BY {row_id} {bounded}",
        beginning=f"{row} WHERE {row_id} >= ? ORDER BY {row_id} {bounded}",
        spanned=f"{row} WHERE {ts} >= ? AND {ts} <= ? {bounded}",
        whole=f"{row} WHERE {listed} {bounded}",
        stamps=f"SELECT {row_id}, {ts}, {nanos} {among} WHERE {listed}",
        newest=f"SELECT {row_id}{owners} {among} WHERE {row_id} <= ? ORDER BY {row_id} DESC",
        occupied=f"SELECT EXISTS (SELECT 1 {among} WHERE {row_id} BETWEEN ? AND ?)",
        odd_times=f"SELECT count(*) {among} WHERE typeof({ts}) <> 'integer'",
        highest=f"SELECT max({row_id}) {among}",
        issued=f"SELECT seq FROM sqlite_sequence WHERE {named}",  # noqa: S608 - quoted
        columns=f"PRAGMA table_xinfo({table})",  # unlike table_info it lists generated columns
        indexes=f"PRAGMA index_list({table})",
        kept=f"SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND {named}",  # noqa: S608 - quoted
    )


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text."""
    return "'" + text.replace("'", "''") + "'"
