"""The statements that read a projection's table, built once.

Columns are qualified (``l."ts"``), because SQLite reads a quoted name that it does not know as a string and would
answer with that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from strandline.impl.projection import Projection

CACHED_MAX: Final = 16
"""How many projections have their statements kept."""


class Statements(NamedTuple):
    """Every statement of a refresh, by what it gives.

    ``tail`` gives the rows above an id and ``beginning`` those from an id on, at most so many; ``spanned`` those of
    two instants and between them; ``whole`` those of some ids with their bodies, ``stamps`` their instants alone;
    ``newest`` walks back from an id. ``occupied`` tells whether some stretches of ids have a row, ``odd_times`` counts
    the rows without an integer for their instant, ``highest`` is the highest id, ``issued`` the highest ever issued.
    ``columns`` and ``indexes`` describe the table.
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


@lru_cache(maxsize=CACHED_MAX)
def statements(projection: Projection[Any, Any]) -> Statements:
    """Write the statements of a projection; whatever of it goes into their text is quoted here."""
    table = quoted(projection.table)
    row_id, ts, body = (f"l.{quoted(name)}" for name in (projection.id, projection.ts, projection.body))
    # A table that keeps no fraction of the second has rows at full seconds.
    nanos = "0" if projection.nanos is None else f"l.{quoted(projection.nanos)}"
    owners = "".join(f", l.{quoted(name)}" for name in projection.owners)
    kind = f"typeof({body})"
    marked = f"CASE WHEN {kind} = 'text' AND ({_marked(body, projection.markers)}) THEN {body} END"
    held = f"CASE WHEN {kind} IN ('text', 'blob') THEN {body} END"
    size = f"CASE {kind} WHEN 'blob' THEN length({body}) WHEN 'text' THEN length(CAST({body} AS BLOB)) END"
    among = f"FROM {table} AS l"
    listed = f"{row_id} IN (SELECT value FROM json_each(?))"  # noqa: S608 - quoted
    row = f"SELECT {row_id}, {ts}, {nanos}, {kind}, {size}, {marked}{owners} {among}"
    return Statements(
        tail=f"{row} WHERE {row_id} > ? ORDER BY {row_id} LIMIT ?",
        beginning=f"{row} WHERE {row_id} >= ? ORDER BY {row_id} LIMIT ?",
        spanned=f"{row} WHERE {ts} >= ? AND {ts} <= ?",
        whole=f"SELECT {row_id}, {ts}, {nanos}, {kind}, {size}, {held}{owners} {among} WHERE {listed}",
        stamps=f"SELECT {row_id}, {ts}, {nanos} {among} WHERE {listed}",
        newest=f"SELECT {row_id}{owners} {among} WHERE {row_id} <= ? ORDER BY {row_id} DESC",
        occupied=f"SELECT EXISTS (SELECT 1 FROM json_each(?) AS g JOIN {table} AS l"  # noqa: S608 - quoted
        f" ON {row_id} BETWEEN json_extract(g.value, '$[0]') AND json_extract(g.value, '$[1]'))",
        odd_times=f"SELECT count(*) {among} WHERE typeof({ts}) <> 'integer'",
        highest=f"SELECT max({row_id}) {among}",
        issued=f"SELECT seq FROM sqlite_sequence WHERE name = {literal(projection.table)}",  # noqa: S608 - quoted
        columns=f"PRAGMA table_info({table})",
        indexes=f"PRAGMA index_list({table})",
    )


def _marked(body: str, markers: tuple[str, ...]) -> str:
    """Write the prefilter: a superset of the parser. Unlike LIKE, instr minds case and sees past a NUL."""
    return " OR ".join(f"instr({body}, {literal(marker)})" for marker in markers) or "TRUE"


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text."""
    return "'" + text.replace("'", "''") + "'"
