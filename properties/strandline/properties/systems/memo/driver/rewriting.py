"""What the statements that write over a row make of a log: they are executed, and the table is read back.

Nobody is asked whether a statement gives the row a new id. It is seen, so that one which forgets the column that the
projection knows rows by leaves the row where it was, and a law is broken by that.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from strandline.model.memo.environment import REWRITE
from strandline.model.memo.log import Log, Raw, Row, append
from strandline.model.memo.state import drafted
from strandline.model.memo.world import init
from strandline.properties.systems.memo.driver.plug import quoted
from strandline.properties.systems.memo.driver.view import stored_as

if TYPE_CHECKING:
    from strandline.model.memo.log import Body, Draft
    from strandline.model.memo.state import Scope
    from strandline.properties.systems.memo.driver.plug import Plug

REWRITTEN_MAX: Final = 4_096
"""How many rewrites are remembered; what comes of one is a function of what is asked."""


def rewritable(plug: Plug, scope: Scope) -> Scope:
    """Let the rows of a world be written over by the statements of its plug.

    Raises:
        ValueError: the world is to write over rows and the plug has no statement for it, or one of them does nothing.
    """
    if REWRITE in dict(scope.budget) and not plug.rewrites:
        raise ValueError(f"a world is to {REWRITE} rows, and the plug of {plug.rules.name!r} rows has no rewrites")
    ways = tuple(partial(_rewritten, plug, way) for way in range(len(plug.rewrites)))
    able = replace(scope, rewrites=ways)
    for way, statement in enumerate(plug.rewrites):
        if not _writes(able, way):
            raise ValueError(f"it writes over no row of any template: {statement}; name the row by :old")
    return able


def _writes(scope: Scope, way: int) -> bool:
    """Tell whether a statement makes a row of one template into one of another."""
    world = init(replace(scope, born_with=()))
    for one, other in product(range(len(scope.templates)), repeat=2):
        log = append(Log(), (drafted(world, scope, one),))
        after = scope.rewrites[way](log, log.sequence, drafted(replace(world, births=1), scope, other))
        if after.rows != log.rows:
            return True
    return False


@lru_cache(REWRITTEN_MAX)
def _rewritten(plug: Plug, way: int, log: Log, row_id: int, draft: Draft) -> Log:
    """Give what becomes of a log when a statement of a plug writes over a row of it.

    A statement that breaks a constraint of the table leaves the log as it was.

    Raises:
        ValueError: SQLite cannot execute the statement.
    """
    written = Row(log.sequence + 1, *draft)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.text_factory = bytes
        plug.make(database, log)
        try:
            plug.write_over(database, way, row_id, written)
        except sqlite3.IntegrityError:
            return log
        except sqlite3.Error as error:
            raise ValueError(f"SQLite cannot execute {plug.rewrites[way]}: {error}") from error
        rows = _read_back(plug, database, {stored_as(row.body): row.body for row in (*log.rows, written)})
    return Log(rows, max(log.sequence, *(row.id for row in rows), 0))


def _read_back(plug: Plug, database: sqlite3.Connection, bodies: dict[object, Body]) -> tuple[Row, ...]:
    """Read a table as rows of the model; a body that is known is given as it is known."""
    projection = plug.projection
    nanos = "0" if projection.nanos is None else quoted(projection.nanos)
    owners = [quoted(name) for name in projection.owners] + ["NULL", "NULL"]
    said = quoted(projection.body)
    columns = ", ".join([quoted(projection.id), quoted(projection.ts), nanos, *owners[:2], f"typeof({said})", said])
    statement = f"SELECT {columns} FROM {quoted(projection.table)} ORDER BY 1"  # noqa: S608 - quoted
    rows = []
    for row_id, ts, fraction, thread, process, *stored in database.execute(statement):
        key = (stored[0], stored[1])
        body = bodies[key] if key in bodies else _body(*key)
        rows.append(Row(row_id, _text(ts), fraction, _text(thread), _text(process), body))
    return tuple(rows)


def _body(kind: bytes, data: bytes | None) -> Body:
    """Give what SQLite keeps as a body of the model, of which a text may be one by its bytes."""
    if kind != b"text" or data is None:
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Raw(data)


def _text(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Give a text as one; anything else is what it is."""
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value
