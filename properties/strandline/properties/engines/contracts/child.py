"""The process in which CrossHair runs: a command on each line of standard input, an answer on each of its output.

To load CrossHair takes longer than most proofs do, so it is loaded once. Each command goes through its own command
line, and what that writes and exits with is given back as it is.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED = 1
"""What an exit code that is no number counts as."""


class Answer(NamedTuple):
    """What CrossHair ended with and wrote, and the seconds of processor time that it took."""

    code: int
    out: str
    err: str
    seconds: float


def answer(command: list[str]) -> Answer:
    """Run one command."""
    from crosshair.main import main  # noqa: PLC0415 - only the process that proves needs it loaded

    out, err, began = io.StringIO(), io.StringIO(), time.process_time()
    code = FAILED
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(command)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else FAILED
    return Answer(code, out.getvalue(), err.getvalue(), round(time.process_time() - began, 3))


def commands() -> Iterator[list[str]]:
    """Give the commands. When standard input ends, nobody waits for an answer, and the process ends at once."""
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    Thread(target=read, name="commands", daemon=True).start()
    while True:
        yield json.loads(lines.get())


if __name__ == "__main__":
    for command in commands():
        sys.stdout.write(json.dumps(answer(command)) + "\n")
        sys.stdout.flush()
