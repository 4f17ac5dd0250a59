"""The program of the process in which the scanner meets a fault: it does as it is told, a line of JSON each.

It is exec'd and never forked. The first argument says what it is, as :class:`Order` has it. Each line that it reads is
a request, ``[name, arguments]``; each line that it writes is what came of it. It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from contextlib import nullcontext, suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.files import SystemFiles
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.product import tally
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.store import MemoStore
from strandline.impl.memo.window import Window
from strandline.properties.core.system import SHIPPED
from strandline.properties.systems.memo.agreement.dated import DatedScanner
from strandline.properties.systems.memo.faults import injectors, vfs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect, Failure, Missing
    from strandline.impl.memo.files import Sighting
    from strandline.properties.systems.memo.live.judge import Oracle

LIMITS: Final = Limits(waits=4, pause=0.05)
"""A scanner that waits no longer than it takes to see that it waits."""

LOOP_MAX: Final = 2_000
"""Calls of one kind after which a loop over them has failed to end; a refresh makes some dozens."""


class Order(NamedTuple):
    """What the process is.

    Args:
        path: where the log is, as the system's own bytes decode.
        mutant: a known-bad design to plant in the scanner, or ``shipped``.
        judged: whether an oracle reads inside each read transaction.
        shim: whether SQLite gets the shim around its VFS (``vfs``) or its allocator (``memory``); empty for neither.
        careless: whether the log is opened and closed at each look at its path, as no scanner may.
        renames: other names of the table and its columns, by the names of codex.
    """

    path: str
    mutant: str = SHIPPED
    judged: bool = False
    shim: str = ""
    careless: bool = False
    renames: dict[str, str] | None = None


class CarelessFiles(SystemFiles):
    """Opens and closes the log to see where the path leads: known-bad, it drops the locks that SQLite holds on it."""

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        """Tell which file the path leads to."""
        with suppress(OSError):
            os.close(os.open(path, os.O_RDONLY))
        return super().locate(path)


class Subject:
    """The scanner in its process, and what can be asked of it."""

    def __init__(self, order: Order) -> None:
        """Make a scanner as it is ordered."""
        self._order = order
        self._path = Path(order.path)
        self._trigger = vfs.Trigger()
        if order.shim == "vfs":
            vfs.install(self._trigger)
        elif order.shim == "memory":
            vfs.install_allocator(self._trigger)
        self._oracle = _oracle() if order.judged else None
        self._scanner = self._fresh()

    def _fresh(self, path: str | None = None) -> Scanner:
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect
        if self._oracle is not None:
            connect = self._oracle.watch.connect
        files = CarelessFiles() if self._order.careless else SystemFiles()
        projection = CODEX
        if self._order.renames is not None:
            projection = renamed(self._order.renames)
        return Scanner(
            self._path if path is None else Path(path), projection, limits=LIMITS, files=files, connect=connect
        )

    def ask(self, first: str | None, last: str | None, zone: str) -> Iterator[dict[str, Any]]:
        """Refresh once, of a window of days."""
        dates = first and date.fromisoformat(first), last and date.fromisoformat(last)
        yield self._asked(self._scanner, Window(*_dates(dates), ZoneInfo(zone)))

    def today(self, zone: str) -> Iterator[dict[str, Any]]:
        """Refresh once, of the day that this process takes for today, and say which it is."""
        day = datetime.now(ZoneInfo(zone)).date()
        yield self._asked(self._scanner, Window(day, day, ZoneInfo(zone))) | {"day": day.isoformat()}

    def limit(self, name: str, number: int) -> Iterator[dict[str, Any]]:
        """Limit a resource of this process from now on; what may be set again stays as it was."""
        import resource  # noqa: PLC0415 - a system without it never comes here

        kind = getattr(resource, name)
        resource.setrlimit(kind, (number, resource.getrlimit(kind)[1]))
        yield {}

    def become(self, user: int) -> Iterator[dict[str, Any]]:
        """Become another user for good, who may not be able to read what a first refresh imports."""
        with TemporaryDirectory() as folder, Scanner(Path(folder) / "empty") as warm:
            (Path(folder) / "empty").touch()
            warm.turns(Window(None, None, ZoneInfo("UTC")))
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        yield {}

    def descriptors(self) -> Iterator[dict[str, Any]]:
        """Count the open files of this process."""
        yield {"count": len(os.listdir("/proc/self/fd"))}  # noqa: PTH208 - no path is wanted

    def close(self) -> Iterator[dict[str, Any]]:
        """Let the connections of the scanner go."""
        self._scanner.close()
        yield {}

    def prepare(self) -> Iterator[dict[str, Any]]:
        """Keep the present memo as the one that a warm loop goes on from."""
        self._slot = self._store.slot
        yield {"version": self._slot.version}

    def fresh(self, path: str | None = None) -> Iterator[dict[str, Any]]:
        """Ask with a scanner that comes new, of all days; if need be of another log."""
        with self._fresh(path) as scanner:
            yield self._asked(scanner, Window(None, None, ZoneInfo("UTC")))

    def kept(self, memo: str) -> Iterator[dict[str, Any]]:
        """Ask with a scanner that comes new and keeps its memo in a file, and say what became of that."""
        with Scanner(self._path, limits=LIMITS, memo=Path(memo)) as scanner:
            found = self._asked(scanner, Window(None, None, ZoneInfo("UTC")))
        kept = scanner.persistence
        yield found | {"kept": None if kept is None else kept._asdict()}

    def loop(self, call: str, code: int, *, ever: bool, warm: bool, stride: int = 1) -> Iterator[dict[str, Any]]:
        """Let the n-th call of one kind fail, for n = 1, 2, 3 and so on until a refresh ends untouched.

        After each failure the fault is lifted, and the same scanner is asked again.

        Args:
            call: the kind.
            code: with what it fails.
            ever: whether all calls after the n-th fail as well.
            warm: whether the refresh goes on from the memo that was kept.
            stride: by how much n grows.
        """
        window = Window(None, None, ZoneInfo("UTC"))
        for number in range(1, LOOP_MAX, stride):
            with self._fresh() as scanner:
                if warm:
                    scanner._host.store = MemoStore(self._slot, 1_000)  # noqa: SLF001 - the memo of before
                self._trigger.arm(call, number, code, ever=ever)
                under = self._asked(scanner, window)
                struck, writes = self._trigger.struck, self._trigger.counts.get("xWrite", 0)
                self._trigger.arm("", 0, 0, ever=False)
                yield under | {"struck": struck, "writes": writes}
                if not struck:
                    break
                yield self._asked(scanner, window) | {"after": True}
        else:
            yield {"raised": f"the loop over {call} has no end"}
        yield {"ended": True}

    def gates(self, read: Callable[[], Any]) -> Iterator[dict[str, Any]]:
        """Refresh once, and stop before each gate until a line is read, so that the world can move there."""
        window = Window(None, None, ZoneInfo("UTC"))
        with DatedScanner(self._path, LIMITS) as scanner:
            for number in (1, 2):  # without a memo, then with one
                told: list[str] = []

                def at(effect: Effect, told: list[str] = told) -> None:
                    told.append(type(effect).__name__)
                    write({"gate": told[-1], "refresh": number})  # noqa: B023 - called before it moves on
                    read()

                outcome = scanner.turns(window, datetime.now(ZoneInfo("UTC")).date(), at)
                yield said(outcome) | {"gates": told}

    @property
    def _store(self) -> MemoStore:
        return self._scanner._host.store  # noqa: SLF001 - the memo must be seen not to move

    def _asked(self, scanner: Scanner, window: Window) -> dict[str, Any]:
        store: MemoStore = scanner._host.store  # noqa: SLF001 - the memo must be seen not to move
        before, began = store.slot.version, time.monotonic()
        if self._oracle is not None:
            self._oracle.expect((window.first, window.last), window.zone)
        try:
            outcome = scanner.turns(window)
        except Exception as error:  # noqa: BLE001 - whatever a caller would see is to be told
            return {"raised": f"{type(error).__name__}: {error}"}
        found = said(outcome) | {"moved": store.slot.version != before, "seconds": time.monotonic() - began}
        if self._oracle is not None and isinstance(outcome, Answer):
            found["held"] = self._oracle.watch.held - self._oracle.seconds
            judged = self._oracle.judge(outcome)
            found["agrees"] = judged.agrees and judged.problem is None
        return found


def renamed(names: dict[str, str]) -> Any:  # noqa: ANN401 - a projection
    """Give the projection of codex for a table whose names are others."""
    from dataclasses import replace  # noqa: PLC0415 - for one fault alone

    owners = tuple(names.get(name, name) for name in CODEX.owners)
    others = {part: names.get(getattr(CODEX, part), getattr(CODEX, part)) for part in ("table", "id", "ts", "body")}
    return replace(CODEX, owners=owners, **others)


def said(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome as it goes over the line."""
    if isinstance(outcome, Answer):
        cost = outcome.statistics
        return {
            "turns": [list(turn) for turn in outcome.turns],
            "tally": tally.record(tally.of(outcome)),
            "path": cost.path,
            "cause": cost.cause,
        }
    return {"unavailable": outcome.reason, "code": outcome.code, "detail": outcome.detail}


def _oracle() -> Oracle:
    from strandline.properties.systems.memo.live.judge import Oracle  # noqa: PLC0415 - it costs the others their time

    return Oracle()


def _planted(mutant: str) -> AbstractContextManager[None]:
    if mutant == SHIPPED:
        return nullcontext()
    from strandline.properties.systems.memo.mutants.registry import planted  # noqa: PLC0415 - the same

    return planted(mutant)


def _dates(dates: tuple[Any, Any]) -> tuple[date | None, date | None]:
    return dates[0] or None, dates[1] or None


def write(found: dict[str, Any]) -> None:
    """Write one line of what came."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def read() -> Any:  # noqa: ANN401 - as JSON has it
    """Read one request; None at the end."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def main() -> None:
    """Do as it is told until nobody tells anything."""
    injectors.allow_tracing()
    order = Order(**json.loads(sys.argv[1]))
    with _planted(order.mutant):
        ZoneInfo("UTC")  # it is a file, and kept from now on: none may be left when it is asked for
        subject = Subject(order)
        write({"ready": os.getpid()})
        while (request := read()) is not None:
            name, arguments = request
            if name == "gates":
                arguments = {"read": read}
            for found in getattr(subject, name)(**arguments):
                write(found)


if __name__ == "__main__":
    main()
