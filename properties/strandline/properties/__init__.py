"""The laws, the engines that check them, the evidence they leave, and the command line.

What a system of one's own is declared with is here; see ``docs/your-own-system.md``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.version import __version__ as __version__

if TYPE_CHECKING:
    from strandline.model.terms import ACTORS, NEXT, WHOLE, Action, Names, Rank, Step, replace
    from strandline.properties.core.declared import WorldError
    from strandline.properties.core.law import Cover, Law
    from strandline.properties.core.own import Driver, Real, Variant
    from strandline.properties.engines.exhaust.engine import search
    from strandline.properties.engines.exhaust.records import world
    from strandline.properties.engines.own.wiring import system

__all__ = [
    "ACTORS",
    "NEXT",
    "WHOLE",
    "Action",
    "Cover",
    "Driver",
    "Law",
    "Names",
    "Rank",
    "Real",
    "Step",
    "Variant",
    "WorldError",
    "replace",
    "search",
    "system",
    "world",
]

_AT: Final = {
    **dict.fromkeys(
        ("ACTORS", "NEXT", "WHOLE", "Action", "Names", "Rank", "Step", "replace"), "strandline.model.terms"
    ),
    **dict.fromkeys(("Cover", "Law"), "strandline.properties.core.law"),
    **dict.fromkeys(("Driver", "Real", "Variant"), "strandline.properties.core.own"),
    "WorldError": "strandline.properties.core.declared",
    "search": "strandline.properties.engines.exhaust.engine",
    "system": "strandline.properties.engines.own.wiring",
    "world": "strandline.properties.engines.exhaust.records",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is exported
    """Import what is asked for when it is asked for: the search takes a while to import."""
    if name not in _AT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_AT[name]), name)
