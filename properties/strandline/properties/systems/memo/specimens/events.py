"""The events of a specimen for the laws, with the benefit of the doubt where its statements saw several snapshots.

An answer is held against every content that the log had between the refresh's start and its end: it
names one that it is true of, if there is one. A memo rests on all that its statements saw, from the
first commit to the last. It is newer than another only if even the first one is later than the
other's last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.model.memo.events import Answered, Discarded, Event, Failed, Holding, Looked, Outline, Stored
from strandline.model.memo.oracle import oracle
from strandline.model.memo.refresh import read_to
from strandline.model.memo.state import Ghost
from strandline.properties.systems.memo.specimens.rule import one_shot

if TYPE_CHECKING:
    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row
    from strandline.model.memo.oracle import Turn
    from strandline.model.memo.state import Task
    from strandline.properties.systems.memo.specimens.scene import M, Memo, Rested, Run


def looked(actor: int, run: Run[M], rows: tuple[Row, ...]) -> Event:
    """Tell what a refresh read, once it reads no more."""
    base = run.base
    held = _holding(base.kept.memo, base.ghost) if base is not None else None
    return Looked(
        actor,
        held,
        stored=True,
        rows=rows,
        inode=run.inode,
        coverage=run.coverage,
        cause=run.cause,
        tested=run.tested,
        keys=run.keys,
        anchors=run.anchors,
        renewed=0,
    )


def written(actor: int, run: Run[M], task: Task, beside: Rested[M] | None, *, put: bool) -> Event:
    """Tell of a write-back: what was put in place of what, or what gave way to what."""
    if run.memo is None or task.found is None:
        message = f"refresh {actor} puts before it read"
        raise ValueError(message)
    ghost = Ghost(task.ghost if put else run.first, task.found.rows, run.forgotten)
    mine = _holding(run.memo, ghost)
    if put:
        return Stored(actor, mine, beside and _outline(beside, beside.kept.first))
    return Discarded(actor, mine, beside and _outline(beside, beside.ghost.commit))


def answered(actor: int, task: Task, run: Run[M], span: Span, turns: tuple[Turn, ...]) -> Event:
    """Tell of an answer: the snapshot that it names is one that it is true of, else the last that was seen."""
    true = [rows for rows in run.between if oracle(rows, span).turns == turns]
    rows = true[-1] if true else task.found.rows if task.found is not None else run.between[-1]
    truth = oracle(rows, span)  # a published rule answers with turns alone; what else there is to say is taken as right
    answer, once = truth._replace(turns=turns), truth._replace(turns=one_shot(rows, span))
    return Answered(actor, span, answer, rows, named=True, led=True, one_shot=once)


def failed(actor: int, reason: str, run: Run[M]) -> Event:
    """Tell of a statement that failed: every published rule answers all the same."""
    return Failed(actor, reason, answered=True, moved=run.moved)


def _holding(memo: Memo, ghost: Ghost) -> Holding:
    """Describe a memo to the laws."""
    rested = ghost._replace(rows=read_to(ghost.rows, memo.cursor))
    return Holding(rested, memo.inode, memo.coverage, memo.size(), memo.anchors(), 0, full=False)


def _outline(rested: Rested[M], commit: int) -> Outline:
    """Describe the memo that is stored, by the end of its commits that speaks for it."""
    memo, ghost = rested.kept.memo, rested.ghost
    return Outline(commit, memo.inode, memo.coverage, ghost.forgotten, read_to(ghost.rows, memo.cursor))
