"""The program ``strandline``, from its first line on: what asks it to end is heard while it is still imported."""

from __future__ import annotations

import os
import sys

try:
    import signal

    signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(130))  # nothing has begun yet

    from strandline.properties.harness.interruption import INTERRUPTED, came, heard
except KeyboardInterrupt:
    os._exit(130)


def main() -> None:
    """Run the command line, and end in an exit code."""
    try:
        with heard():
            _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:  # the interpreter's own end takes a while, and would tell of an interrupt in it
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run() -> None:
    try:
        from strandline.properties.commands.program import main as commands  # noqa: PLC0415 - this is what takes long

        commands()
    except Exception:
        if came():  # whatever an import makes of an interrupt
            raise KeyboardInterrupt from None
        raise
