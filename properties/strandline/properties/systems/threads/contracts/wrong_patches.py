"""Rules that merge two cells wrongly, each in one place: what a prover that confirms everything would miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strandline.impl.threads.patch import Cell


def forgetful(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Take a column that is cleared for one that is not set."""
    if latter is None or latter.value is None:
        return former
    return latter


def overruling(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Let what is derived replace what is derived and has a value, unless the first one was explicit by then."""
    if latter is None:
        return former
    if former is None or latter.explicit or not former.explicit:
        return latter
    return former


def half_latched(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Latch what is derived, and let it be replaced once it is not what is asked for: not the same in either order."""
    if latter is None:
        return former
    if former is None or former.value != latter.value:
        return latter if former is None or not former.explicit else former
    return former


def latest(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Take the last time, and not the greatest."""
    return former if latter is None else latter


def unequal(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Let the latter win if it is greater than twice the former: a chain comes out otherwise than its ends."""
    if former is None or latter is None:
        return latter if former is None else former
    if isinstance(former.value, int) and isinstance(latter.value, int) and latter.value > 2 * former.value:
        return latter
    return former
