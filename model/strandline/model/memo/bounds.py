"""How often something can happen in a scope at most."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from strandline.model.memo.state import Scope

GIVES_BIRTH: Final = frozenset({"append", "append and prune", "commit amid"})
"""What gives birth to a row."""

REPLACES: Final = frozenset({"replace", "reissue"})
"""What gives birth to a file full of rows."""


@cache
def births_max(scope: Scope) -> int:
    """Give how many rows can be born at most."""
    left = dict(scope.budget)
    one_by_one = sum(left.get(name, 0) for name in GIVES_BIRTH)
    return len(scope.born_with) + one_by_one + len(scope.templates) * sum(left.get(name, 0) for name in REPLACES)


def reach(scope: Scope) -> dict[str, int]:
    """Give how often at most a refresh comes to do what it counts, whatever happens in a scope.

    - It starts over when the path no longer leads to the file that it has pinned: once for each file that leaves the
      path to another one or to none. A number is not reissued while it is pinned.
    - It loses the swap to the memos of others and to drops, of which each comes once. Where windows differ in width it
      is topped up besides, maybe as often as it may be.
    - It waits whenever the log is busy.
    """
    left = dict(scope.budget)
    others = left.get("start", 0) - 1 if scope.refreshers > 1 else 0
    return {
        "tries": left.get("remove", 0) + left.get("replace", 0),
        "swaps": scope.limits.swaps if len(scope.windows) > 1 else others + left.get("drop", 0),
        "waits": left.get("busy", 0),
    }


@cache
def uncounted(scope: Scope) -> frozenset[str]:
    """Give the counts that cannot come to their bound in a scope; without a budget all may.

    Below its bound a count decides nothing, so it is no part of such a world. With one, "replaced" had more than twice
    as many states, and they said no more.
    """
    if not scope.budget:
        return frozenset()
    limits = scope.limits
    bounds = {"tries": limits.tries, "swaps": limits.swaps, "waits": limits.waits + 1}
    return frozenset(count for count, times in reach(scope).items() if times < bounds[count])
