"""Sends a world to the fresh process, or says before the search which part of it cannot be sent."""

from __future__ import annotations

import pickle
import re
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from strandline.properties.core.named import raised
from strandline.properties.engines.exhaust import fresh
from strandline.properties.engines.exhaust.world import (
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    World,
    WorldError,
)
from strandline.properties.harness import scripts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.engines.exhaust.world import Law


def require_sendable(world: World) -> None:
    """Find out whether a world can be asked in the fresh process, which is ready.

    One of the script that searches is sent there now, for it may have functions that a script which is run once more
    does not come to define. Any other one is only packed: to wait for the process would take longer than most searches.

    Raises:
        WorldError: it cannot be; the message says which part of it cannot, and what to do.
    """
    sent = sendable(world, _arrived, [each.initial for each in world.components if isinstance(each, Component)])
    if scripts.MAIN.encode() not in sent:
        return
    with fresh.asked(world.name, sent) as answer:
        refusal = answer()
    if refusal:
        raise WorldError(refusal)


def sendable(world: World, function: Callable[..., str], *more: object) -> bytes:
    """Pack a call to the fresh process: a function of ours, the world or what makes it, and what else it takes.

    Raises:
        WorldError: some part of that cannot be sent; the message names it.
    """
    made = world if world.made_by is None else world.made_by
    try:
        return pickle.dumps((function, made, *more))
    except Exception as error:
        raise WorldError(
            f"world {world.name!r} cannot be asked in a fresh process: {_culprit(world) or _without_place(error)}; "
            "define its functions in a module, or say in made_by how it is made"
        ) from error


def _arrived(_made: World | Callable[[], World], _values: list[object]) -> str:
    """Say in the fresh process that a world came there."""
    return ""


def _culprit(world: World) -> str:
    """Name the first part of a world that cannot be sent, empty if all can."""
    for who, part in chain(_functions(world), _values(world)):
        try:
            pickle.dumps(part)
        except Exception as error:  # noqa: BLE001 - as pickle says it, in many kinds
            return f"{who} {_kind(part) or _without_place(error)}"
    return ""


def _functions(world: World) -> Iterator[tuple[str, object]]:
    """Give the functions of a world that are sent, each with who has it."""
    if world.made_by is not None:
        yield "made_by", world.made_by
        return
    for action in world.actions:
        yield f"action {action.name!r}", action.take
    for law in world.laws:
        yield f"law {law.name!r}", _asks(law)
    if world.symmetry is not None:
        yield from ((f"the renaming of {name!r}", rename) for name, rename in world.symmetry.renames.items())
    if world.progress is not None:
        yield from ((f"the progress of {name!r}", part) for name, part in world.progress.parts.items())


def _values(world: World) -> Iterator[tuple[str, object]]:
    """Give the values that are sent even if the world is made anew, each with whose it is."""
    yield from (
        (f"the initial value of {each.name!r}", each.initial)
        for each in world.components
        if isinstance(each, Component)
    )


def _asks(law: Law) -> object:
    if isinstance(law, Eventually):
        return law.goal
    if isinstance(law, NoDeadlock):
        return law.done
    return law.holds if isinstance(law, (Always, AlwaysTold)) else law.seen


def _kind(part: Any) -> str:  # noqa: ANN401 - whatever was declared
    """Say what is wrong with a function or a value, empty if nothing can be told by its name."""
    while isinstance(part, partial):
        part = part.func
    name = str(getattr(part, "__qualname__", ""))
    if name.endswith("<lambda>"):
        return "is a lambda"
    if "<locals>" in name:
        return "is a function inside another one"
    return "is of a class inside a function" if "<locals>" in type(part).__qualname__ else ""


def _without_place(error: Exception) -> str:
    """Say what was raised, without places in memory, which differ from run to run."""
    return re.sub(r" at 0x[0-9a-f]+", "", raised(error))
