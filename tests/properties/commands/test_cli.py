"""The command line as a whole: its version, its help, what it loads, and how it ends when something fails."""

from __future__ import annotations

import subprocess
import sys

import pytest

from strandline.properties import __version__
from strandline.properties.cli import COMMANDS
from tests.properties.commands.calls import PATIENCE, one_line, run


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output == f"strandline, version {__version__}\n"


def test_the_help_has_a_whole_line_for_every_command() -> None:
    listed = run("--help").output.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == sorted(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_a_shell_completes_a_command_without_loading_any() -> None:
    complete = (
        "from strandline.properties.cli import main; import click; c = main.shell_complete(click.Context(main), 're')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; {complete}; print(*(one.value for one in c)); print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    completed, loaded = ran.stdout.splitlines()
    assert completed == "replay report"
    assert {"hypothesis", "trio", "numpy", "strandline.properties.commands.report"}.isdisjoint(loaded.split())


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ((), {"hypothesis", "trio", "numpy", "pytest"}),
        (("turns",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("doctor",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("writer",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("report",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("prove",), {"hypothesis", "trio", "numpy", "pytest"}),
        (("replay",), {"hypothesis", "trio", "pytest"}),
        (("exhaust",), {"hypothesis", "trio", "pytest"}),
    ],
)
def test_a_command_waits_for_nothing_that_it_does_not_use(command: tuple[str, ...], spared: set[str]) -> None:
    """All of it together takes more than a second to load."""
    load = "from strandline.properties.cli import main; main(sys.argv[1:], standalone_mode=False)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; {load}; print(*sys.modules)", *command, "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert spared.isdisjoint(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("check",),
        ("exhaust",),
        ("bench", "exhaust"),
        ("replay",),
        ("export",),
        ("demo",),
        ("doctor",),
        ("report",),
        ("verify",),
        ("turns",),
        ("writer",),
    ],
)
def test_every_help_shows_exit_codes_and_an_example(command: tuple[str, ...]) -> None:
    text = run(*command, "--help").output
    assert "Exit codes: 0 " in text
    assert "Example:    strandline " in text


def test_an_unexpected_failure_is_broken_and_never_taken_for_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.properties.commands.turns.parse_zone", lambda _name: 1 / 0)
    result = run("turns", "x")
    assert result.exit_code == 4
    assert "ZeroDivisionError" in result.stderr


def test_an_interrupt_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_name: str | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("strandline.properties.commands.turns.parse_zone", interrupted)
    assert run("turns", "x").exit_code == 130


@pytest.mark.parametrize("group", ["bench", "threads"])
def test_a_group_of_commands_alone_says_in_one_line_which_there_are(group: str) -> None:
    one_line(run(group), 2, "name a command: ")
