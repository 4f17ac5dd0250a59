"""A wait for a busy log is shown, and ends when the log is let go."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.impl.memo.product.writer.write import Plan, write
from strandline.properties.cli import main
from strandline.properties.commands import console
from strandline.properties.commands.turns import waiting

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("options", [[], ["--oracle"], ["--follow", "--for", "0.1", "--interval", "1"]], ids=str)
def test_a_busy_log_is_waited_for_and_the_wait_is_shown(
    tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The holder lets go when it hears that it is waited for."""
    path = tmp_path / "log"
    write(path, Plan(rows=50, journal="delete"), threading.Event())
    said: list[str] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        def let_go(_: console.Progress, line: str) -> None:
            said.append(line)
            if holder.in_transaction:
                holder.execute("ROLLBACK")

        monkeypatch.setattr(console.Progress, "say", let_go)
        result = CliRunner().invoke(main, ["turns", str(path), *options])
    assert result.exit_code == 0, result.output
    assert said == [f"waiting: {path} is locked by another program"]


def test_a_wait_is_a_line_on_standard_error_and_none_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with waiting(tmp_path):
        pass
    assert capsys.readouterr() == ("", "")
    with waiting(tmp_path) as say:
        say()
    assert capsys.readouterr() == ("", f"waiting: {tmp_path} is locked by another program\n")
