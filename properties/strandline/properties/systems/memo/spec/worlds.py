"""The small worlds that are searched whole, each around a few hazards, with their exact sizes.

A world is small in every direction: two rows kinds, a handful of changes, two or three
refreshes. What one of them leaves out another one has.
"""

from __future__ import annotations

from typing import Final

from strandline.model.memo.days import Span
from strandline.model.memo.memo import Limits
from strandline.model.memo.state import BIRTH, Scope, Template, Window

REQUEST: Final = (
    'turn{turn.id=%s thread_id=t}: websocket request: {"type":"response.create","service_tier":"priority","model":"m"}'
)
COMPLETED: Final = 'turn{turn.id=%s}: websocket event: {"type":"response.completed","response":{"model":"n"}}'

TAGS: Final = 'turn{turn.id=%s}: model="m" tags_json={"service_tier":"%s"}'
SUBMISSION: Final = (
    'op{thread_id=t}: Submission sub=Submission { id: "%s",'
    ' op: UserInput { thread_settings: Settings { service_tier: Some(Some("priority")) } } }'
)
STARTED: Final = 'op{thread_id=t}: Submission thread_id=t submission_id=%s operation="turn_input"'

EVER: Final = Window(Span(None, None))
RECENT: Final = Window(Span(15, None))
ENDED: Final = Window(Span(None, 15), ended=True)

P: Final = Template(10, "t", None, REQUEST % "p")
"""A priority request of turn p."""

Q: Final = Template(20, "u", None, REQUEST % "q")
"""A later one of turn q, in another partition."""

P_DONE: Final = Template(20, "u", None, COMPLETED % "p")
"""The completion of turn p, in another partition."""

EACH: Final = Template(10, "t", None, REQUEST % f"p{BIRTH}")
"""A request of a turn of its own."""

EACH_APART: Final = Template(20, "u", None, REQUEST % f"q{BIRTH}")
"""Such a request in another partition."""

R: Final = Template(12, "t", None, REQUEST % "r")
"""A request of turn r, in the partition of turn p."""

Q_DONE: Final = Template(20, "u", None, COMPLETED % "q")
"""The completion of turn q."""

OVERRULED: Final = Template(10, "u", None, TAGS % ("p", "default"))
"""What turn p ran on: not the priority tier, whatever was asked for. It lies before :data:`RECENT`."""

ASKED: Final = Template(20, "t", None, SUBMISSION % "p")
"""Turn p is asked for on the priority tier."""

UNTOLD: Final = Template(10, "u", None, STARTED % "q")
"""Turn q begins, and nothing tells its tier."""

NO_BODY: Final = Template(20, "u", None, None)
"""A row that is skipped and counted."""

NOISE: Final = Template(10, "t", None, "nothing to see")
"""A row that states nothing."""

WORLDS: Final[dict[str, Scope]] = {
    "prune": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("append", 1), ("append and prune", 1), ("delete", 1), ("start", 2)),
    ),
    "three": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=3,
        born_with=(0,),
        budget=(("append and prune", 1), ("start", 3)),
    ),
    "pending": Scope(
        windows=(EVER,),
        templates=(P, P_DONE),
        refreshers=2,
        budget=(("append", 2), ("delete", 1), ("reset", 1), ("start", 2)),
    ),
    "torn": Scope(
        windows=(EVER, ENDED),
        templates=(P, R),
        refreshers=2,
        born_with=(0,),
        budget=(("commit amid", 2), ("start", 2)),
    ),
    "reused": Scope(
        windows=(EVER,),
        templates=(NOISE, P),
        refreshers=2,
        budget=(("append", 2), ("delete", 1), ("reset", 1), ("start", 2)),
    ),
    "evicted": Scope(
        windows=(EVER,),
        templates=(P, P_DONE, Q_DONE),
        refreshers=1,
        limits=Limits(sources=1),
        budget=(("append", 3), ("start", 2)),
    ),
    "empty": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("append", 1), ("empty", 1), ("start", 3)),
    ),
    "windows": Scope(
        windows=(EVER, RECENT, ENDED),
        templates=(P, Q),
        refreshers=2,
        budget=(("append", 2), ("start", 2)),
    ),
    "wide and narrow": Scope(
        windows=(EVER, RECENT),
        templates=(Q,),
        refreshers=2,
        born_with=(0,),
        budget=(("append", 1), ("start", 3)),
    ),
    "faults": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("append", 1), ("fail", 1), ("busy", 3), ("cancel", 1), ("start", 2)),
    ),
    "drop": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        limits=Limits(chunk=1),
        born_with=(0,),
        budget=(("append", 1), ("drop", 1), ("start", 2)),
    ),
    "files": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("replace", 1), ("reissue", 1), ("hang up", 1), ("start", 2)),
    ),
    "gone": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("remove", 1), ("replace", 1), ("start", 2)),
    ),
    "restore": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=2,
        born_with=(0, 1),
        budget=(("append", 1), ("backup", 1), ("restore", 1), ("delete", 1), ("start", 2)),
    ),
    "returned": Scope(
        windows=(EVER,),
        templates=(NOISE, Q),
        refreshers=1,
        born_with=(0, 1),
        budget=(("backup", 1), ("restore", 1), ("delete", 2), ("start", 4)),
    ),
    "copy": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0,),
        budget=(("append", 2), ("backup", 1), ("copy", 1), ("delete", 1), ("start", 3)),
    ),
    "limits": Scope(
        windows=(EVER, RECENT),
        templates=(P, Q),
        refreshers=1,
        limits=Limits(sources=1, chunk=2),
        budget=(("append", 3), ("delete", 1), ("start", 2)),
    ),
    "overruled": Scope(
        windows=(EVER, RECENT),
        templates=(OVERRULED, ASKED),
        refreshers=1,
        born_with=(0, 1),
        budget=(("append", 1), ("delete", 1), ("start", 3)),
    ),
    "untold": Scope(
        windows=(EVER,),
        templates=(UNTOLD, P, NO_BODY),
        refreshers=1,
        budget=(("append", 2), ("delete", 1), ("start", 2)),
    ),
}
"""Every world by its name; the counts of its states and transitions are pinned in the tests."""

LOST_UPDATE: Final = Scope(
    windows=(EVER,),
    templates=(Template(12, "t", None, REQUEST % "b"), Template(10, "t", None, REQUEST % "a")),
    refreshers=2,
    born_with=(1,),
    budget=(("append and prune", 1), ("start", 2)),
)
"""The world of the demonstration: two refreshes, and one commit that brings a row and prunes the one before it."""

DEMONSTRATED: Final[dict[str, Scope]] = {"lost update": LOST_UPDATE}
"""The worlds of the demonstration, by their names; no check searches them."""
