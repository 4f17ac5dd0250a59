"""Traps of rows: several of one turn, out of order, on the edge of a window, or none that can be read."""

from __future__ import annotations

from typing import Final

from strandline.model.memo.log import Raw, Row
from strandline.model.memo.oracle import Counts, TierRows, Turn
from strandline.properties.systems.memo.traps.trap import (
    DAWN,
    DUSK,
    Asked,
    Trap,
    completed,
    request,
    rows,
    started,
    submission,
    tags,
    turn,
)

_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1
_BROKEN: Final = b"\xff\xfe"

ROWS: Final = (
    Trap(
        "a turn asked for twice, in order",
        "taking the first request of a turn",
        rows((1, 10, request("a", "old", "s")), (2, 20, request("a", "new", "t"))),
        (Asked((turn("a", 20, "new"),)),),
    ),
    Trap(
        "a turn asked for twice, the later id at the earlier time",
        "taking the latest time in place of the highest id",
        rows((1, 20, request("a", "late", "s")), (2, 10, request("a", "early", "t"))),
        (Asked((turn("a", 10, "early"),)),),
    ),
    Trap(
        "a request, then a submission of one turn",
        "letting the later row decide, and not the better one",
        rows((1, 10, request("a", "m", "s")), (2, 11, submission("a", "t"))),
        (Asked((turn("a", 10, "m", "s"),)),),
    ),
    Trap(
        "a tier that changes in the middle of a turn",
        "letting a later row of the kind unset the turn, or telling of the last row of the kind",
        rows(
            (1, 10, tags("a", "default", "old")),
            (2, 20, tags("a", "priority", "m")),
            (3, 30, tags("a", "flex", "new")),
            (4, 40, tags("b", "priority")),
            (5, 15, tags("b", "priority", "late id")),
        ),
        (Asked((turn("a", 20, how="in force"), turn("b", 15, "late id", how="in force"))),),
    ),
    Trap(
        "what was asked for today and in force tomorrow",
        "cutting the answer of a day out of that of two, or joining across the edge",
        rows((1, DUSK - 1, submission("a")), (2, DUSK, tags("a", "default"))),
        (
            Asked((turn("a", DUSK - 1, None, how="asked for"),)),
            Asked((), last=None),
            Asked((), first=None, last=None),
        ),
    ),
    Trap(
        "a thread by its column",
        "taking the thread of the spans although the row is filed under another one",
        tuple(
            Row(place, DAWN + place, place, thread, None, tags(name, thread=name))
            for place, (name, thread) in enumerate((("a", "t"), ("b", ""), ("c", " "), ("d", None)), 1)
        ),
        (
            Asked(
                (
                    turn("a", 1, how="in force"),
                    turn("b", 2, thread="b", how="in force"),
                    turn("c", 3, thread="c", how="in force"),
                    turn("d", 4, thread="d", how="in force"),
                )
            ),
        ),
    ),
    Trap(
        "one turn that is told and one that is not",
        "counting no untold turn as soon as any row tells a tier",
        rows((1, 10, started("a")), (2, 11, tags("b")), (3, DUSK, tags("a"))),
        (
            Asked((turn("b", 11, how="in force"),), counts=Counts(TierRows(1, 0, 0), 2, 1)),
            Asked(
                (turn("a", DUSK, how="in force"), turn("b", 11, how="in force")),
                last=None,
                counts=Counts(TierRows(2, 0, 0), 2),
            ),
        ),
    ),
    Trap(
        "a completion before its request",
        "dropping a completion that has nothing to complete yet",
        rows((1, 10, completed("a", "n")), (2, 20, request("a"))),
        (Asked((turn("a", 20, "n"),)),),
    ),
    Trap(
        "two completions, the later id at the earlier time",
        "taking the latest completion by time",
        rows((1, 10, request("a")), (2, 30, completed("a", "late")), (3, 20, completed("a", "early"))),
        (Asked((turn("a", 10, "early"),)),),
    ),
    Trap(
        "a completion without a request",
        "making a turn of a completion alone",
        rows((1, 10, completed("a")), (2, 11, request("b"))),
        (Asked((turn("b", 11),)),),
    ),
    Trap(
        "a request before the window, its completion in it",
        "joining across the edge of the window",
        rows((1, -1, request("a")), (2, 0, completed("a")), (3, 1, request("b"))),
        (Asked((turn("b", 1),)),),
    ),
    Trap(
        "a request in the window, its completion after it",
        "joining across the other edge",
        rows((1, DUSK - 1, request("a")), (2, DUSK, completed("a"))),
        (Asked((turn("a", DUSK - 1),)),),
    ),
    Trap(
        "the highest id of a turn outside of the window",
        "choosing the highest id before looking at the window",
        rows((1, 10, request("a", "in")), (2, DUSK, request("a", "after")), (3, -1, request("a", "before"))),
        (Asked((turn("a", 10, "in"),)),),
    ),
    Trap(
        "the highest completion outside of the window",
        "the same of completions",
        rows((1, 10, request("a")), (2, 11, completed("a", "in")), (3, DUSK, completed("a", "after"))),
        (Asked((turn("a", 10, "in"),)),),
    ),
    Trap(
        "rows on the edges of the day",
        "taking an edge for the wrong side",
        rows(
            (1, -1, request("before")),
            (2, 0, request("first")),
            (3, DUSK - 1, request("last")),
            (4, DUSK, request("after")),
        ),
        (
            Asked((turn("first", 0), turn("last", DUSK - 1))),
            Asked((turn("before", -1), turn("first", 0), turn("last", DUSK - 1)), first=None),
            Asked((turn("after", DUSK), turn("first", 0), turn("last", DUSK - 1)), last=None),
            Asked((turn("after", DUSK), turn("before", -1), turn("first", 0), turn("last", DUSK - 1)), (), None, None),
        ),
    ),
    Trap(
        "times far off, and before 1970",
        "taking times for positive, or for small",
        rows(
            (1, -DAWN - 1, request("before 1970")),
            (2, -DAWN, request("epoch")),
            (3, -(2**62), request("past")),
            (4, 2**62, request("future")),
            (5, 5, request("now")),
        ),
        (
            Asked((turn("now", 5),)),
            Asked(
                (
                    Turn("before", "requested", "t", -1, "m"),
                    Turn("epoch", "requested", "t", 0, "m"),
                    turn("now", 5),
                    turn("past", -(2**62)),
                ),
                first=None,
            ),
            Asked((turn("future", 2**62), turn("now", 5)), last=None),
        ),
    ),
    Trap(
        "a default request after a priority one",
        "letting a later request of another tier unset the turn",
        rows((1, 10, request("a")), (2, 20, request("a", "x", service_tier="default"))),
        (Asked((turn("a", 10),)),),
    ),
    Trap(
        "ids with holes, at the ends of what an id can be",
        "taking ids for small, positive, or dense",
        rows(
            (_LOWEST, 1, request("a", "lowest")),
            (-5, 2, request("a", "below zero")),
            (0, 3, request("b", "zero")),
            (7, 4, request("c", "seven")),
            (_HIGHEST, 5, request("b", "highest")),
        ),
        (Asked((turn("a", 2, "below zero"), turn("b", 5, "highest"), turn("c", 4, "seven"))),),
    ),
    Trap(
        "times that are no integers",
        "comparing a time that is text or a fraction; it is in no window, and is counted in all",
        rows(
            (1, "noon", request("a")),
            (2, 10, request("b")),
            (3, float(DAWN) + 0.5, request("c")),
            (4, b"12", request("d")),
            (5, "", "chatter"),
        ),
        (
            Asked((turn("b", 10),), (("ts", 4),)),
            Asked((turn("b", 10),), (("ts", 4),), None, None),
        ),
    ),
    Trap(
        "bodies that cannot be read",
        "reading NULL, a BLOB or broken text as something; only a marked text that is broken is counted",
        rows(
            (1, 1, None),
            (2, 2, request("a").encode()),
            (3, 3, Raw(_BROKEN + request("b").encode())),
            (4, 4, Raw(_BROKEN)),
            (5, 5, Raw(b"\xed\xa0\x80" + completed("c").encode())),
            (6, 6, b""),
            (7, 7, request("c")),
            (8, DUSK, None),
            (9, -1, b"before"),
        ),
        (Asked((turn("c", 7),), (("blob", 2), ("null", 1), ("utf8", 2))),),
    ),
    Trap(
        "text beyond a NUL",
        "stopping at a NUL, as C and LIKE do",
        rows(
            (1, 1, "\0" + request("a")),
            (2, 2, Raw(request("b").encode() + b"\0")),
            (3, 3, submission("c") + "\0"),
            (4, 4, completed("c").replace("websocket", "\0websocket")),
        ),
        (Asked((turn("a", 1), turn("b", 2), turn("c", 3, None, how="asked for"))),),
    ),
    Trap(
        "nothing but chatter",
        "making an answer of nothing",
        rows((1, 1, "chatter"), (2, 2, ""), (3, 3, "websocket"), (4, 4, "turn.id=a")),
        (Asked(()), Asked((), (), None, None)),
    ),
    Trap("an empty log", "taking an empty log for none", (), (Asked(()),)),
)
