"""Claims about paths of before the rooms: what was written against them loads, and is or does the same thing."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from strandline.properties.engines.replay import regression as now
from strandline.properties.evidence.lanes import who
from strandline.properties.evidence.replay import load
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.traces import regression as before


@pytest.mark.parametrize("module", ["world", "engine"])
def test_a_world_that_was_written_for_an_older_path_loads_the_same_things(module: str) -> None:
    old, new = (import_module(f"strandline.properties.{room}.{module}") for room in ("exhaust", "engines.exhaust"))
    assert old.__all__
    assert all(getattr(old, name) is getattr(new, name) for name in old.__all__)


@pytest.mark.checkout
@pytest.mark.parametrize("on", ["model", "impl", "dominance"])
def test_a_test_that_was_exported_for_an_older_path_takes_the_same_steps_of_the_memo(on: str) -> None:
    trace = load(str(Path(__file__).parents[1] / "traces" / "M3-dominance.json"))
    steps = [
        before.Step(step.name, step.actor if step.actor is None else who(step.actor), step.arg) for step in trace.steps
    ]
    found = before.again(steps, world=trace.world, law=trace.law, on=on)
    assert (found.broken, found.fits) == (on == "dominance", len(steps))
    assert found == now.again(SYSTEM, steps, world=trace.world, law=trace.law, on=on)
