"""Claims about the worlds of a black box: every order is there once, and the days are real ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from strandline.model.terms import Step
from strandline.properties.systems.memo.blackbox import scenarios
from strandline.properties.systems.memo.blackbox.edge_cases import EDGE_CASES
from strandline.properties.systems.memo.blackbox.scenarios import (
    COMPARE,
    NOT_PAST,
    PAST,
    SCENARIOS,
    SETTLE,
    SMALL,
    WIDE,
    dated,
    hurried,
    orders,
)
from strandline.properties.systems.memo.blackbox.subject import OVERLAP_MAX

TODAY = date(2026, 3, 8)
"""A day with 23 hours in New York."""

ORDERS = {
    "outside prune": 90,
    "outside three": 105,
    "outside deleted": 56,
    "outside emptied": 112,
    "outside pending": 168,
    "outside overruled": 112,
    "outside untold": 90,
    "outside reset": 200,
    "outside windows": 189,
    "outside files": 120,
    "outside replaced": 30,
    "outside gone": 112,
    "outside restore": 245,
    "outside copy": 165,
    "outside unreadable": 240,
    "outside twice": 20,
    "outside edges": 1,
    **dict.fromkeys(EDGE_CASES, 1),
}


@pytest.mark.parametrize("world", SMALL)
def test_every_order_of_a_small_world_is_given_once(world: str) -> None:
    found = list(orders(SMALL[world], dated(SMALL[world], TODAY)))
    assert len(found) == len(set(found)) == ORDERS[world]


@pytest.mark.parametrize("world", SMALL)
def test_an_order_ends_in_peace_and_never_before_its_budget_does(world: str) -> None:
    scenario = SMALL[world]
    for steps in orders(scenario, dated(scenario, TODAY)):
        assert steps[-2:] == (SETTLE, COMPARE)
        names = [step.name for step in steps]
        assert names.count("start") == names.count("end") == dict(scenario.scope.budget)["start"]
        assert all(names.count(name) <= most for name, most in scenario.scope.budget)


def test_three_refreshes_are_under_way_at_once_in_some_order_and_never_more() -> None:
    scenario = SMALL["outside three"]
    most = 0
    for steps in orders(scenario, dated(scenario, TODAY)):
        under_way = 0
        for step in steps:
            under_way += (step.name == "start") - (step.name == "end")
            most = max(most, under_way)
    assert most == OVERLAP_MAX


def test_every_change_that_the_environment_may_make_happens_in_some_small_world() -> None:
    named = {name for scenario in SMALL.values() for name, _ in scenario.scope.budget}
    anything = {name for name, _ in next(iter(WIDE.values())).scope.budget}
    assert anything - named == {"settle", "compare"}  # each order ends in them


@pytest.mark.parametrize("world", SCENARIOS)
def test_rows_lie_at_the_edges_of_days_of_the_zone(world: str) -> None:
    zone = ZoneInfo(SCENARIOS[world].zone)
    for template in dated(SCENARIOS[world], TODAY).templates:
        if isinstance(template.ts, int):
            local = datetime.fromtimestamp(template.ts, UTC).astimezone(zone)
            assert (local.hour, local.minute, local.second) in {(0, 0, 0), (23, 59, 59)}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_the_window_that_has_ended_has_ended_everywhere_and_the_other_nowhere(zone: str) -> None:
    scenario = next(iter(SMALL.values()))
    past, other = (scenarios.window(number, scenario, TODAY).until for number in (PAST, NOT_PAST))
    assert past is not None
    assert other is not None
    for hour in (0, 23):
        local = datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        assert past < local <= other


def test_what_hangs_on_who_is_faster_is_known_from_the_steps() -> None:
    start, end, other = Step("start", 0), Step("end", 0), Step("start", 1)
    assert not hurried((start, end, Step("append"), start, end))
    assert hurried((start, Step("append"), end))
    assert hurried((start, other, end, Step("end", 1)))
