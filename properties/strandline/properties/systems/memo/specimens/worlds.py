"""The worlds that specimens are searched in: some of the scanner's, and small ones around one hazard each.

A specimen has twice the gates of the scanner, one for each statement, so its worlds are smaller.
The scanner must hold in all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from strandline.model.memo.memo import Limits
from strandline.model.memo.state import Scope, Template
from strandline.properties.systems.memo.spec.worlds import COMPLETED, ENDED, EVER, P_DONE, RECENT, REQUEST, WORLDS, P, Q

R: Final = Template(10, "t", None, REQUEST % "r")
"""A request of turn r in the partition of P, so that the one prunes the other."""

Q_DONE: Final = Template(10, "u", None, COMPLETED % "q")
"""The completion of turn q, which came before its request."""

RESTART: Final = "restart"
"""The action that ends the process and starts it again; the model has no memo that would outlive it."""

OWN: Final[dict[str, Scope]] = {
    # Nothing but appends, so that what the designs do well is seen as well.
    "appends": Scope(
        windows=(EVER,),
        templates=(Q,),
        refreshers=2,
        born_with=(0,),
        budget=(("append", 1), ("start", 3)),
    ),
    # H01 and H03: one row of two is deleted, below the cursor or at it.
    "shrunk": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0, 1),
        budget=(("append", 1), ("delete", 1), ("start", 3)),
    ),
    # H02: the table is emptied, and grows again before anybody looks.
    "emptied": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0,),
        budget=(("append", 1), ("empty", 1), ("start", 3)),
    ),
    # H04: the insert that prunes brings another turn than the one it deletes; in "prune" it is the same one.
    "rotated": Scope(
        windows=(EVER,),
        templates=(P, R),
        refreshers=1,
        born_with=(0,),
        budget=(("append and prune", 1), ("start", 2)),
    ),
    # H05: another file is renamed over the old one, by a step of a slow refresh or a fast one.
    "renamed": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=2,
        born_with=(1,),
        budget=(("replace", 1), ("start", 2)),
    ),
    # H16: the newest row of one partition is pruned as the next one comes, and the other partition stands still.
    "busy": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0, 1),
        budget=(("append and prune", 1), ("start", 2)),
    ),
    # H06: the new file's first row is of another turn than the old one's; in "files" both are of p.
    "reissue": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(1,),
        budget=(("reissue", 1), ("start", 2)),
    ),
    # H07: what was deleted comes back with an older copy.
    "restored": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0, 1),
        budget=(("backup", 1), ("restore", 1), ("delete", 1), ("start", 2)),
    ),
    # H09: a wide refresh and a narrow one, both slow.
    "wide and slow": Scope(
        windows=(EVER, RECENT),
        templates=(Q,),
        refreshers=2,
        born_with=(0,),
        budget=(("start", 2),),
    ),
    # H12: more turns are pending than may be, and then the request of the forgotten one comes.
    "crowded": Scope(
        windows=(EVER,),
        templates=(P, P_DONE, Q_DONE),
        refreshers=1,
        limits=Limits(sources=1),
        born_with=(1, 2),
        budget=(("append", 1), ("start", 2)),
    ),
    # H15: ids are issued again in the same file.
    "reset": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0,),
        budget=(("append", 1), ("delete", 1), ("reset", 1), ("start", 2)),
    ),
    # A completion lies before the window that its request lies in.
    "edge": Scope(
        windows=(EVER, RECENT, ENDED),
        templates=(Q_DONE, Q),
        refreshers=1,
        born_with=(0, 1),
        budget=(("start", 2),),
    ),
    # A saved memo that is older than the log, of its age, or ahead of it.
    "restart": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0,),
        budget=(("append", 1), ("backup", 1), ("restore", 1), (RESTART, 1), ("start", 2)),
    ),
    # H13: the memo is dropped, with a refresh in flight or with the memo saved.
    "dropped": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=1,
        born_with=(0,),
        budget=(("drop", 1), (RESTART, 1), ("start", 2)),
    ),
}

SHARED: Final = ("faults", "drop")
"""The scanner's worlds that specimens are searched in as well."""

SPECIMEN_WORLDS: Final = {**OWN, **{name: WORLDS[name] for name in SHARED}}
"""Every world that specimens are searched in."""


def without_restart(scope: Scope) -> Scope:
    """Give a world as the scanner has it: no memo of its own outlives the process, so a start is the first one."""
    return replace(scope, budget=tuple(each for each in scope.budget if each[0] != RESTART))
