"""A second way to the prover: Hypothesis draws its cases by CrossHair, which looks for what chance does not come by.

It gives examples and no confirmations, so it only stands beside the conditions that are confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strandline.properties.systems.memo.contracts import sides

pytest.importorskip("hypothesis_crosshair_provider", reason="the second way is there where the checkout's tools are")

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.contracts.sides import Placed

    Decide = Callable[[Placed, Placed, int], str]

APART: Final = 86_753_091
"""A distance between two observations that nobody draws by chance."""

INTS: Final = st.integers()
RANKS: Final = st.tuples(INTS, INTS, INTS, INTS)
BY_CHANCE: Final = settings(max_examples=300, phases=(Phase.generate,), derandomize=True, database=None, deadline=None)
BY_SOLVER: Final = settings(
    BY_CHANCE, backend="crosshair", max_examples=30, derandomize=False, suppress_health_check=list(HealthCheck)
)


def parts(profile: settings, decide: Decide) -> bool:
    """Tell whether cases of a profile part a write-back from the model's."""

    @profile
    @given(RANKS, RANKS, INTS)
    def each(mine: Placed, stored: Placed, epoch: int) -> None:
        assert sides.model_decide(mine, stored, epoch) == decide(mine, stored, epoch)

    try:
        each()
    except AssertionError:
        return True
    return False


def wrong_at_one_distance(mine: Placed, stored: Placed, epoch: int) -> str:
    return "put" if stored[2] - mine[2] == APART else sides.impl_decide(mine, stored, epoch)


@pytest.mark.search
def test_the_solver_parts_two_texts_that_differ_at_one_distance_and_chance_does_not() -> None:
    assert not parts(BY_CHANCE, wrong_at_one_distance)
    assert parts(BY_SOLVER, wrong_at_one_distance)


@pytest.mark.search
def test_the_solver_finds_no_case_that_parts_the_shipped_write_back_from_the_models() -> None:
    assert not parts(BY_SOLVER, sides.impl_decide)
