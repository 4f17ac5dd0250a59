"""The reference search of the small worlds: what the search by tables is held against."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.reference import STATES_MAX, Found, search
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.spaces import model_space, real_space
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable

SPACES: Final[dict[str, Callable[..., Any]]] = {"model": model_space, "impl": real_space}
"""How a world of the model or of the scanner is opened."""

KINDS: Final = tuple(SPACES)


def explore(kind: str, subject: str, world: str) -> Found:
    """Search one world whole, with a mutant planted or none; the shipped scanner is audited on the way."""
    opened = partial(real_space, audited=True) if (kind, subject) == ("impl", SHIPPED) else SPACES[kind]
    with planted(subject), opened(WORLDS[world]) as space:
        return search(space, laws_of(WORLDS[world]), STATES_MAX)
