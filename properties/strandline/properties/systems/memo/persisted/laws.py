"""The laws of a persisted memo that processes share; M1, M3 and M5 of several processes are together M11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.law import Cover, Law

if TYPE_CHECKING:
    from strandline.model.memo.persisted import State


def exact(event: tuple[Any, ...]) -> bool:
    """Judge that an answer goes on from no memo of another history."""
    return event[0] != "answered" or not event[1].commit or event[1].history == event[2]


def monotone(event: tuple[Any, ...]) -> bool:
    """Judge that a save replaces no memo of a later snapshot, and none of its history that reaches back further."""
    if event[0] != "saved":
        return True
    _, was, memo, _ = event
    return bool(was.commit <= memo.commit and (was.history != memo.history or was.reach <= memo.reach))


def settles(event: tuple[Any, ...]) -> bool:
    """Judge that a save is refused for a reason only."""
    return event[0] != "lost" or bool(event[1])


def thrifty(event: tuple[Any, ...]) -> bool:
    """Judge that a full scan is made only if nothing that could be gone on from is in the file."""
    return event[0] != "answered" or bool(event[1].commit) or not event[4]


def forgotten(event: tuple[Any, ...]) -> bool:
    """Judge that nothing from before a drop is saved or gone on from after it."""
    if event[0] == "saved":
        return bool(event[2].since >= event[3])
    return event[0] != "answered" or not event[1].commit or bool(event[1].since >= event[3])


def durable(event: tuple[Any, ...]) -> bool:
    """Judge that no damaged memo is read."""
    return event[0] != "looked" or bool(event[2]) or not event[1].commit


def whole(state: State) -> bool:
    """Judge that a memo that nobody damaged is whole."""
    return bool(state.file.sound or state.damaged)


def went_on_from_the_file(event: tuple[Any, ...]) -> bool:
    """See an answer that goes on from a memo."""
    return event[0] == "answered" and bool(event[1].commit)


def replaced_an_older_one(event: tuple[Any, ...]) -> bool:
    """See a save that replaces an older memo."""
    return bool(event[0] == "saved" and 0 < event[1].commit < event[2].commit)


def was_refused(event: tuple[Any, ...]) -> bool:
    """See a save that comes too late."""
    return bool(event[0] == "lost")


def scanned_in_full(event: tuple[Any, ...]) -> bool:
    """See an answer that goes on from nothing."""
    return bool(event[0] == "answered" and not event[1].commit)


def heard_of_a_drop(event: tuple[Any, ...]) -> bool:
    """See a process that finds out that another one dropped the memo."""
    return bool(event[0] == "dropped")


def found_damage(event: tuple[Any, ...]) -> bool:
    """See a process that finds a damaged memo."""
    return bool(event[0] == "looked" and not event[2])


def left_unsaved(state: State) -> bool:
    """See a memo that is to be saved while the file has one."""
    return bool(state.file.memo.commit) and any(process.pending for process in state.processes)


LAWS: Final = (
    Law(
        "M1",
        "exact",
        says="No answer goes on from a memo of another history than that of the snapshot it names.",
        why="What is stored is of the log as another process saw it, and that may be gone.",
        holds=exact,
        cover=Cover("an answer goes on from a memo", went_on_from_the_file),
    ),
    Law(
        "M3",
        "monotone",
        says="A save replaces no memo of a later snapshot, and none of the same history that reaches back further.",
        why="Two processes share no observation, so the slower one would put an older memo in place of a newer one.",
        holds=monotone,
        cover=Cover("a save replaces an older memo", replaced_an_older_one),
    ),
    Law(
        "M5",
        "converges",
        says="A save is refused only if another process saved or dropped since the look.",
        why="Else the file stays as it is, and each start reads the whole log again.",
        holds=settles,
        cover=Cover("a save comes too late", was_refused),
    ),
    Law(
        "M6",
        "thrifty",
        says="A full scan is made only if the file held no sound memo of the log's history that reaches far enough.",
        why="A memo that is kept and never gone on from is slower than none.",
        holds=thrifty,
        cover=Cover("an answer goes on from nothing", scanned_in_full),
    ),
    Law(
        "M8",
        "forgotten",
        says="Nothing from before a forced drop is saved after it, or gone on from by a refresh that looks after it.",
        why="Who drops a memo by force knows that it is wrong, and not only in one process.",
        holds=forgotten,
        cover=Cover("a process finds out that another one dropped the memo", heard_of_a_drop),
    ),
    Law(
        "M9",
        "durable",
        says="A damaged memo is not read.",
        why="A bit that flips in a number makes another true memo of it.",
        holds=durable,
        cover=Cover("a process finds a damaged memo", found_damage),
    ),
    Law(
        "M9a",
        "whole",
        says="Whatever is killed, what is in the file is an old memo or the new one.",
        why="A head that was written before its parts names sources that are not there.",
        holds=whole,
        cover=Cover("a memo is to be saved beside one in the file", left_unsaved),
        of_states=True,
    ),
)
"""Every law, in the order of their numbers."""
