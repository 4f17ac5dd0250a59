"""Claims about a name that comes to lead to a FIFO between the look at it and its opening: nobody waits for that."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.harness.unblocked import unblocked
from tests.properties.commands.calls import PATIENCE, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux opens without touching")

SWAPPED: Final = """
import os, sqlite3, sys
really, (database, fifo) = sqlite3.connect, sys.argv[1:3]

def connect(name, *rest, **named):
    if "mode=r" in str(name) and os.path.basename(database) in str(name) and os.path.exists(fifo):
        os.replace(fifo, database)  # a stranger does, and has won the race
    return really(name, *rest, **named)

sqlite3.connect = connect
from strandline.properties.commands.entry import main
sys.argv[1:] = sys.argv[3:]
main()
"""


@pytest.mark.parametrize(
    "command",
    ["turns LOG", "turns LOG --oracle", "turns LOG --follow --oracle --for 0s", "doctor LOG", "threads NOTES list"],
)
def test_a_database_that_becomes_a_fifo_as_it_is_opened_is_not_waited_for(
    command: str, log: Path, tmp_path: Path
) -> None:
    notes, fifo = tmp_path / "notes", tmp_path / "fifo"
    assert run("threads", notes, "append", "t", "--create", "--message", "a").exit_code == 0
    os.mkfifo(fifo)
    database = notes / "threads.sqlite" if "NOTES" in command else log
    words = command.replace("LOG", str(log)).replace("NOTES", str(notes)).split()
    child = [sys.executable, "-c", SWAPPED, str(database), str(fifo), *words]
    done = subprocess.run(child, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert not fifo.exists()
    assert done.returncode in {0, 2, 4}, done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_beside_a_database_that_becomes_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log-wal")
    with unblocked(tmp_path / "log"), (tmp_path / "log-wal").open("rb") as file:  # which waits for a writer
        assert file.read() == b""
