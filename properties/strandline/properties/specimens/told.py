"""What the laws are told of a specimen, with the benefit of the doubt where its statements saw several snapshots.

An answer is held against every content that the log had between the refresh's start and its end: it
names one that it is true of, if there is one. A memo rests on all that its statements saw, from the
first commit to the last. It is newer than another only if even the first one is later than the
other's last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.model.events import Answered, Discarded, Event, Failed, Holding, Looked, Stored
from strandline.model.oracle import oracle
from strandline.model.refresh import read_to
from strandline.properties.specimens.rule import one_shot

if TYPE_CHECKING:
    from strandline.model.oracle import Turn
    from strandline.model.state import Ghost, Task
    from strandline.properties.specimens.scene import M, Memo, Rested, Run


def looked(actor: int, run: Run[M], ghost: Ghost) -> Event:
    """Tell what a refresh read, once it reads no more."""
    base = run.base
    held = _holding(base.kept.memo, base.ghost, base.ghost.commit) if base is not None else None
    return Looked(
        actor,
        held,
        stored=True,
        rows=ghost.rows,
        inode=run.inode,
        coverage=run.coverage,
        cause=run.cause,
        tested=run.tested,
        keys=run.keys,
        anchors=run.anchors,
        renewed=0,
    )


def written(actor: int, run: Run[M], ghost: Ghost, beside: Rested[M] | None, *, put: bool) -> Event:
    """Tell of a write-back: what was put in place of what, or what gave way to what."""
    if run.memo is None:
        message = f"refresh {actor} puts before it read"
        raise ValueError(message)
    if put:
        old = beside and _holding(beside.kept.memo, beside.ghost, beside.kept.first)
        return Stored(actor, _holding(run.memo, ghost, ghost.commit), old)
    theirs = beside and _holding(beside.kept.memo, beside.ghost, beside.ghost.commit)
    return Discarded(actor, _holding(run.memo, ghost, run.first), theirs)


def answered(actor: int, task: Task, run: Run[M], turns: tuple[Turn, ...]) -> Event:
    """Tell of an answer: the snapshot that it names is one that it is true of, else the last that was seen."""
    span = task.window.span
    true = [rows for rows in run.between if oracle(rows, span).turns == turns]
    rows = true[-1] if true else task.ghost.rows if task.ghost is not None else run.between[-1]
    truth = oracle(rows, span)  # a published rule answers with turns alone; what else there is to say is taken as right
    answer, once = truth._replace(turns=turns), truth._replace(turns=one_shot(rows, span))
    return Answered(actor, span, answer, rows, named=True, led=True, one_shot=once)


def failed(actor: int, reason: str, run: Run[M]) -> Event:
    """Tell of a statement that failed: every published rule answers all the same."""
    return Failed(actor, reason, answered=True, moved=run.moved)


def _holding(memo: Memo, ghost: Ghost, commit: int) -> Holding:
    """Describe a memo to the laws, by the end of its commits that speaks for it."""
    rested = read_to(ghost, memo.cursor)._replace(commit=commit)
    return Holding(rested, memo.inode, memo.coverage, memo.size(), memo.anchors(), 0, full=False)
