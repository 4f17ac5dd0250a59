"""Termination detection in a ring with a token, by Dijkstra, Feijen and van Gasteren (EWD 840).

Node 0 sends a white token round, from the last node down. A node that woke a higher one up is
black, and stains the token on its way. A white token that comes back to a white and passive
node 0 says that every node is passive.

Published counts: the TLA+ examples, ewd840/manifest.json: with three nodes 302 distinct states, 2,001
generated, the longest of the shortest ways has 10 states; with four nodes 1,566, 15,986 and 12. There
every state of nodes and token is a first one. Here one step leads from nothing to any of them.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Eventually, Sometimes, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

UNPLACED = -1
"""Where the token is before the world has begun."""


def begin(nodes: int, at: Reading) -> Outcomes:
    if at["token"] != UNPLACED:
        return None
    every = range(nodes)
    return [
        {
            "token": token,
            **{f"active {one}": active[one] for one in every},
            **{f"black {one}": black[one] for one in every},
        }
        for token, *rest in product(every, *[(False, True)] * (2 * nodes))
        for active, black in [(rest[:nodes], rest[nodes:])]
    ]


def send_round(nodes: int, at: Reading) -> Outcomes:
    if at["token"] == 0 and (at["stained"] or at["black 0"]):
        return {"token": nodes - 1, "stained": False, "black 0": False}
    return None


def send_round_still_black(nodes: int, at: Reading) -> Outcomes:
    if at["token"] == 0 and (at["stained"] or at["black 0"]):
        return {"token": nodes - 1, "stained": False}
    return None


def hand_on(node: int, at: Reading) -> Outcomes:
    if at["token"] != node or not (not at[f"active {node}"] or at[f"black {node}"] or at["stained"]):
        return None
    return {"token": node - 1, "stained": at["stained"] or at[f"black {node}"], f"black {node}": False}


def wake(node: int, other: int, at: Reading) -> Outcomes:
    if not at[f"active {node}"]:
        return None
    return {f"active {other}": True} | ({f"black {node}": True} if other > node else {})


def wake_unseen(node: int, other: int, at: Reading) -> Outcomes:
    return {f"active {other}": True} if at[f"active {node}"] else None


def rest(node: int, at: Reading) -> Outcomes:
    return {f"active {node}": False} if at[f"active {node}"] else None


def detected(at: Reading) -> bool:
    return at["token"] == 0 and not at["stained"] and not at["black 0"] and not at["active 0"]


def no_false_alarm(nodes: int, at: Reading) -> bool:
    return not detected(at) or not any(at[f"active {node}"] for node in range(nodes))


def termination(nodes: int, *, unseen: bool = False, still_black: bool = False) -> World:
    """Declare a ring.

    ``unseen``: a node that wakes a higher one up stays white, so that the token misses it. ``still_black``: node 0 does
    not turn white when it sends the token round, so that it never believes what it hears.
    """
    every = range(nodes)
    active = tuple(f"active {node}" for node in every)
    black = tuple(f"black {node}" for node in every)
    waking = tuple((node, other) for node in every for other in every if node != other)
    return World(
        f"termination detection, {nodes} nodes",
        components=(
            Component("token", UNPLACED),
            Component("stained", initial=True),
            *(Component(name, initial=False) for name in (*active, *black)),
        ),
        actions=(
            Action("begin", ("token",), ("token", *active, *black), partial(begin, nodes), "outset"),
            Action(
                "send round",
                ("token", "stained", "black 0"),
                ("token", "stained", "black 0"),
                partial(send_round_still_black if still_black else send_round, nodes),
                "node 0",
            ),
            *(
                Action(
                    f"{node} hands on",
                    ("token", active[node], black[node], "stained"),
                    ("token", "stained", black[node]),
                    partial(hand_on, node),
                    f"node {node}",
                )
                for node in every[1:]
            ),
            *(
                Action(
                    f"{node} wakes {other}",
                    (active[node],),
                    (active[other], black[node]),
                    partial(wake_unseen if unseen else wake, node, other),
                    f"node {node}",
                )
                for node, other in waking
            ),
            *(
                Action(f"{node} rests", (active[node],), (active[node],), partial(rest, node), f"node {node}")
                for node in every
            ),
        ),
        laws=(
            Always("no false alarm", ("token", "stained", "black 0", *active), partial(no_false_alarm, nodes)),
            Sometimes("told", ("token", "stained", "black 0", "active 0"), detected),
            Eventually(
                "the end is told of",
                ("token", "stained", "black 0", "active 0"),
                detected,
                tuple(f"{node} wakes {other}" for node, other in waking),
            ),
        ),
    )
