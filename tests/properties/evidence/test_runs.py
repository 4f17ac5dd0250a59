"""Claims about the folders of runs: none writes over another one, the last one is copied, and few are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import check as checking
from strandline.properties.evidence import runs
from strandline.properties.evidence.folder import UnwrittenError
from tests.properties.evidence.evidences import findings

if TYPE_CHECKING:
    from collections.abc import Collection

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.verdict import Report


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def finished(what: str = "check") -> Path:
    folder = runs.begin(what)
    (folder / "evidence.json").write_text(folder.name)
    runs.finish(folder)
    return folder


def kept() -> list[str]:
    return sorted(path.name for path in runs.RUNS.iterdir())


def test_each_run_has_a_folder_of_its_own_and_the_last_one_is_copied() -> None:
    first, second = finished(), finished()
    assert (first.name, second.name) == ("0001-check", "0002-check")
    assert (first / "evidence.json").read_text() == "0001-check"
    assert Path(".strandline/evidence.json").read_text() == "0002-check"


def test_runs_that_begin_at_once_get_a_folder_each() -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: runs.begin("check"), range(24)))
    assert len(set(folders)) == 24


def test_the_oldest_finished_runs_are_removed_and_one_under_way_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT_MAX", 2)
    under_way = runs.begin("soak")
    (under_way / "plan-0.jsonl").write_text("")
    for _ in range(4):
        finished()
    assert kept() == ["0001-soak", "0004-check", "0005-check"]


def test_unfinished_runs_are_removed_too_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT_MAX", 2)
    for _ in range(3):
        runs.begin("check")
    finished()
    assert kept() == ["0002-check", "0003-check", "0004-check"]


def test_what_is_not_a_run_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT_MAX", 1)
    finished()
    for name in ("mine", "0000-check.bak"):
        (runs.RUNS / name).mkdir()
        (runs.RUNS / name / "evidence.json").write_text("mine")
    finished()
    assert kept() == ["0000-check.bak", "0002-check", "mine"]


def test_a_run_that_was_put_elsewhere_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").write_text("elsewhere")
    runs.finish(tmp_path)
    assert not runs.LAST.exists()


def test_a_folder_of_runs_that_cannot_be_made_is_named_in_one_line() -> None:
    Path(".strandline").write_text("in the way")
    with pytest.raises(UnwrittenError, match=r"\.strandline/runs cannot be written: ") as refused:
        runs.begin("check")
    assert "\n" not in str(refused.value)


def test_the_check_of_a_mutant_leaves_the_evidence_of_the_shipped_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(subject: str, _chosen: Collection[str], _say: Report, _keep: Report, **_options: bool) -> Findings:
        return replace(findings(), subject=subject)

    monkeypatch.setattr(checking, "check", check)
    CliRunner().invoke(main, ["check"], catch_exceptions=False)
    CliRunner().invoke(main, ["check", "--mutant", "dominance"], catch_exceptions=False)
    told = [
        CliRunner().invoke(main, ["report", "--format", "json", *named])
        for named in ([".strandline/runs/0001-check/evidence.json"], [".strandline/evidence.json"], [])
    ]
    assert ['"shipped"' in one.stdout for one in told] == [True, False, False]
    assert "taking the last check: .strandline/evidence.json, about 'dominance'" in told[2].stderr


@pytest.mark.parametrize("command", ["verify", "report"])
def test_without_a_check_there_is_no_last_evidence_to_take(command: str) -> None:
    result = CliRunner().invoke(main, [command])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "run strandline check here" in result.stderr
