"""Connections to files that never change, opened once and lent out again and again.

To open one, compile its statements and read the schema takes far longer than to read the few rows of a small world.
A connection that comes back is put to rest: no transaction, nothing seen, nothing counted. What it keeps is SQLite's
own: compiled statements and pages of a file that nobody writes to.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.connection import Connection
from strandline.impl.memo.files import Pin
from strandline.properties.systems.memo.driver.meter import Meter, metered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.impl.memo.connection import ConnectionFactory
    from strandline.impl.memo.files import Sighting
    from strandline.model.memo.log import Log
    from strandline.properties.systems.memo.driver.templates import Templates

POOLED_MAX: Final = 64
"""The connections that are open at most; the one that was lent longest ago is closed for a new one."""


class _Lent(Connection):
    """The scanner's connection, pinned to whatever file the world says; to close it is to give it back."""

    def __init__(self, sighting: Sighting) -> None:
        super().__init__(Pin(sighting, None))

    def lend(self, sighting: Sighting) -> None:
        """Be pinned to another file, of which nothing was seen."""
        self._pin = Pin(sighting, None)
        self._cancelled = False
        self.seen = None

    def close(self) -> None:
        """Come to rest."""
        self.end()

    def hang_up(self) -> None:
        """Close for good."""
        super().close()


class _Metered(NamedTuple):
    connection: _Lent
    meter: Meter


class Pool:
    """Lends connections to the templates."""

    def __init__(self, templates: Templates, listening: Callable[[ConnectionFactory], ConnectionFactory]) -> None:
        """Open them by a factory that this makes of one with a meter; they are closed with the templates."""
        self._templates = templates
        self._listening = listening
        self._open: OrderedDict[Log, _Metered] = OrderedDict()
        templates.at_close(self.close)

    @contextmanager
    def lent(self, log: Log, sighting: Sighting) -> Iterator[tuple[Connection, Meter]]:
        """Lend a connection to the file of a log, pinned as sighted, and its meter, at nothing."""
        kept = self._open.pop(log, None) or self._opened(log, sighting)
        connection, meter = kept
        connection.lend(sighting)
        meter.rest()
        try:
            yield connection, meter
        except BaseException:
            connection.hang_up()
            raise
        self._open[log] = kept
        if len(self._open) > POOLED_MAX:
            self._open.popitem(last=False)[1].connection.hang_up()

    def close(self) -> None:
        """Close every connection."""
        while self._open:
            self._open.popitem()[1].connection.hang_up()

    def _opened(self, log: Log, sighting: Sighting) -> _Metered:
        plug, meter = self._templates.plug, Meter(self._templates.plug.projection.body)
        connection = _Lent(sighting)
        connection.open(self._templates.path(log), self._listening(metered(meter)), plug.projection)
        return _Metered(connection, meter)
