"""Claims about what is written: every command finds out before its work that a file cannot be written."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

import click
import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import bench, export, faults, report, soak, teeth
from strandline.properties.commands import check as checking
from strandline.properties.commands import memos as exhaust
from strandline.properties.evidence import folder
from strandline.properties.systems.memo import demo
from tests.properties.commands.calls import one_line, run

CHECKOUT: Final = Path(__file__).parents[3]

OTHER: Final = {
    ("bench exhaust", "--compare"),
    ("bench scanner", "--compare"),
    ("bench scanner", "--folder"),
    ("bench threads", "--dir"),
    ("threads import", "--names"),
    ("turns", "--memo"),
}
"""The options that name a file which is read, a folder, or a file without which the work is done as well."""

BEFORE: Final[dict[str, tuple[str, ...]]] = {"export": ("trace.json",), "report": ("evidence.json",)}
"""What a command needs besides."""


def outputs(command: click.Command, name: str = "") -> list[tuple[str, str]]:
    """Give the commands below one with each option that names a file which is written."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        below = [(sub, command.get_command(context, sub)) for sub in command.list_commands(context)]
        return [pair for sub, one in below if one is not None for pair in outputs(one, f"{name} {sub}".strip())]
    paths = [one for one in command.params if isinstance(one, click.Option) and isinstance(one.type, click.Path)]
    return [(name, one.opts[-1]) for one in paths if (name, one.opts[-1]) not in OTHER]


@pytest.fixture(autouse=True)
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a command that begins its work fail the test."""

    def begun(*_arguments: Any, **_named: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise AssertionError("the work has begun")

    for module, name in (
        (checking, "check"),
        (exhaust, "family"),
        (teeth, "run"),
        (faults, "_struck"),
        (soak, "soaked"),
        (report, "loaded"),
        (report, "_account"),
        (export, "trace_file"),
        (demo, "demonstrate"),
        (bench, "_measure"),
    ):
        monkeypatch.setattr(module, name, begun)


def test_these_commands_write_files() -> None:
    assert {name for name, _ in outputs(main)} == {
        "check",
        "demo",
        "exhaust",
        "export",
        "faults",
        "report",
        "soak",
        "teeth",
    }


@pytest.mark.parametrize(("command", "option"), outputs(main))
def test_a_file_that_cannot_be_written_is_found_before_the_work(
    command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "below"
    result = CliRunner().invoke(main, [*command.split(), *BEFORE.get(command, ()), option, str(below)])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"{below}" in result.stderr
    assert "cannot be written: a file stands in the place of its folder" in result.stderr


@pytest.mark.parametrize(("command", "option"), [*outputs(main), *sorted(OTHER)])
def test_no_text_is_no_name(command: str, option: str) -> None:
    """It was taken for the working folder."""
    one_line(
        run(
            *command.split()[:1],
            *(["x"] if command == "threads import" else []),
            *command.split()[1:],
            *BEFORE.get(command, ()),
            option,
            "",
        ),
        2,
        "no name is given",
    )


@pytest.mark.parametrize("command", ["check", "exhaust", "faults", "soak", "teeth"])
def test_a_run_without_a_place_for_its_folder_is_refused_before_the_work(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".strandline").write_text("in the way")
    result = CliRunner().invoke(main, [command])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("option", ["--out", "--html", "--junit"])
def test_a_folder_in_the_place_of_a_file_is_said_to_be_one(option: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", "evidence.json", option, str(tmp_path)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"{tmp_path} cannot be written: it is a folder" in result.stderr


def test_a_look_leaves_no_file_behind(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", "x", "--html", str(tmp_path / "new" / "page.html")])
    assert "the work has begun" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["new"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither a umask nor links that anybody may make")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_says_who_may_read_what_is_written(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        folder.write(tmp_path / "new" / "file", b"x")
        folder.write(tmp_path / "new" / "file", b"y")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "file").stat().st_mode & 0o777 == mode
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets not everybody make links")
@pytest.mark.parametrize("target", ["nowhere", "there"])
@pytest.mark.parametrize("command", [["export", "TRACE"], ["teeth", "--mutant", "dominance"], ["exhaust"]])
@pytest.mark.checkout
def test_a_link_is_no_place_to_write_to(
    command: list[str], target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").write_text("mine")
    (tmp_path / "out").symlink_to(target)
    trace = str(CHECKOUT / "tests" / "traces" / "M3-dominance.json")
    result = run(*(trace if word == "TRACE" else word for word in command), "--out", "out")
    assert result.exit_code == 2
    assert (tmp_path / "out").readlink() == Path(target)
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets not everybody make links")
@pytest.mark.parametrize("link", [".strandline", ".strandline/runs", ".strandline/demo"])
def test_a_link_that_a_checkout_holds_takes_no_evidence_out_of_it(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "outside").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    Path(link).parent.mkdir(parents=True, exist_ok=True)
    Path(link).symlink_to(tmp_path / "outside")
    result = run("demo") if link.endswith("demo") else run("teeth", "--mutant", "dominance")
    one_line(result, 2, "is a link, which may lead anywhere")
    assert [*(tmp_path / "outside").iterdir()] == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root makes a folder another user's")
def test_a_folder_that_another_user_made_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".strandline").mkdir()
    os.chown(".strandline", 12345, 12345)
    one_line(run("teeth", "--mutant", "dominance"), 2, "it belongs to another user")
