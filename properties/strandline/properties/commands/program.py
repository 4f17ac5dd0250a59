"""The command line: every command is wired here and does its work elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    Path.cwd()
except OSError:  # before any command is imported: hypothesis asks for the folder as soon as it is
    sys.stderr.write("strandline: the working folder is gone: change to one that exists\n")
    sys.exit(2)

from typing import Final

import click

from strandline.properties.commands import console
from strandline.properties.commands.group import Commands, Found
from strandline.properties.commands.pythons import untried
from strandline.properties.core.version import __version__

COMMANDS: Final = {
    "bench": Found(
        "strandline.properties.commands.bench:bench_command", "Measure what an engine gains or a store costs."
    ),
    "check": Found(
        "strandline.properties.commands.check:check_command", "Check every law of a scanner by every engine."
    ),
    "demo": Found("strandline.properties.commands.demo:demo_command", "Find, draw and replay a planted lost update."),
    "doctor": Found(
        "strandline.properties.commands.doctor:doctor_command", "Say what a report of a fault needs, and what is wrong."
    ),
    "exhaust": Found("strandline.properties.commands.exhaust:exhaust_command", "Search a declared world whole."),
    "export": Found("strandline.properties.commands.export:export_command", "Write a trace as a regression test."),
    "faults": Found(
        "strandline.properties.commands.faults:faults_command", "Strike the scanner with every fault of the world."
    ),
    "prove": Found("strandline.properties.commands.prove:prove_command", "Prove the pure functions for all ints."),
    "replay": Found(
        "strandline.properties.commands.replay:replay_command", "Take the steps of a trace again and draw them."
    ),
    "report": Found(
        "strandline.properties.commands.report:report_command", "Tell people what a document of evidence says."
    ),
    "soak": Found("strandline.properties.commands.soak:soak_command", "Play with fresh seeds until the time is up."),
    "teeth": Found("strandline.properties.commands.teeth:teeth_command", "Put known-bad designs to the engines."),
    "threads": Found(
        "strandline.properties.commands.threads.group:threads_command", "Use a store of conversation threads by hand."
    ),
    "turns": Found("strandline.properties.commands.turns:turns_command", "Tell which turns of a log had priority."),
    "verify": Found(
        "strandline.properties.commands.verify:verify_command", "Run the claims of evidence again, and compare."
    ),
    "writer": Found("strandline.properties.commands.writer:writer_command", "Write a synthetic codex log."),
}
"""Where each command is. It is imported when it is called: whoever asks for turns waits for no prover."""

_MAIN: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken, 130 interrupted, 141 nobody read the output.
Example:    strandline check
"""


@click.group(cls=Commands, found=COMMANDS, epilog=_MAIN)
@click.version_option(__version__, prog_name="strandline")
def main() -> None:
    """Check that what a memo says is still true."""
    if line := untried(sys.version_info[:2]):
        console.complain(line)
