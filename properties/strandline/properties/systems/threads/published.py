"""Specimen U: the projection of a thread's metadata as it was published, kept small so that the laws can judge it.

An append writes its line, and then takes it up; which of two is taken up first is left open. What lines say is gathered
in one patch, with a number that each raises. A worker copies the patch and the number, writes the row, and clears the
patch only if the number is still the same. A rename waits until the row has the number that it found, goes to the row
at once, and is acknowledged; it is no line. Whoever writes the row reads it first, and writes it whole.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

from strandline.model.terms import ACTORS, WHOLE, Action, replace
from strandline.properties.core.law import Cover, Law
from strandline.properties.engines.own.wiring import system


class Row(NamedTuple):
    """Columns of the row, or of a patch; an empty one is not set."""

    title: str = ""
    model: str = ""


class Caller(NamedTuple):
    """Who appends or renames, one thing after the other.

    ``line`` is what it wrote, ``number`` what it waits for, ``read`` the row that it read.
    """

    doing: str = ""
    line: int = 0
    number: int = 0
    read: Annotated[Row, WHOLE] = Row()


class Worker(NamedTuple):
    """Who writes the row: the copy of the patch, its number, and the row that it read."""

    doing: str = ""
    patch: Annotated[Row, WHOLE] = Row()
    number: int = 0
    read: Annotated[Row, WHOLE] = Row()


class Kept(NamedTuple):
    """The patch that is kept, the number that each line raises, and the number that the row has."""

    patch: Annotated[Row, WHOLE] = Row()
    number: int = 0
    applied: int = 0


class State(NamedTuple):
    """One thread of the published design.

    ``in_order`` and ``at_once`` are bounds of a world: lines are taken up in the order in which they are written; the
    row is read and written in one transaction. ``renamed`` says that a rename was acknowledged that came after the
    title was taken up.
    """

    callers: Annotated[tuple[Caller, ...], ACTORS]
    lines: int = 0
    kept: Kept = Kept()
    worker: Worker = Worker()
    row: Annotated[Row, WHOLE] = Row()
    renamed: bool = False
    appends: int = 0
    renames: int = 0
    in_order: bool = True
    at_once: bool = True


class Put(NamedTuple):
    """The row was written: what it was, what it is, and which columns the writer meant."""

    before: Row
    after: Row
    meant: Row


def _caller(state: State, me: int, **changes: Any) -> State:  # noqa: ANN401 - a field holds what it was declared to
    mine = replace(state.callers[me], **changes)
    return replace(state, callers=(*state.callers[:me], mine, *state.callers[me + 1 :]))


def _over(row: Row, patch: Row) -> Row:
    """Give a row with the columns of a patch in place of its own; the last one that is set wins."""
    return Row(patch.title or row.title, patch.model or row.model)


def append(state: State, me: int) -> Any:  # noqa: ANN401 - a step
    """A caller's line is written."""
    writing = any(one.doing == "wrote" for one in state.callers)
    if not state.appends or state.callers[me].doing or (state.in_order and writing):
        return None
    after = replace(state, appends=state.appends - 1, lines=state.lines + 1)
    return _caller(after, me, doing="wrote", line=state.lines + 1)


def take_up(state: State, me: int) -> Any:  # noqa: ANN401 - a step
    """A caller's line is taken up: it goes into the patch, and raises the number. The first one gives the title."""
    mine = state.callers[me]
    if mine.doing != "wrote":
        return None
    said = Row("" if state.kept.number else f"said in {mine.line}", f"model of {mine.line}")
    kept = replace(state.kept, patch=_over(state.kept.patch, said), number=state.kept.number + 1)
    return _caller(replace(state, kept=kept), me, doing="", line=0)


def copy(state: State) -> Any:  # noqa: ANN401 - a step
    """The worker copies the patch and the number, and reads the row if it writes it later."""
    if state.worker.doing or state.kept.patch == Row():
        return None
    read = Row() if state.at_once else state.row
    return replace(state, worker=Worker("writing", state.kept.patch, state.kept.number, read))


def put(state: State) -> Any:  # noqa: ANN401 - a step
    """The worker writes the row, and clears the patch if the number is still the same."""
    worker = state.worker
    if not worker.doing:
        return None
    row = _over(state.row if state.at_once else worker.read, worker.patch)
    kept = replace(state.kept, applied=worker.number)
    kept = kept if kept.number != worker.number else replace(kept, patch=Row())
    return replace(state, row=row, kept=kept, worker=Worker()), (Put(state.row, row, worker.patch),)


def rename(state: State, me: int) -> Any:  # noqa: ANN401 - a step
    """A caller wants another title, and waits for what was taken up by now."""
    if not state.renames or state.callers[me].doing:
        return None
    after = replace(state, renames=state.renames - 1)
    return _caller(after, me, doing="waiting", number=state.kept.number)


def read(state: State, me: int) -> Any:  # noqa: ANN401 - a step
    """A caller that waited reads the row, to write it later."""
    mine = state.callers[me]
    if state.at_once or mine.doing != "waiting" or state.kept.applied < mine.number:
        return None
    return _caller(state, me, doing="renaming", read=state.row)


def acknowledge(state: State, me: int) -> Any:  # noqa: ANN401 - a step
    """The title is in the row, and the caller is told so."""
    mine = state.callers[me]
    waited = state.at_once and mine.doing == "waiting" and state.kept.applied >= mine.number
    if mine.doing != "renaming" and not waited:
        return None
    meant = Row("renamed")
    row = _over(state.row if state.at_once else mine.read, meant)
    after = replace(state, row=row, renamed=state.renamed or mine.number > 0)
    return _caller(after, me, doing="", number=0, read=Row()), (Put(state.row, row, meant),)


def _rests(state: State) -> bool:
    return not state.worker.doing and state.kept.patch == Row() and not any(one.doing for one in state.callers)


def nothing_lost(state: State) -> bool:
    """P1: at rest the row has the model of the last line."""
    return not _rests(state) or not state.lines or state.row.model == f"model of {state.lines}"


def explicit_wins(state: State) -> bool:
    """P7: once a rename is acknowledged, no title that was taken up before it comes back."""
    return not state.renamed or state.row.title == "renamed"


def unmixed(event: Any) -> bool:  # noqa: ANN401 - whatever happened
    """P10: a write leaves the columns alone that it does not mean."""
    before, after, meant = event
    return all(bool(wanted) or one == other for one, other, wanted in zip(before, after, meant, strict=True))


ACTIONS: Final = (
    Action("append", append, by="callers"),
    Action("take up", take_up, by="callers"),
    Action("copy", copy),
    Action("put", put),
    Action("rename", rename, by="callers"),
    Action("read", read, by="callers"),
    Action("acknowledge", acknowledge, by="callers"),
)

NOBODY: Final = (Caller(), Caller())

WORLDS: Final = {
    "two appends": State(NOBODY, appends=2, in_order=False),
    "two appends and a rename": State(NOBODY, appends=2, renames=1),
    "an append and a rename": State(NOBODY, appends=1, renames=1, at_once=False),
}
"""Each shows one hazard alone: U2, U1 and U4."""

HAZARDS: Final = {
    "U1": ("P7", "two appends and a rename"),
    "U2": ("P1", "two appends"),
    "U4": ("P10", "an append and a rename"),
}
"""The law that each hazard breaks, and the world."""


def wide(callers: int) -> State:
    """Give the world in which chance plays."""
    return State((Caller(),) * callers, appends=6, renames=2, in_order=False, at_once=False)


PUBLISHED: Final = system(
    name="threads as published",
    init=wide,
    actions=ACTIONS,
    laws=(
        Law(
            "P1",
            "nothing lost",
            says="At rest the row has the model of the last line.",
            holds=nothing_lost,
            cover=Cover("two lines are in the rollout, at rest", lambda state: state.lines > 1 and _rests(state)),
            of_states=True,
        ),
        Law(
            "P7",
            "explicit wins",
            says="No title that was taken up before a rename comes back once that is acknowledged.",
            holds=explicit_wins,
            cover=Cover("a rename was acknowledged", lambda state: state.renamed),
            of_states=True,
        ),
        Law(
            "P10",
            "readers",
            says="Whoever writes the row leaves the columns alone that it does not mean.",
            holds=unmixed,
            cover=Cover("a row that was there was written", lambda event: event.before != Row()),
        ),
    ),
    symmetric="callers",
    worlds=WORLDS,
    large=3,
)
"""The published design; every engine takes it, and it breaks its laws."""
