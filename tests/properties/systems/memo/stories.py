"""What the stories of hazards are told with: logs, refreshes that wait at their gates, and what must come to light.

Every story runs on the real scanner, over real SQLite files, and holds each answer against a full scan by the oracle.
It is told twice: the shipped scanner must come through, and a scanner with the mutant that the hazard is named after
must not. Otherwise a story shows nothing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo import scan
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.memo import Limits, Place
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.refresh import Ask, State, locate, step
from strandline.impl.memo.window import Span, Window
from strandline.model.memo.days import Span as ModelSpan
from strandline.properties.core.system import SHIPPED
from strandline.properties.systems.memo.live.truth import FullScan, read_truth
from strandline.properties.systems.memo.mutants.registry import planted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.memo.effects import Effect
    from strandline.impl.memo.host import Host
    from strandline.impl.memo.log import LogReader
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.scanner import Scanner


ALWAYS = Window(None, None, ZoneInfo("UTC"))


LIMITS = Limits(waits=2, pause=0)


GATES_MAX = 50
"""More gates than any refresh of these stories passes."""


class WrongError(Exception):
    """A story went wrong; says what was found and what is true."""


def expect(what: str, found: object, true: object) -> None:
    if found != true:
        raise WrongError(f"{what}: {found}, and not {true}")


# The log


@contextmanager
def log(path: Path, *turns: str) -> Iterator[sqlite3.Connection]:
    """Make a log with a request for each of these turns, and write to it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        for statement in schema.CREATE:
            writer.execute(statement)
        for turn in turns:
            request(writer, turn)
        yield writer


def request(writer: sqlite3.Connection, turn: str) -> None:
    """Append a request; each turn has a thread, and so a partition, of its own."""
    body = f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'
    _append(writer, turn, body)


def _append(writer: sqlite3.Connection, turn: str, body: str) -> None:
    writer.execute(
        "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body, thread_id)"
        " VALUES (100, (SELECT coalesce(max(id), 0) FROM logs), 'INFO', 'story', ?, ?)",
        (body, turn),
    )


def delete(writer: sqlite3.Connection, turn: str) -> None:
    writer.execute("DELETE FROM logs WHERE thread_id = ?", (turn,))


def truth(path: Path) -> list[str]:
    """Give the turns that a full scan by the oracle finds."""
    found = read_truth(path, ModelSpan(None, None))
    assert isinstance(found, FullScan)
    return [turn.turn for turn in found.truth.turns]


def names(outcome: object) -> list[str]:
    assert isinstance(outcome, Answer), outcome
    return [turn.turn for turn in outcome.turns]


def ask(scanner: Scanner, path: Path) -> Answer:
    """Refresh once, with nothing else moving; the answer must be the truth."""
    outcome = scanner.turns(ALWAYS)
    expect("the answer", names(outcome), truth(path))
    assert isinstance(outcome, Answer)
    return outcome


class Refresh:
    """A real refresh, let through one gate at a time."""

    def __init__(self, host: Host, since: int | None = None) -> None:
        self._lease = host.lease()
        self._state: State
        self.effect: Effect
        self._state, self.effect = locate(Ask(Span(since, None), ended=False, limits=host.limits))
        self.answer: Answer | None = None

    def gate(self) -> None:
        """Let it through the gate that it waits at."""
        assert self.answer is None
        following = step(self._state, self._lease.perform(self.effect))  # type: ignore[arg-type] # no date, no pause
        if isinstance(following, tuple):
            self._state, self.effect = following
            return
        assert isinstance(following, Answer), following
        self.answer = following
        self._lease.release(sound=True)

    def until(self, gate: type[Effect]) -> Refresh:
        """Let it run until it waits at a gate of this kind."""
        for _ in range(GATES_MAX):
            if isinstance(self.effect, gate):
                return self
            self.gate()
        raise AssertionError(f"no {gate.__name__} within {GATES_MAX} gates")

    def finish(self) -> Answer:
        """Let it run to its end."""
        for _ in range(GATES_MAX):
            if self.answer is not None:
                return self.answer
            self.gate()
        raise AssertionError(f"no answer within {GATES_MAX} gates")


def stored(host: Host) -> Memo:
    memo = host.store.slot.memo
    assert memo is not None
    return memo


# The mutants


def _believing_the_highest_id(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Take a log whose highest id never fell for the log that is remembered."""
    if base is None or (log.highest() or 0) < base.cursor:
        return _BELIEVE(log, base, wanted, place)
    believed, _ = _BELIEVE(log, None, wanted, place)
    everything = {name: getattr(base, name) for name in ("cursor", "sources", "anchors", "gaps")}
    return believed._replace(point=base.cursor, ranked=False, **everything), None


_BELIEVE = scan._believe  # noqa: SLF001 - what the mutant is put in place of


OWN: dict[str, tuple[Any, str, Any]] = {
    "highest id": (scan, "_believe", _believing_the_highest_id),
}


@contextmanager
def planted_here(mutant: str) -> Iterator[None]:
    """Plant a mutant: one of this file's, or a mutant of the checker."""
    with patch.object(*OWN[mutant]) if mutant in OWN else planted(mutant):
        yield


def tell(story: Callable[[Path], None], folder: Path, mutant: str, wrong: str) -> None:
    """Tell a story of the shipped scanner, and again with the mutant, which must come to light."""
    for teller in (SHIPPED, mutant):
        (folder / teller).mkdir()
    story(folder / SHIPPED)
    with planted_here(mutant), pytest.raises(WrongError, match=wrong):
        story(folder / mutant)
