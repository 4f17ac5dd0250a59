"""The soak as people run it: workers that die, laws that break, calls that are mistaken. Each run ends by its cases.

What needs processes that die or are interrupted runs in a child; the rest in this process, since a child takes seconds
to come up.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.soak.command import NeverBeganError, Wanted, soaked
from strandline.properties.engines.soak.journal import ENDING
from strandline.properties.engines.soak.report import REPORT
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.engines.stateful.shelf import SHELF

if TYPE_CHECKING:
    from collections.abc import Callable

LEAKY: Final = ("--soak-cases", "50", "--soak-seed", "1", "--soak-mutant", "leaky")
"""Plays a mutant of the shelf."""

pytest_plugins = ["pytester"]

PATIENCE: Final = 300.0
"""Seconds to wait for a child or an event; they are only used up when something is wrong."""

LOOK: Final = 0.05
"""Seconds between two looks for an event."""

ENOUGH: Final = 60
"""Cases in which everything that must sometimes happen does, drawn from this seed."""
SEED: Final = 7

CLI: Final = "from strandline.properties.cli import main; main()"


def environment() -> dict[str, str]:
    """Hide that this test may run in a worker itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def soak(pytester: pytest.Pytester, *options: str) -> tuple[int, str]:
    """Run a soak in this process, without workers."""
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    ran = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-n", "0", "--soak-out", "out", *options)
    return int(ran.ret), f"{ran.stdout.str()}\n{ran.stderr.str()}"


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / REPORT).read_bytes())
    return found


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]


def wait_for(event: Callable[[], Any], child: subprocess.Popen[Any]) -> Any:  # noqa: ANN401 - whatever the event gives
    """Wait until something is so, while a child lives."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.poll() is None:
        if found := event():
            return found
        time.sleep(LOOK)
    raise AssertionError(child.communicate()[0] if child.poll() is not None else "nothing happened")


def at_work(folder: Path) -> Path | None:
    """Give the journal of a worker that has told of a case."""
    for path in sorted(folder.glob(f"[gm]*{ENDING}")):
        if any(line["type"] == "cases" for line in lines(path)):
            return path
    return None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_worker_that_is_killed_is_replaced_and_takes_nothing_recorded_along(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--soak-out", "out"]
    command += ["--soak-cases", str(ENOUGH), "--soak-seed", str(SEED)]
    child = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    try:
        killed = wait_for(lambda: at_work(tmp_path / "out"), child)
        os.kill(int(killed.stem.rpartition("-")[2]), signal.SIGKILL)
        said, _ = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    found = report(tmp_path)
    assert (child.returncode, found["verdict"]) == (0, "holds"), said
    assert found["lost"] == [killed.stem.rpartition("-")[0]]
    assert found["workers"] == 3
    assert (found["cases"], found["slices"], found["unfinished"]) == (ENOUGH, 2, [])
    assert "1 worker lost, replaced" in said
    assert "\x1b" not in said
    assert {one["law"] for one in found["sometimes"] if one["count"]} == {law.number for law in LAWS if law.cover}
    (scans,) = [one["counts"] for one in found["tallies"] if one["kind"] == "scan"]
    assert scans["no memo"] > 0
    assert found["risk"] == pytest.approx(3 / ENOUGH)


def test_a_planted_mutant_ends_the_soak_and_leaves_a_line_that_replays_its_trace(pytester: pytest.Pytester) -> None:
    code, said = soak(pytester, "--soak-cases", str(ENOUGH), "--soak-seed", str(SEED), "--soak-mutant", "dominance")
    (violation, *_) = report(pytester.path)["violations"]
    assert code == 1, said
    # At the end of the failure, of the report and, where CI is set, of pytest's own summary, which is not cut there.
    assert said.count(violation["replay"]) == 2 + ("CI" in os.environ)
    trace = re.fullmatch(r"strandline replay (.+\.json)", violation["replay"])
    assert trace is not None
    replayed = CliRunner().invoke(main, ["replay", trace[1]])
    assert replayed.exit_code == 1, replayed.output
    assert len(json.loads(Path(trace[1]).read_bytes())["steps"]) == violation["steps"]


def test_a_slice_can_be_played_again_by_its_number(pytester: pytest.Pytester) -> None:
    code, said = soak(pytester, "--soak-seed", "7", "--soak-slice", "1", "--soak-cases", "2")
    (journal,) = (pytester.path / "out").glob(f"main-*{ENDING}")
    begun = [line for line in lines(journal) if line["type"] == "slice"]
    assert [(line["number"], line["machine"], line["seed"], line["cases"]) for line in begun] == [
        (1, "fuzz trio", 8, 2)
    ]
    assert code == 3, said


def test_another_system_is_soaked_by_the_same_options(pytester: pytest.Pytester) -> None:
    code, said = soak(pytester, "--soak-system", SHELF.where, "--soak-cases", "50", "--soak-seed", "1")
    found = report(pytester.path)
    assert (code, found["verdict"], found["cases"]) == (0, "holds", 50), said
    assert set(found["actions"]) == {"fill up", "take"}
    assert found["tallies"] == []
    code, said = soak(pytester, "--soak-out", "other", "--soak-system", SHELF.where, *LEAKY)
    assert code == 1, said
    assert f"strandline soak {SHELF.where} --seed 1 --slice 0" in said


@pytest.mark.parametrize(
    ("named", "says"), [("json:codecs", "json:codecs is no system, nor a function"), ("json", "is not module:system")]
)
def test_a_command_that_names_no_system_is_a_mistake_in_the_call(named: str, says: str) -> None:
    done = CliRunner().invoke(main, ["soak", named, "--cases", "1"])
    assert (done.exit_code, says in done.output) == (2, True), done.output


def test_too_few_cases_are_no_pass_and_their_folder_is_not_taken_for_a_new_one(pytester: pytest.Pytester) -> None:
    code, said = soak(pytester, "--soak-cases", "1", "--soak-steps", "1")
    assert (code, report(pytester.path)["verdict"]) == (3, "inconclusive")
    assert "never seen" in said
    code, said = soak(pytester, "--soak-cases", "1")
    assert (code, "holds a soak already" in said) == (4, True)


def test_a_soak_lasts_as_long_as_it_is_told_to_and_what_begins_later_is_skipped(pytester: pytest.Pytester) -> None:
    code, said = soak(pytester, "--soak", "0.1s", "--soak-steps", "1")
    found = report(pytester.path)
    assert found["run"]["seconds"] >= 0.1
    assert (code, "skipped" in said) == (3, True), said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--soak", "soon"), "'soon' is not a length of time"),
        (("--soak-cases", "1", "--soak-mutant", "none"), "there is no mutant named 'none'"),
        (("--soak-seed", "1"), "need --soak, --soak-cases or --soak-slice"),
        (("--soak-cases", "1", "--soak-system", "json:loads"), "json:loads makes no system"),
        (("--soak-cases", "1", "--soak-system", "json"), "--soak-system: 'json' is not module:system"),
    ],
)
def test_a_mistaken_call_is_told_in_a_line_and_begins_nothing(
    pytester: pytest.Pytester, options: tuple[str, ...], says: str
) -> None:
    code, said = soak(pytester, *options)
    assert code == int(pytest.ExitCode.USAGE_ERROR)
    assert says in said
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGINT for one process")
def test_ctrl_c_ends_a_soak_as_inconclusive_with_what_was_recorded(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    command = [sys.executable, "-c", CLI, "soak", "-n", "1", "--for", "1h", "--seed", str(SEED)]
    command += ["--out", str(folder), "--format", "json"]
    child = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: at_work(folder), child)
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    found = json.loads(said)
    assert (child.returncode, found["verdict"]) == (3, "inconclusive"), (found["reasons"], found["failures"])
    assert "interrupted" in found["reasons"]
    assert found["cases"] > 0


def test_a_soak_that_is_interrupted_before_it_began_is_inconclusive_and_leaves_a_report(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    found = soaked(Wanted(3600.0, None, None, "1", "shipped", 50, SEED), SYSTEM, tmp_path, stop, lambda _line: None)
    assert (found.verdict, found.exit_code, found.cases) == ("inconclusive", 3, 0)
    assert json.loads((tmp_path / "soak.json").read_bytes())["verdict"] == "inconclusive"


def test_a_soak_whose_child_ends_at_once_without_being_asked_to_never_began(tmp_path: Path) -> None:
    wanted = Wanted(3600.0, None, None, "1", "no such mutant", 50, SEED)
    with pytest.raises(NeverBeganError, match="no such mutant"):
        soaked(wanted, SYSTEM, tmp_path, threading.Event(), lambda _line: None)


def test_the_plugin_costs_nothing_until_an_option_is_given() -> None:
    heavy = {"hypothesis", "trio", "msgspec", "click", "rich", "strandline.impl", "strandline.model"}
    ask = f"import strandline.properties.commands.plugin, sys; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.split() == []
