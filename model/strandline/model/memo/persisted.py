"""The reference model of a persisted memo: processes that share one file of memos, and a log that changes beside them.

A refresh looks at the file, then fixes its snapshot of the log, and saves later, or never. Between any two of these
another process may save or drop, a process may be killed, the log be written, pruned or replaced, and the file be
damaged, deleted, or put back as an older copy.

What a memo says of the log is not looked at here: a memo is the snapshot that it rests on, the history of the log that
this is of, and how far back it reaches. Whether a base is of the log's history is what anchors, gaps and the sequence
tell; the worlds of the scanner are about that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from strandline.model.terms import ACTORS, NEXT, Action, Rank, replace

Commit = Annotated[int, Rank("commit")]
Version = Annotated[int, Rank("version")]
Epoch = Annotated[int, Rank("epoch")]

NARROW: Final = 1
"""A memo that reaches back as far as one window."""

WIDE: Final = 2
"""A memo that reaches back to the first row."""


class Memo(NamedTuple):
    """What a read left: of which snapshot, of which history of the log, and how far back it reaches.

    ``since`` is the epoch that the file had when the refresh looked at it. It is in no file and in no process: the
    laws need it to tell what is from before a drop. A memo of no snapshot is none.
    """

    commit: Commit = 0
    history: int = 0
    reach: int = 0
    since: Epoch = 0


class Mark(NamedTuple):
    """What is compared to find out whether somebody saved: which file, the version of what is in it, its epoch."""

    file: int = 0
    version: Version = 0
    epoch: Epoch = 0


class File(NamedTuple):
    """The file of memos: what it is marked with, the memo in it, and whether that can be read. Number 0 is no file."""

    mark: Mark = Mark()
    memo: Memo = Memo()
    sound: bool = True


class Process(NamedTuple):
    """A process that keeps its memo in the file.

    ``wants`` is how far back the refresh is to reach that has looked and has not read, else 0. ``seen`` is the mark
    that was seen last, ``looked`` tells whether one was. ``memo`` is the memo of this process, ``head`` what is known
    to be in the file under that mark, ``base`` what was read from the file and not taken over yet, and ``use`` what the
    refresh was given of it. ``pending`` tells that the memo is to be saved. ``there`` is what could be read in the file
    when the refresh looked, for the laws alone.
    """

    wants: int = 0
    looked: bool = False
    seen: Mark = Mark()
    memo: Memo = Memo()
    head: Memo = Memo()
    base: Memo = Memo()
    use: Memo = Memo()
    there: Memo = Memo()
    pending: bool = False


class Log(NamedTuple):
    """The log: its last commit, and which history that is of: a log that replaces it has another one."""

    commit: Commit = 1
    history: int = 1


class Budget(NamedTuple):
    """How often each thing may still happen."""

    writes: int = 0
    replacements: int = 0
    drops: int = 0
    deaths: int = 0
    damages: int = 0
    removals: int = 0
    copies: int = 0


@dataclass(frozen=True)
class State:
    """All that there is at one moment.

    ``copy`` is a copy of the file that somebody made, ``last`` the number of the file that was made last, and
    ``damaged`` tells that somebody damaged the file.
    """

    processes: Annotated[tuple[Process, ...], ACTORS]
    budget: Budget
    log: Log
    file: File
    copy: File
    last: int = 0
    damaged: bool = False


def first(processes: int, **budget: int) -> State:
    """Give the first state of a world: nothing is stored, and nobody has a memo."""
    return State((Process(),) * processes, Budget(**budget), Log(), File(), File())


def put(s: State, me: int, process: Process) -> State:
    """Put a process into its place."""
    return replace(s, processes=(*s.processes[:me], process, *s.processes[me + 1 :]))


def usable(base: Memo, memo: Memo) -> Memo:
    """Give the base that a refresh may go on from: none that the memo of its process covers."""
    return Memo() if memo.commit and base.history == memo.history and base.reach <= memo.reach else base


def look(s: State, me: int, wants: int) -> object:
    """Look at the file, before the snapshot is fixed."""
    mine = s.processes[me]
    if mine.wants:
        return None
    file = s.file
    there = file.memo if file.sound else Memo()
    if mine.looked and mine.seen == file.mark:
        after = replace(mine, wants=wants, use=usable(mine.base, mine.memo), there=there)
        return put(s, me, after), (("looked", Memo(), True),)
    was = mine.seen
    dropped = mine.looked and (was.epoch != file.mark.epoch or was.file not in (0, file.mark.file))
    memo = Memo() if dropped else mine.memo
    wider = not memo.commit or there.history != memo.history or there.reach > memo.reach
    base = there if wider else Memo()
    after = Process(
        wants, looked=True, seen=file.mark, memo=memo, head=there, base=base, use=usable(base, memo), there=there
    )
    return put(s, me, after), (*((("dropped",),) if dropped else ()), ("looked", base, file.sound))


def read(s: State, me: int) -> object:
    """Fix the snapshot and read it, from the base or the memo of this process if they are of the log's history."""
    mine = s.processes[me]
    if not mine.wants:
        return None
    fits = bool(mine.use.commit) and mine.use.history == s.log.history
    base = mine.use if fits else mine.memo
    went_on = bool(base.commit) and base.history == s.log.history and base.reach >= mine.wants
    reach = base.reach if went_on else mine.wants
    memo = Memo(s.log.commit, s.log.history, reach, mine.seen.epoch)
    missed = bool(mine.there.commit) and mine.there.history == s.log.history and mine.there.reach >= mine.wants
    kept = mine.base if fits or not mine.use.commit else Memo()
    after = replace(mine, wants=0, memo=memo, base=kept, use=Memo(), there=Memo(), pending=True)
    return put(s, me, after), (("answered", base if went_on else Memo(), s.log.history, mine.seen.epoch, missed),)


def save(s: State, me: int) -> object:
    """Save the memo of a process, unless somebody else saved or dropped since it looked."""
    mine = s.processes[me]
    if not mine.pending or mine.wants:
        return None
    memo, file = mine.memo, s.file
    done = replace(mine, pending=False)
    if mine.head[:3] == memo[:3]:
        return put(s, me, done)
    if mine.seen != file.mark and not (mine.seen == Mark() and not file.mark.version):
        return put(s, me, done), (("lost", mine.seen != file.mark),)
    number = file.mark.file or s.last + 1
    mark = Mark(number, NEXT, file.mark.epoch)
    after = put(
        replace(s, file=File(mark, memo), last=max(s.last, number)),
        me,
        replace(done, seen=mark, head=memo, base=Memo()),
    )
    return after, (("saved", file.memo if file.sound else Memo(), memo, file.mark.epoch),)


def drop(s: State, me: int) -> object:
    """Forget the memo by force, in every process."""
    mine = s.processes[me]
    if mine.wants or not s.budget.drops:
        return None
    number = s.file.mark.file or s.last + 1
    mark = Mark(number, NEXT, NEXT)
    s = replace(s, file=File(mark), last=max(s.last, number), budget=replace(s.budget, drops=s.budget.drops - 1))
    return put(s, me, Process(looked=True, seen=mark)), (("forced",),)


def die(s: State, me: int) -> object:
    """Kill a process, and start it again: it has nothing but the file."""
    mine = s.processes[me]
    if not s.budget.deaths or not (mine.looked or mine.memo.commit):
        return None
    return put(replace(s, budget=replace(s.budget, deaths=s.budget.deaths - 1)), me, Process()), (
        ("died", mine.pending),
    )


def write(s: State) -> object:
    """Write to the log, or prune it: the next snapshot is another one."""
    if not s.budget.writes:
        return None
    return replace(s, log=replace(s.log, commit=NEXT), budget=replace(s.budget, writes=s.budget.writes - 1))


def replaced(s: State) -> object:
    """Put another log in the place of this one, or an older copy of it: what a memo knows is of no snapshot of it."""
    if not s.budget.replacements:
        return None
    budget = replace(s.budget, replacements=s.budget.replacements - 1)
    return replace(s, log=Log(NEXT, s.log.history + 1), budget=budget)


def damage(s: State) -> object:
    """Damage the memo in the file."""
    if not s.budget.damages or not s.file.memo.commit or not s.file.sound:
        return None
    budget = replace(s.budget, damages=s.budget.damages - 1)
    return replace(s, file=replace(s.file, sound=False), budget=budget, damaged=True)


def remove(s: State) -> object:
    """Delete the file."""
    if not s.budget.removals or not s.file.mark.file:
        return None
    return replace(s, file=File(), budget=replace(s.budget, removals=s.budget.removals - 1))


def copied(s: State) -> object:
    """Copy the file."""
    if not s.budget.copies or not s.file.memo.commit or s.copy.mark.file:
        return None
    return replace(s, copy=s.file)


def put_back(s: State) -> object:
    """Put the copy in the place of the file: an older memo under an older mark, in another file."""
    if not s.budget.copies or not s.copy.mark.file:
        return None
    number = s.last + 1
    file = replace(s.copy, mark=replace(s.copy.mark, file=number))
    budget = replace(s.budget, copies=s.budget.copies - 1)
    return replace(s, file=file, copy=File(), last=number, budget=budget)


def actions() -> tuple[Action, ...]:
    """Give what may happen."""
    return (
        Action("look", look, by="processes", args=(NARROW, WIDE)),
        Action("read", read, by="processes"),
        Action("save", save, by="processes"),
        Action("drop", drop, by="processes"),
        Action("die", die, by="processes"),
        *(Action(name, take) for name, take in _ENVIRONMENT),
    )


_ENVIRONMENT: Final = (
    ("write", write),
    ("replace", replaced),
    ("damage", damage),
    ("remove", remove),
    ("copy", copied),
    ("put back", put_back),
)
