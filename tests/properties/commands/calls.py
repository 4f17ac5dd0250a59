"""How tests call the commands, and the one line that a refused call ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from strandline.properties.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


PATIENCE = 60.0
"""Seconds to wait for a child; it is only used up when something is wrong."""


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def one_line(result: Result, code: int, says: str) -> None:
    """Assert that a call ended with a code and one clear line, and nothing else."""
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("strandline: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr
