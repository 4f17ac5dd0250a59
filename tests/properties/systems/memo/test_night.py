"""Claims that take minutes to hold one to: the large worlds of the real scanner, and the one for a soak.

    python3 run.py test -m night

They are left out unless they are asked for. Two of them side by side want 5 GiB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.systems.memo.memoworlds.declare import declared
from strandline.properties.systems.memo.memoworlds.family import FAMILY, SOAK
from strandline.properties.systems.memo.memoworlds.shown import ASKED, SHOWN
from strandline.properties.systems.memo.realworlds.declare import real_world
from tests.properties.systems.memo import sizes

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found

pytestmark = [pytest.mark.night, pytest.mark.search]

REAL_MAX: Final = 0.01
"""The share of real steps in the transitions of a world with three refreshers, at most."""


def whole(found: Found, name: str) -> tuple[int, int, int]:
    """Give the size of a world that was searched whole, in which every law holds and that shows all it is said to."""
    assert not found.ended
    assert [finding.law for finding in found.findings if finding.verdict is Verdict.VIOLATED] == []
    assert found.unfired == ()
    seen = {finding.law.partition(":")[0] for finding in found.findings if finding.reached}
    assert tuple(one for one in ASKED if one in seen) == SHOWN[name]
    return found.counts.states, found.counts.transitions, found.counts.depth


@pytest.mark.parametrize("name", FAMILY)
def test_the_scanner_takes_each_step_of_a_large_world_as_the_model_does_in_as_many_states_as_are_pinned(
    name: str,
) -> None:
    with real_world(FAMILY[name], audited=True) as real:
        found = search(real.world)
        assert whole(found, name) == sizes.SCANNER[name]
        assert real.refinement.differing == 0
        if FAMILY[name].refreshers > 2:
            assert real.work.steps <= REAL_MAX * found.counts.transitions


def test_the_world_for_a_soak_obeys_every_law_and_has_exactly_the_size_that_is_pinned() -> None:
    assert whole(search(declared(SOAK)), "soak") == sizes.SOAK
