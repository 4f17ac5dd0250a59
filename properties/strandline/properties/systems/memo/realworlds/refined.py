"""The refinement: what a real step did, seen in the terms of the model, is what the model's step does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.properties.systems.memo.realworlds.asking import Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.engines.exhaust.world import Action, Outcome, Reading, Value
    from strandline.properties.systems.memo.realworlds.viewing import Viewed

NAME: Final = "refinement"


class Refined(NamedTuple):
    """A real step beside the model's: where they differ, the scanner's value first; nothing if they do not."""

    step: str
    differences: tuple[str, ...]


def holds(told: object) -> bool:
    """Tell whether a real step, if that is what is told of, is the model's."""
    return not isinstance(told, Refined) or not told.differences


def seen(told: object) -> bool:
    """Tell whether a real step is told of that is the model's."""
    return isinstance(told, Refined) and not told.differences


def refined(model: Action, at: Viewed, label: str, changed: Mapping[str, Value], told: tuple[Any, ...]) -> Refined:
    """Hold what a real step changed and told, in the terms of the model, against what the model's step does.

    Args:
        model: the model's declared action.
        at: the parts before the step, in the terms of the model.
        label: which of the model's ways this is.
        changed: the parts that the real step changed, with their values.
        told: what the laws are told of it.
    """
    try:
        same = [way for way in ways(model, at) if way.label == label]
    except Unread:
        raise
    except Exception as error:  # noqa: BLE001 - a state that the model does not know may break its step in any way
        return Refined(model.name, (f"the model cannot take this step: {error}",))
    if len(same) != 1:
        return Refined(model.name, ("the model takes no such step",))
    expected = {part: value for part, value in same[0].writes.items() if not part.startswith("left.")}
    differences = [
        f"{part}: {_value(part, changed, at)!r}, the model's {_value(part, expected, at)!r}"
        for part in sorted({*expected, *changed})
        if _value(part, changed, at) != _value(part, expected, at)
    ]
    differences += [
        f"told: {one!r}, the model's {other!r}"
        for one, other in zip(told + (None,) * len(same[0].told), same[0].told + (None,) * len(told), strict=True)
        if not _same(one, other)
    ]
    return Refined(model.name, tuple(differences))


def ways(model: Action, at: Reading) -> tuple[Outcome, ...]:
    """Take the model's step."""
    return tuple(model.take(at))  # type: ignore[arg-type] # the model's steps give outcomes


def _value(part: str, written: Mapping[str, Value], at: Viewed) -> object:
    return written[part] if part in written else at[part]


def _same(one: object, other: object) -> bool:
    """Tell whether two things told are of one kind and equal; as tuples two of different kinds may be equal."""
    return type(one) is type(other) and one == other
