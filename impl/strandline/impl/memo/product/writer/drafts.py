"""The rows of a synthetic codex writer: one plan, one sequence of rows.

Nothing here touches a file or a clock; :mod:`strandline.impl.memo.product.writer.write` does. What the rows say is
:mod:`strandline.impl.memo.product.writer.synthetic`; here they get their order, their times and their processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.product.writer.plan import Journal, Plan
from strandline.impl.memo.product.writer.schema import Draft
from strandline.impl.memo.product.writer.synthetic.codexes import CODEXES
from strandline.impl.memo.product.writer.synthetic.filler import Chance, Filler
from strandline.impl.memo.product.writer.synthetic.malformed import corrupt
from strandline.impl.memo.product.writer.synthetic.source import Source
from strandline.impl.memo.product.writer.synthetic.turns import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.memo.product.writer.synthetic.entry import Entry

__all__ = ["FULL_SPEED", "Journal", "Line", "Plan", "drafts", "lines"]

FULL_SPEED: Final = 20_000
"""Rows per second of log time when no rate is given."""
_LATE: Final = (1, 30, 3600, 2 * 24 * 3600)  # seconds
_PIDS: Final = (300, 60_000)
_SERVER: Final = 'app_server.request{otel.kind="server" rpc.method="turn/start"}'


class Line(NamedTuple):
    """A row to insert, and what it was written to mean."""

    draft: Draft
    entry: Entry


def drafts(plan: Plan, now: int) -> Iterator[Draft]:
    """Rows without end, a pure function of the plan and of ``now`` (unix seconds): one seed, one sequence."""
    return (line.draft for line in lines(plan, now))


def lines(plan: Plan, now: int) -> Iterator[Line]:
    """Rows without end, as :func:`drafts` gives them, each with what it means.

    Turns of several threads at once, of the kinds and sizes of the plan's codex: turns that inherit their tier, that
    change it half way, that are steered, nested and compacted; settings of no turn, warm-ups, prompts that look like
    rows; as many rows without a thread; late rows, a clock that steps back, and rows that no codex writes.
    """
    chance, codex = Chance(plan.seed), CODEXES[plan.codex]
    # Named first: plans of one seed write to the same partitions, whatever else they differ in.
    threads = [chance.uuid() for _ in range(plan.threads)]
    processes = [f"pid:{chance.between(_PIDS)}:{chance.uuid()}" for _ in range(plan.processes)]
    source = Source(codex, chance, Filler(chance, codex, plan.body_bytes), plan.priority, plan.noise)
    sessions = [Session(source, thread) for thread in threads]
    running = [(session.rows(sessions), processes[at % plan.processes]) for at, session in enumerate(sessions)]
    rows, process = running[0]
    clock = _times(plan, now, chance)
    while True:
        if chance.random() < codex.threadless * plan.noise:
            entry = source.noise(_SERVER if chance.one_in(2) else "", None)
            home: str | None = chance.pick(processes)
        else:
            if chance.one_in(4):  # mostly stay with the thread at hand, since rows come in bursts
                rows, process = chance.pick(running)
            entry, home = next(rows), process
        if chance.random() < plan.malformed:
            entry = corrupt(entry, chance)
            home = home if entry.thread else None
        yield Line(Draft(*next(clock), entry.thread, home, entry.body), entry)


def _times(plan: Plan, now: int, chance: Chance) -> Iterator[tuple[int, int]]:
    """Seconds and nanoseconds of each row; now and then the clock steps back a little, and later forward again."""
    pace = 2 / (plan.rate or FULL_SPEED)
    clock, step, steady = float(now), 0.0, 1000
    while True:
        clock += pace * chance.random()
        steady -= 1
        if steady == 0:
            step = 0.0 if step else -chance.uniform(0.1, 3.0)
            steady = chance.between((50, 500) if step else (1000, 8000))
        late = chance.pick(_LATE) if chance.one_in(64) else 0
        ts, fraction = divmod(clock + step - late, 1)
        yield int(ts), int(fraction * 1_000_000_000)
