"""The bench: both searches of one scope, their ratio, and when it is no pass."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.shapes import measured as shapes
from strandline.properties.harness.alone import UnmeasuredError, alone
from strandline.properties.systems.memo.bench import searches
from strandline.properties.systems.memo.bench.searches import (
    BOUNDS,
    REACH,
    SIZES,
    Grown,
    Measured,
    by_engine,
    by_plain,
    wider,
)
from strandline.properties.systems.memo.spec.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

SMALL, LARGE = SIZES
FAST = REACH * 2


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bench", "exhaust", *(str(argument) for argument in arguments)])


@pytest.fixture
def ratio(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let measurements come out as a test wants: the engine takes a second, the plain search so many."""

    def set_(plain: float, *, plain_states: int = 100) -> None:
        def measured(measure: object, *_arguments: object, **_named: object) -> Measured:
            if measure is by_engine:
                return Measured(100, 300, 7, 1.0, 80 << 20)
            return Measured(plain_states, 300, 7, plain, 90 << 20)

        monkeypatch.setattr(searches, "alone", measured)
        monkeypatch.setattr(
            shapes, "alone", lambda _both, _name: shapes.Measured(50, 60, plain_states == 100, 0.5, 0.1)
        )

    return set_


@pytest.mark.parametrize("name", ["torn", "drop"])
def test_both_searches_of_a_scope_count_the_same(name: str) -> None:
    engine, plain = alone(by_engine, WORLDS[name], symmetric=False), alone(by_plain, WORLDS[name])
    assert engine.counts == plain.counts
    assert engine.seconds > 0 < plain.seconds


def test_a_scope_is_made_wider_in_one_direction_at_a_time() -> None:
    for bound in BOUNDS:
        one = wider(searches.BASE, bound)
        more = one.refreshers - searches.BASE.refreshers + sum(dict(one.budget).values())
        assert more == sum(dict(searches.BASE.budget).values()) + 1


def test_the_ratio_is_that_of_the_medians_and_counts_are_compared(ratio: Callable[..., None]) -> None:
    ratio(FAST)
    result = run()
    assert result.exit_code == 0
    assert f"{LARGE}: 100 states, 300 transitions, depth 7; counts equal" in result.stdout
    assert f"  ratio  {FAST:>9,.1f}, by the medians of 3" in result.stdout
    assert result.stdout.splitlines()[-1] == "bench exhaust: holds"
    assert "chain                     50            60     0.500     0.100  5.0 times slower" in result.stdout
    for bound in ("(the base)", *BOUNDS):
        assert f"\n{bound} " in result.stdout


def test_a_largest_size_below_what_is_to_be_reached_is_no_pass(ratio: Callable[..., None]) -> None:
    ratio(REACH - 1)
    result = run("--no-growth")
    assert result.exit_code == 1
    assert f"{LARGE}: {REACH - 1:g} times as fast, and {REACH:g} is to be reached" in result.stdout
    assert run("--no-growth", "--size", SMALL).exit_code == 0


def test_counts_that_differ_are_no_pass(ratio: Callable[..., None]) -> None:
    ratio(FAST, plain_states=101)
    result = run("--no-growth", "--size", SMALL)
    assert result.exit_code == 1
    assert "counts differ, the plain search has 101 states" in result.stdout
    assert f"{SMALL}: the engine counted otherwise than the plain search" in result.stdout


def test_a_shape_that_is_counted_otherwise_is_no_pass(ratio: Callable[..., None]) -> None:
    ratio(FAST, plain_states=101)
    result = run("--no-growth")
    assert result.exit_code == 1
    assert "Hanoi: the engine found otherwise than the plain search" in result.stdout


def test_a_worse_ratio_than_in_an_earlier_bench_fails(ratio: Callable[..., None], tmp_path: Path) -> None:
    ratio(FAST)
    (tmp_path / "before.json").write_text(run("--format", "json").stdout)
    assert run("--compare", tmp_path / "before.json").exit_code == 0
    ratio(FAST * 0.7)
    result = run("--compare", tmp_path / "before.json", "--format", "json")
    assert result.exit_code == 1
    assert f"{SMALL}: {FAST * 0.7:g} times as fast, and {FAST:g} before" in json.loads(result.stdout)["problems"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read: no such file"),
        ("", "is no bench"),
        ("[" * 100_000, "is no bench"),
        ('{"version": 2}', "is no bench"),
        ('{"a": "\\ud800"}', "is no bench"),
    ],
)
def test_a_file_to_compare_with_that_is_none_is_a_mistake_in_the_call(
    content: str | None, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "before.json"
    if content is not None:
        path.write_text(content)
    result = run("--compare", path)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr


def test_what_is_no_size_is_a_mistake_in_the_call() -> None:
    result = run("--size", "x")
    assert result.exit_code == 2
    assert f"there is no size named 'x'; there are {SMALL}, {LARGE}" in result.stderr


def test_an_interrupt_shows_what_was_measured_and_is_no_pass(
    ratio: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> Iterator[Grown]:
        yield Grown("", Measured(5, 6, 7, 1.0))
        raise KeyboardInterrupt

    ratio(FAST)
    monkeypatch.setattr(searches, "grown", interrupted)
    result = run()
    assert result.exit_code == 3
    assert "(the base)" in result.stdout
    assert "bench exhaust: inconclusive" in result.stdout


def test_a_measurement_that_raises_or_dies_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnmeasuredError, match="ValueError: invalid literal"):
        alone(int, "x")
    with pytest.raises(UnmeasuredError, match="the process of a measurement ended with 3"):
        alone(os._exit, 3)
    with pytest.raises(UnmeasuredError, match="the process of a measurement ended with 3"):
        alone(sys.exit, 3)

    def dies(*_arguments: object, **_named: object) -> Measured:
        raise UnmeasuredError("it died")

    monkeypatch.setattr(searches, "alone", dies)
    result = run("--no-shapes")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "strandline: it died\n"
