"""Histories of one log, drawn: what a writer and its users do to it, with refreshes between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from hypothesis import strategies as st

from strandline.model.memo import log as logs
from strandline.model.memo.log import Draft, Log, Row
from strandline.model.memo.memo import OPEN
from strandline.properties.systems.memo.driver.fields import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable

Name: TypeAlias = Literal[
    "read",
    "append",
    "append and prune",
    "delete",
    "empty",
    "reset",
    "backup",
    "restore",
    "rewrite",
    "flood",
    "replace",
]

STEPS: Final = (6, 24)
"""The fewest steps of a history, and the most."""

COVERAGES: Final = (OPEN, 11, 14, 15)
"""The earliest instants that a window may need; the templates of rows lie around them."""

FLOOD: Final = 40
"""Rows of a flood, each in a partition of its own: more partitions than a memo has anchors."""

DELUGE: Final = 140
"""Rows of a larger one: with every other one deleted, it leaves more gaps than a memo has room for."""

BORN: Final = 6
"""Rows that a history begins with, one of each of the first templates."""

CHATTER: Final = 8
"""The template of a row that states nothing."""


class Step(NamedTuple):
    """Something that happens; ``arg`` says which of several it is."""

    name: Name
    arg: int


@dataclass
class History:
    """A log as it stands, and what it takes to go on: its backup, its births, the number of its file."""

    log: Log = field(default_factory=Log)
    backup: Log | None = None
    births: int = 0
    inode: int = 1

    def __post_init__(self) -> None:
        """Begin with a few rows, and a backup of them: an empty log has little to go wrong."""
        self.log = self.backup = logs.append(self.log, [self.drafted(template) for template in range(BORN)])

    def take(self, step: Step) -> None:
        """Let a step that is no read happen."""
        self.log = _CHANGES[step.name](self, step.arg)

    def drafted(self, template: int) -> Draft:
        """Give the next row that a template makes."""
        ts, thread, process, body = TEMPLATES[template % len(TEMPLATES)]
        self.births += 1
        return Draft(ts, self.births, thread, process, body)


def _append(history: History, arg: int) -> Log:
    return logs.append(history.log, (history.drafted(arg),))


def _append_and_prune(history: History, arg: int) -> Log:
    return logs.append_and_prune(history.log, (history.drafted(arg),), 1)


def _delete(history: History, arg: int) -> Log:
    rows = history.log.rows
    return logs.delete(history.log, rows[arg % len(rows)].id) if rows else history.log


def _empty(history: History, _arg: int) -> Log:
    return logs.empty(history.log)


def _reset(history: History, _arg: int) -> Log:
    return logs.reset_sequence(history.log)


def _backup(history: History, _arg: int) -> Log:
    history.backup = history.log
    return history.log


def _restore(history: History, _arg: int) -> Log:
    return history.log if history.backup is None else history.backup


def _rewrite(history: History, arg: int) -> Log:
    """Let a row state nothing any more, in place; codex never does, but what is remembered of a row must tell."""
    rows = history.log.rows
    place = arg % max(len(rows), 1)
    after = [Row(row.id, *history.drafted(CHATTER)) if at == place else row for at, row in enumerate(rows)]
    return Log(tuple(after), history.log.sequence)


def _flood(history: History, arg: int) -> Log:
    """Append many rows, every fourth of which may be a source; of the larger flood delete every other one again."""
    large = arg % 2 == 0
    drafts = [
        history.drafted(arg + place if place % 4 == 0 else CHATTER) for place in range(DELUGE if large else FLOOD)
    ]
    after = logs.append(history.log, [draft._replace(thread=f"{place}") for place, draft in enumerate(drafts)])
    return Log(after.rows[::2], after.sequence) if large else after


def _replace(history: History, _arg: int) -> Log:
    history.inode += 1
    return Log()


_CHANGES: Final[dict[Name, Callable[[History, int], Log]]] = {
    "append": _append,
    "append and prune": _append_and_prune,
    "delete": _delete,
    "empty": _empty,
    "reset": _reset,
    "backup": _backup,
    "restore": _restore,
    "rewrite": _rewrite,
    "flood": _flood,
    "replace": _replace,
}

_OFTEN: Final[tuple[Name, ...]] = (
    ("read",) * 8 + ("append",) * 4 + ("delete",) * 2 + ("append and prune", "restore", "reset")
)
_NAMES: Final = st.sampled_from((*_OFTEN, *_CHANGES))

HISTORIES: Final = st.lists(
    st.builds(Step, _NAMES, st.integers(0, len(TEMPLATES) - 1)), min_size=STEPS[0], max_size=STEPS[1]
)
"""Steps in any order, most of which read, append or delete."""
