"""The bench of threads: what it asks to be measured, when it is no pass, and what it measures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.product.bench import appends, behind
from strandline.impl.threads.product.bench.appends import Appended, Case
from strandline.impl.threads.product.bench.behind import Blocked, Burst
from strandline.impl.threads.product.bench.sampled import Times
from strandline.properties.commands import bench_threads
from strandline.properties.harness.alone import UnmeasuredError
from tests.properties.commands.calls import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD: dict[Any, Any] = {
    appends.appends: Appended(Times(10.0, 20.0), Times(400.0, 900.0), Times(380.0, 800.0)),
    appends.synced: Times(200.0, 300.0),
    behind.blocked: Blocked(Times(10.0, 20.0), Times(10.0, 30.0)),
    behind.over_wait: Times(40.0, 90.0),
    behind.paced: 4.5,
    behind.burst: Burst(10_000, 0.5, 12, 0.001, 0, 40 << 20),
}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let measurements come out as a test wants."""

    def set_(**changed: object) -> None:
        results = {function: changed.get(function.__name__, usual) for function, usual in GOOD.items()}

        def alone(measure: object, *_: object) -> object:
            result = results[measure]
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(bench_threads, "alone", alone)

    return set_


def test_what_is_reached_is_a_pass_and_everything_is_told(measured: Callable[..., None]) -> None:
    measured()
    result = run("bench", "threads")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "bench threads: holds")
    table = [" ".join(line.split()) for line in result.stdout.splitlines()]
    for case in ("blocking 1 full", "trio 100 normal", "blocking 1,000 full"):
        assert f"{case} 10.0 20.0 400.0 900.0 380.0 800.0 40.0" in table
    found = json.loads(run("bench", "threads", "--format", "json", "--threads", "7").stdout)
    assert [(one["face"], one["threads"], one["ratio"]) for one in found["appended"]] == [
        *(("blocking", 7, 40.0),) * 2,
        *(("trio", 7, 40.0),) * 2,
    ]
    assert (found["burst"]["projections"], found["paced"], found["verdict"]) == (12, 4.5, "holds")


@pytest.mark.parametrize(
    ("name", "result", "says"),
    [
        ("appends", Appended(Times(20, 30), Times(400, 900), Times(1, 1)), "20.0 times sooner than one that projects"),
        ("blocked", Blocked(Times(10.0, 20.0), Times(10.0, 41.0)), "blocked: 2.0 times as long, and 2 is the most"),
        ("burst", Burst(10_000, 0.5, 101, 0.1, 0, None), "burst: 101 projections, and 100 is the most"),
        ("burst", Burst(10_000, 0.5, 9, 0.1, 1 << 25, None), "burst: 33,554,432 bytes more at the peak"),
    ],
)
def test_what_is_not_reached_is_no_pass(measured: Callable[..., None], name: str, result: object, says: str) -> None:
    measured(**{name: result})
    ran = run("bench", "threads", "--threads", "1")
    assert ran.exit_code == 1
    assert says in ran.stdout


def test_what_cannot_be_measured_is_told_and_an_interrupt_is_no_pass(measured: Callable[..., None]) -> None:
    measured(appends=None)
    assert "not measured: this process may not open so many files" in run("bench", "threads").stdout
    measured(burst=KeyboardInterrupt())
    assert run("bench", "threads", "--threads", "1").exit_code == 3
    measured(synced=UnmeasuredError("it died"))
    ended = run("bench", "threads", "--threads", "1")
    assert (ended.exit_code, ended.stderr.splitlines()[-1]) == (4, "strandline: it died")


def test_each_measurement_measures_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((appends, "APPENDS"), (appends, "PROJECTED"), (appends, "SYNCED"), (behind, "FLUSHES")):
        monkeypatch.setattr(module, name, 20)
    monkeypatch.setattr(behind, "BLOCKED", 0.02)
    monkeypatch.setattr(behind, "BURST", 200)
    for face in ("blocking", "trio"):
        found = appends.appends(tmp_path / face, Case(face, 3, "full"), 2)
        assert found is not None
        assert found.projection.p50 < found.then_project.p50 <= found.then_project.p99
        assert found.append.p50 > 0
    assert appends.synced(tmp_path / "synced", 1).p50 > 0
    assert behind.blocked(tmp_path / "blocked", 1).blocked.p99 > 0
    assert behind.over_wait(tmp_path / "waited", 1).p50 > 0
    assert 0 < behind.paced(tmp_path / "paced", 2) <= 1_000
    assert behind.burst(tmp_path / "burst").projections >= 1
