"""Real SQLite files for logs that are values: one file for each distinct log, made once."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from strandline.impl.memo import scan
from strandline.impl.memo.connection import Connection, ConnectionFactory
from strandline.impl.memo.files import Pin, Sighting
from strandline.impl.memo.memo import Place
from strandline.impl.memo.window import Span
from strandline.model.memo.log import Log
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.disk import empty
from strandline.properties.systems.memo.driver.plug import CODEX, Plug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from strandline.model.memo.days import Span as ModelSpan
    from strandline.model.memo.log import Row
    from strandline.model.memo.truth import Truth


def opened(plug: Plug, path: Path, sighting: Sighting, connect: ConnectionFactory = sqlite3.connect) -> Connection:
    """Open the scanner's own kind of connection to a file of a plug, pinned as sighted."""
    connection = Connection(Pin(sighting, None))
    connection.open(path, connect, plug.projection)
    return connection


UNSIGHTED = Sighting(Place(0, 0), ())
"""Where a template is when nobody asks."""


class Templates:
    """Makes the file of a log when it is first asked for."""

    def __init__(self, plug: Plug = CODEX) -> None:
        """Begin with no file; each will hold the table of this plug."""
        self.plug = plug
        self._folder = tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True)
        self._paths: dict[Log, Path] = {}
        self._answers: dict[tuple[tuple[Row, ...], ModelSpan], Truth] = {}
        self._closing = ExitStack()

    def at_close(self, close: Callable[[], None]) -> None:
        """Call this before the files are removed."""
        self._closing.callback(close)

    def path(self, log: Log) -> Path:
        """Give the file that holds exactly this log."""
        if log not in self._paths:
            path = Path(self._folder.name) / f"{len(self._paths)}.sqlite"
            path.write_bytes(empty("delete", self.plug))
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = OFF")
                database.execute("PRAGMA journal_mode = MEMORY")
                self.plug.commit(database, Log(), log)
            self._paths[log] = path
        return self._paths[log]

    @property
    def nowhere(self) -> Path:
        """A path at which nothing is."""
        return Path(self._folder.name) / "nowhere.sqlite"

    def connection(self, log: Log, sighting: Sighting, connect: ConnectionFactory = sqlite3.connect) -> Connection:
        """Open the scanner's own kind of connection to the file of a log, pinned as sighted."""
        return opened(self.plug, self.path(log), sighting, connect)

    @contextmanager
    def changing(self, log: Log) -> Iterator[tuple[Path, sqlite3.Connection]]:
        """Give a file of its own that holds a log, and a writer that may commit to it while it is read."""
        path = Path(self._folder.name) / "changing.sqlite"
        shutil.copyfile(self.path(log), path)
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("PRAGMA synchronous = OFF")
            writer.execute("PRAGMA journal_mode = WAL")
            yield path, writer
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()

    def one_shot(self, rows: tuple[Row, ...], span: ModelSpan) -> Truth:
        """Answer a window by the scanner's one-shot path over the file of a log with these rows."""
        log = Log(rows, rows[-1].id if rows else 0)
        key = (rows, span)
        if key not in self._answers:
            connection = self.connection(log, UNSIGHTED)
            version = connection.begin()
            with closing(connection), connection.transaction() as reader:
                found = scan.glance(reader, Span(*span), scan.Rank(0, UNSIGHTED.place, 0, version))
            self._answers[key] = view.truth(found)
        return self._answers[key]

    def close(self) -> None:
        """Remove the files, after all that reads them is closed."""
        self._closing.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        """Give the templates themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the templates."""
        self.close()
