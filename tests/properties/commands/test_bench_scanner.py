"""The bench of the scanner: what it measures on a small log, and when it is no pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import bench
from strandline.properties.harness.alone import UnmeasuredError
from strandline.properties.systems.memo.bench import logs, scanning
from strandline.properties.systems.memo.bench.scanning import COLD, LIKE, ONE, RESTART, UNCHANGED, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

FEW, MANY = f"500 sources, {ONE}", f"50,000 sources, {ONE}"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bench", "scanner", *(str(argument) for argument in arguments)])


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Let measurements come out as a test wants: the bare statement takes a second, a cold refresh so many."""

    def set_(cold: float, *, agrees: bool = True) -> None:
        def alone(measure: object, *_arguments: object) -> Any:  # noqa: ANN401 - what either measurement gives
            if measure is scanning.peaked:
                return 30 << 20
            quick = tuple(Point(name, (0.00004,), 1, 5, 50, agrees) for name in (UNCHANGED, FEW, MANY, RESTART))
            return Point(LIKE, (1.0,)), Point(COLD, (cold,), agrees=agrees), *quick

        monkeypatch.setattr(bench, "alone", alone)
        monkeypatch.setattr(logs, "kept", lambda *_: tmp_path)

    return set_


@pytest.mark.search
def test_every_answer_on_a_small_log_is_the_oracles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "APPENDED", (1, 10))
    monkeypatch.setattr(scanning, "SOURCES", (300, 50))
    monkeypatch.setattr(scanning, "QUICK", 2)
    path = logs.kept(tmp_path / "logs", 1200, 2_000_000, lambda _: None)
    assert 1_200_000 < path.stat().st_size < 2_800_000
    before = path.read_bytes()
    points = {point.name: point for point in scanning.scanned(path, 1)}
    assert {point.agrees for point in points.values()} == {None, True}
    assert points[COLD].rows == 1200
    assert (points[UNCHANGED].rows, points[UNCHANGED].keys) == (0, 0)
    assert (points[ONE].rows, points["10 appended"].rows) == (1, 10)
    assert points["sources pruned"].rows == 0
    assert points[RESTART].rows == 0
    assert 50 <= points["50 sources, restart"].keys <= 56
    assert logs.kept(tmp_path / "logs", 1200, 2_000_000, lambda _: None).read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_points_are_shown_beside_the_bare_statement(measured: Callable[..., None]) -> None:
    measured(0.5)
    result = run()
    assert result.exit_code == 0
    assert "320,000 rows, 900,000,000 bytes, 30 MiB at the peak of a cold scan" in result.stdout
    assert "reached: a cold refresh takes at most 1.0 of the bare statement: 0.50" in result.stdout
    assert "reached: ten times the log changes the pages that a refresh reads by under 10 %: 50 and 50" in result.stdout
    assert result.stdout.splitlines()[-1] == "bench scanner: holds"


def test_a_goal_that_is_not_reached_is_said_and_decides_nothing(measured: Callable[..., None]) -> None:
    measured(1.5)
    result = run()
    assert result.exit_code == 0
    assert "NOT REACHED: a cold refresh takes at most 1.0 of the bare statement: 1.50" in result.stdout


def test_an_answer_that_is_not_the_oracles_is_no_pass(measured: Callable[..., None]) -> None:
    measured(0.5, agrees=False)
    result = run()
    assert result.exit_code == 1
    assert f"320,000 rows, {COLD}: not the oracle's answer" in result.stdout


def test_a_point_that_takes_longer_than_before_fails(measured: Callable[..., None], tmp_path: Path) -> None:
    measured(0.5)
    (tmp_path / "before.json").write_text(run("--format", "json").stdout)
    assert run("--compare", tmp_path / "before.json").exit_code == 0
    measured(0.7)
    result = run("--compare", tmp_path / "before.json", "--format", "json")
    assert result.exit_code == 1
    assert f"320,000 rows, {COLD}: 0.7 of the bare statement, 0.5 before" in json.loads(result.stdout)["problems"]


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read: no such file"), ("", "is no bench"), ("{}", "is no")]
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


def test_an_interrupt_and_a_measurement_that_dies_are_told(
    measured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(0.5)

    def interrupted(*_: object) -> Iterator[None]:
        raise KeyboardInterrupt

    def dies(*_: object) -> None:
        raise UnmeasuredError("it died")

    monkeypatch.setattr(bench, "alone", interrupted)
    result = run()
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (3, "bench scanner: inconclusive")
    monkeypatch.setattr(bench, "alone", dies)
    result = run()
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (4, "strandline: it died")
