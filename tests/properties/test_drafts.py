from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest

from strandline.model.log import Row
from strandline.properties.live.drafts import Plan, drafts

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_800_000_000


def test_one_seed_gives_one_sequence_of_rows() -> None:
    first, again, other = (list(islice(drafts(Plan(seed=seed), NOW), 300)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_rows_hold_every_kind_that_a_scanner_must_tell_apart() -> None:
    rows = list(islice(drafts(Plan(), NOW), 10_000))
    bodies = [row.body for row in rows if isinstance(row.body, str)]
    for part in (
        'websocket request: {"type":"response.create","service_tier":"priority"',
        'websocket request: {"type":"response.create","service_tier":"default"',
        'websocket event: {"type":"response.completed"',
        'websocket event: {"type":"response.delta"',
        'service_tier: Some(Some("priority"))',
        "service_tier: None",
        "parent_turn_id=",
        "\0",
    ):
        assert any(part in body for body in bodies), part
    assert any(body.count("websocket ") > 1 for body in bodies)
    assert any("websocket" not in body for body in bodies)
    assert any(row.body is None for row in rows)
    kinds = {None if partition is None else partition[0] for partition in (Row(0, *row).partition for row in rows)}
    assert kinds == {"thread", "process", None}


def test_completions_come_before_and_after_their_requests_and_more_than_once() -> None:
    places: dict[str, str] = {}
    for row in islice(drafts(Plan(), NOW), 5000):
        body = row.body if isinstance(row.body, str) else ""
        turn = body.partition("{turn.id=")[2].partition(" ")[0]
        event = "c" if 'event: {"type":"response.completed"' in body else "r" if "request: {" in body else ""
        places[turn] = places.get(turn, "") + event
    stories = [story for turn, story in places.items() if turn]
    assert any("cr" in story for story in stories)
    assert any("rc" in story for story in stories)
    assert any(story.count("c") > 1 and story.count("r") > 1 for story in stories)


def test_order_of_time_and_order_of_ids_differ() -> None:
    times = [row.ts for row in islice(drafts(Plan(), NOW), 5000) if isinstance(row.ts, int)]
    steps = [after - before for before, after in pairwise(times)]
    assert min(steps) < -3600
    assert any(-5 <= step < 0 for step in steps)


@pytest.mark.parametrize(("share", "absent"), [(0.0, '"service_tier":"priority"'), (1.0, '"service_tier":"default"')])
def test_the_share_of_priority_reaches_its_ends(share: float, absent: str) -> None:
    bodies = [row.body for row in islice(drafts(Plan(priority=share), NOW), 2000)]
    assert not any(absent in body for body in bodies if isinstance(body, str))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Plan(rows=-1), "rows"),
        (lambda: Plan(rate=0.0), "rate"),
        (lambda: Plan(batch=0), "batch"),
        (lambda: Plan(batch=100_001), "batch"),
        (lambda: Plan(partition_rows=2**53 + 1), "partition_rows"),
        (lambda: Plan(rate=float("inf")), "rate"),
        (lambda: Plan(body_bytes=16 * 1024 * 1024 + 1), "body_bytes"),
        (lambda: Plan(threads=0), "threads"),
        (lambda: Plan(body_bytes=-1), "body_bytes"),
        (lambda: Plan(priority=1.5), "priority"),
        (lambda: Plan(busy=-1.0), "busy"),
    ],
)
def test_a_plan_out_of_range_is_refused(make: Callable[[], Plan], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        make()


def test_the_plan_bounds_the_partitions() -> None:
    partitions = {Row(0, *row).partition for row in islice(drafts(Plan(threads=4, processes=2), NOW), 2000)}
    assert len(partitions) == 4 + 2 + 1
