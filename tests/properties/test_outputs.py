"""Claims about what is written: every command finds out before its work that a file cannot be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
import pytest
from click.testing import CliRunner

from strandline.properties import checking
from strandline.properties.bench import cli as bench
from strandline.properties.cli import main
from strandline.properties.exhaust import cli as exhaust
from strandline.properties.report import cli as report
from strandline.properties.soak import cli as soak
from strandline.properties.teeth import cli as teeth
from strandline.properties.traces import cli as traces
from strandline.properties.traces import demo

if TYPE_CHECKING:
    from pathlib import Path

READ: Final = {("bench exhaust", "--compare")}
"""The options that name a file which is read."""

BEFORE: Final[dict[str, tuple[str, ...]]] = {"export": ("trace.json",), "report": ("evidence.json",)}
"""What a command needs besides."""


def outputs(command: click.Command, name: str = "") -> list[tuple[str, str]]:
    """Give the commands below one with each option that names a file which is written."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        below = [(sub, command.get_command(context, sub)) for sub in command.list_commands(context)]
        return [pair for sub, one in below if one is not None for pair in outputs(one, f"{name} {sub}".strip())]
    paths = [one for one in command.params if isinstance(one, click.Option) and isinstance(one.type, click.Path)]
    return [(name, one.opts[-1]) for one in paths if (name, one.opts[-1]) not in READ]


@pytest.fixture(autouse=True)
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a command that begins its work fail the test."""

    def begun(*_arguments: Any, **_named: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise AssertionError("the work has begun")

    for module, name in (
        (checking, "check"),
        (exhaust, "_family"),
        (teeth, "run"),
        (soak, "soaked"),
        (report, "loaded"),
        (traces, "_file"),
        (demo, "demonstrate"),
        (bench, "_measure"),
    ):
        monkeypatch.setattr(module, name, begun)


def test_these_commands_write_files() -> None:
    assert {name for name, _ in outputs(main)} == {"check", "demo", "exhaust", "export", "report", "soak", "teeth"}


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


@pytest.mark.parametrize("command", ["check", "exhaust", "soak", "teeth"])
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
