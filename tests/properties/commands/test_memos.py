"""The command ``strandline exhaust`` over the worlds of the memo: one, and the family."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import memos
from strandline.properties.systems.memo.memoworlds.family import FAMILY
from strandline.properties.systems.memo.memoworlds.shown import SHOWN
from strandline.properties.systems.memo.tables import SCOPES
from tests.properties.engines.exhaust.worlds_of_ones_own import PATIENCE, evidence, run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_memo_worlds_are_listed_and_one_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [line.split("  ")[0] for line in run("--list").stdout.splitlines()] == list(SCOPES)
    worlds = json.loads(run("--list", "--format", "json").stdout)
    assert [world["name"] for world in worlds] == list(SCOPES)
    assert [world["name"] for world in worlds if world["size"] == "large"] == list(FAMILY)
    result = run("--world", "torn")
    assert result.exit_code == 0
    assert "M1" in result.stdout
    assert evidence()["subject"] == "the reference model"


def test_a_world_says_which_twins_it_offers_no_way_to_and_is_a_pass_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--world", "drop")
    assert result.exit_code == 0
    assert "not asked of this world, which offers no way to it: M1: a memo is resumed" in result.stdout
    unshown = [one.partition(":")[0] for one in evidence()["unshown"]]
    assert unshown == ["M1", "M2", "M10", "rewritten", "apart", "gave up", "led astray", "kept waiting"]


def test_a_twin_that_a_world_ought_to_show_and_does_not_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(SHOWN, "drop", (*SHOWN["drop"], "M2"))
    result = run("--world", "drop")
    assert result.exit_code == 3
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("M2: a refresh fails"))
    assert "inconclusive" in line


def family(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take these worlds for the family; a process that searches one knows them all by name."""
    monkeypatch.setattr(memos, "FAMILY", dict.fromkeys(names))


@pytest.mark.parametrize("kind", ["model", pytest.param("impl", marks=pytest.mark.search)])
def test_a_family_has_a_row_for_each_world_one_verdict_and_one_evidence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("drop", "faults", "evicted", "returned", "given up", "led away")
    family(monkeypatch, *names)
    result = run("--subject", kind)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[:6] == ["world", "states", "transitions", "depth", "calls", "seconds"]
    assert all(line.startswith(f"{name} ") for name, line in zip(names, lines[1:7], strict=True))
    assert lines[1].split()[1:4] == (["421", "875", "16"] if kind == "impl" else ["409", "856", "15"])
    assert lines[-2].startswith("6 worlds of the ")
    assert lines[-2].endswith(": holds")
    claims = evidence()
    assert claims["verdict"] == "holds"
    assert [world["world"] for world in claims["worlds"]] == list(names)
    assert [world["real"] is not None for world in claims["worlds"]] == [kind == "impl"] * 6


def test_a_twin_that_no_world_of_a_family_shows_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    family(monkeypatch, "drop", "three")
    result = run()
    assert result.exit_code == 3
    assert "never seen in any of these worlds: M10: a memo is stored that is full" in result.stdout
    assert evidence()["verdict"] == "inconclusive"


def test_a_mutant_is_drawn_as_lanes_with_a_line_that_replays_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--world", "empty", "--mutant", "dominance")
    assert result.exit_code == 1
    assert "M3 on dominance, world empty, 11 steps" in result.stdout
    again = result.stdout.splitlines()[-3].split()
    assert again[:2] == ["strandline", "replay"]
    assert CliRunner().invoke(main, again[1:]).exit_code == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_leaves_a_family_with_the_worlds_that_were_searched(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "from strandline.properties.cli import main; main()", "exhaust"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert child.stderr is not None
        assert ": depth " in child.stderr.readline()
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode == 3, err
    assert "Traceback" not in err
    assert "races: interrupted" in out
    claims = json.loads((tmp_path / ".strandline" / "exhaust.json").read_text())["claims"]
    assert claims["verdict"] == "inconclusive"
    assert {world["world"] for world in claims["worlds"]} == set(FAMILY)
