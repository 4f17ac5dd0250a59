"""Paxos commit, by Gray and Lamport, "Consensus on Transaction Commit" (2004): two managers, two ballots.

Published counts: the TLA+ examples, transaction_commit/manifest.json: 1,321,761 distinct states, 16,959,159 generated
(the first one among them), the longest of the shortest ways has 28 states. What was generated counts a step once for
each way in which its condition is met: for each majority, and each ballot of a manager, that decides.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.world import Action, Always, Component, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

MANAGERS: Final = (0, 1)
ACCEPTORS: Final = (0, 1, 2)
MAJORITIES: Final = tuple(combinations(ACCEPTORS, 2))
BALLOTS: Final = (0, 1)
PREPARED, ABORTED = "prepared", "aborted"

Vote = tuple[int, str]
"""A ballot and a value: what was proposed in phase 2a, or accepted in phase 2b."""


def speak(me: int, word: str, at: Reading) -> Outcomes:
    if at[f"manager {me}"] != "working":
        return None
    return {f"manager {me}": word, f"proposed {me}": at[f"proposed {me}"] | {(0, word)}}


def obey(me: int, order: str, state: str, at: Reading) -> Outcomes:
    return {f"manager {me}": state} if at[order] else None


def ask(me: int, _at: Reading) -> Outcomes:
    return {f"asked {me}": True}


def propose(me: int, at: Reading) -> Outcomes:
    if any(ballot == 1 for ballot, _ in at[f"proposed {me}"]):
        return None
    ways = []
    for majority in MAJORITIES:
        heard = [at[f"promise {one} {me}"] for one in majority]
        if None not in heard:
            ballot, value = max(heard)
            vote = (1, ABORTED if ballot == -1 else value)
            ways.append({f"proposed {me}": at[f"proposed {me}"] | {vote}})
    return ways


def deciding(me: int, value: str, at: Reading) -> int:
    """Count the ballots and majorities that decided on a value for a manager."""
    return sum(
        all((ballot, value) in at[f"accepted {one} {me}"] for one in majority)
        for ballot in BALLOTS
        for majority in MAJORITIES
    )


def abort(me: int, at: Reading) -> Outcomes:
    return [{"abort": True}] * deciding(me, ABORTED, at)


def commit(at: Reading) -> Outcomes:
    ways = 1
    for me in MANAGERS:
        ways *= deciding(me, PREPARED, at)
        if not ways:
            return None
    return [{"commit": True}] * ways


def promise(me: int, acceptor: int, at: Reading) -> Outcomes:
    promised, ballot, value = at[f"acceptor {acceptor} {me}"]
    if promised >= 1 or not at[f"asked {me}"]:
        return None
    return {f"acceptor {acceptor} {me}": (1, ballot, value), f"promise {acceptor} {me}": (ballot, value)}


def accept(me: int, acceptor: int, at: Reading) -> Outcomes:
    promised, _, _ = at[f"acceptor {acceptor} {me}"]
    votes: list[Vote] = [vote for vote in sorted(at[f"proposed {me}"]) if promised <= vote[0]]
    if not votes:
        return None
    accepted = at[f"accepted {acceptor} {me}"]
    return [
        {f"acceptor {acceptor} {me}": (vote[0], *vote), f"accepted {acceptor} {me}": accepted | {vote}}
        for vote in votes
    ]


def consistent(at: Reading) -> bool:
    return {at[f"manager {one}"] for one in MANAGERS} != {"committed", ABORTED}


def paxos_commit() -> World:
    """Declare the protocol; the messages sent are kept by who sent them, for each manager's instance apart."""
    parts = [Component("commit", initial=False), Component("abort", initial=False)]
    actions = []
    for me in MANAGERS:
        manager, asked, proposed = f"manager {me}", f"asked {me}", f"proposed {me}"
        parts += [Component(manager, "working"), Component(asked, initial=False), Component(proposed, frozenset())]
        for name, word in (("prepares", PREPARED), ("gives up", ABORTED)):
            both = (manager, proposed)
            actions.append(Action(f"{me} {name}", both, both, partial(speak, me, word), manager))
        for order, state in (("commit", "committed"), ("abort", ABORTED)):
            take = partial(obey, me, order, state)
            actions.append(Action(f"{me} hears of {order}", (order,), (manager,), take, manager))
        promises = tuple(f"promise {one} {me}" for one in ACCEPTORS)
        accepted = tuple(f"accepted {one} {me}" for one in ACCEPTORS)
        actions.append(Action(f"ask for {me}", (), (asked,), partial(ask, me), "leader"))
        actions.append(Action(f"propose {me}", (proposed, *promises), (proposed,), partial(propose, me), "leader"))
        actions.append(Action(f"abort for {me}", accepted, ("abort",), partial(abort, me), "leader"))
        for one in ACCEPTORS:
            mine, actor = f"acceptor {one} {me}", f"acceptor {one}"
            parts += [
                Component(mine, (0, -1, "none")),
                Component(promises[one], None),
                Component(accepted[one], frozenset()),
            ]
            both = (mine, promises[one])
            actions.append(Action(f"{one} promises {me}", (mine, asked), both, partial(promise, me, one), actor))
            reads, writes = (proposed, mine, accepted[one]), (mine, accepted[one])
            actions.append(Action(f"{one} accepts {me}", reads, writes, partial(accept, me, one), actor))
    every = tuple(f"accepted {one} {me}" for me in MANAGERS for one in ACCEPTORS)
    actions.append(Action("commit", every, ("commit",), commit, "leader"))
    law = Always("consistent", tuple(f"manager {one}" for one in MANAGERS), consistent)
    return World("Paxos commit", tuple(parts), tuple(actions), (law,))
