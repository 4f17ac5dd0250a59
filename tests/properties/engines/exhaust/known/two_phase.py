"""Two-phase commit, by Gray and Lamport, "Consensus on Transaction Commit" (2004): one transaction, some managers.

Published counts: stateright, examples/2pc.rs: 288 states with three managers, 8,832 with five. The
TLA+ examples, transaction_commit/manifest.json: with three, 288 distinct states, 1,146 generated (the
first one among them), the longest of the shortest ways has 11 states.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Sometimes, Symmetry, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading


def hear(manager: int, at: Reading) -> Outcomes:
    if at["coordinator"] == "waits" and at[f"word {manager}"]:
        return {f"heard {manager}": True}
    return None


def commit(managers: int, at: Reading) -> Outcomes:
    if at["coordinator"] == "waits" and all(at[f"heard {one}"] for one in range(managers)):
        return {"coordinator": "committed"}
    return None


def abort(at: Reading) -> Outcomes:
    return {"coordinator": "aborted"} if at["coordinator"] == "waits" else None


def prepare(manager: int, at: Reading) -> Outcomes:
    if at[f"manager {manager}"] == "works":
        return {f"manager {manager}": "prepared", f"word {manager}": True}
    return None


def give_up(manager: int, at: Reading) -> Outcomes:
    return {f"manager {manager}": "aborted"} if at[f"manager {manager}"] == "works" else None


def obey(manager: int, order: str, at: Reading) -> Outcomes:
    return {f"manager {manager}": order} if at["coordinator"] == order else None


def agree(managers: int, at: Reading) -> bool:
    return not {"committed", "aborted"} <= {at[f"manager {one}"] for one in range(managers)}


def all_are(managers: int, place: str, at: Reading) -> bool:
    return all(at[f"manager {one}"] == place for one in range(managers))


def two_phase(managers: int, *, alike: bool = False) -> World:
    """Declare the protocol; the decision, once made, is the message that tells of it."""
    every = range(managers)
    places = tuple(f"manager {one}" for one in every)
    return World(
        f"two-phase commit of {managers}",
        components=(
            Component("coordinator", "waits"),
            *(Component(name, "works") for name in places),
            *(Component(f"word {one}", initial=False) for one in every),
            *(Component(f"heard {one}", initial=False) for one in every),
        ),
        actions=(
            Action(
                "commit",
                ("coordinator", *(f"heard {one}" for one in every)),
                ("coordinator",),
                partial(commit, managers),
                "coordinator",
            ),
            Action("abort", ("coordinator",), ("coordinator",), abort, "coordinator"),
            *(
                Action(
                    f"hear {one}", ("coordinator", f"word {one}"), (f"heard {one}",), partial(hear, one), "coordinator"
                )
                for one in every
            ),
            *(
                Action(
                    f"prepare {one}", (places[one],), (places[one], f"word {one}"), partial(prepare, one), places[one]
                )
                for one in every
            ),
            *(
                Action(f"give up {one}", (places[one],), (places[one],), partial(give_up, one), places[one])
                for one in every
            ),
            *(
                Action(f"{one} is {order}", ("coordinator",), (places[one],), partial(obey, one, order), places[one])
                for order in ("committed", "aborted")
                for one in every
            ),
        ),
        laws=(
            Always("all agree", places, partial(agree, managers)),
            Sometimes("all commit", places, partial(all_are, managers, "committed")),
            Sometimes("all abort", places, partial(all_are, managers, "aborted")),
        ),
        symmetry=Symmetry(tuple((places[one], f"word {one}", f"heard {one}") for one in every)) if alike else None,
    )
