"""What the commands about traces share: reading a trace file, and ending in one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import click

from strandline.properties.commands import console
from strandline.properties.commands.options import USAGE
from strandline.properties.core.nearest import meant
from strandline.properties.core.verdict import EXIT_CODES, Verdict
from strandline.properties.engines.replay.retrace import unjudged
from strandline.properties.evidence import replay
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE
from strandline.properties.systems.memo.blackbox.scenarios import SCENARIOS
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.systems.memo.tables import SCOPES

if TYPE_CHECKING:
    from strandline.properties.evidence.replay import TraceFile
    from strandline.properties.systems.memo.blackbox.judged import Bench

INCONCLUSIVE: Final = EXIT_CODES[Verdict.INCONCLUSIVE]

_TAKEN: Final = "strandline replay takes it with"
_NO_TEST: Final = "and it makes no test"
"""What can be done, and what cannot, with a trace of what is somebody's own."""


def end(ctx: click.Context, code: int, line: str) -> NoReturn:
    """End in one clear line."""
    console.complain(line)
    ctx.exit(code)


def unknown(ctx: click.Context, source: str, error: KeyError) -> NoReturn:
    """End because a trace names what is not here."""
    missing = error.args[0]
    near = meant(missing, (*SYSTEM.mutants, *SCOPES, *SYSTEM.apart, *(law.number for law in SYSTEM.laws)))
    end(ctx, INCONCLUSIVE, f"{source}: the trace fits no longer: nothing here is named {missing!r}{near}; not a pass")


def trace_file(ctx: click.Context, source: str, bench: Bench | None = None, *, testing: bool = False) -> TraceFile:
    """Read a trace that can be taken on this bench, or on ours if there is none, perhaps so as to make a test of it."""
    try:
        file = replay.read(source)
        if replay.is_own(file):
            how = f"{_TAKEN} --world" + (f", {_NO_TEST}" if testing else "")
            raise click.UsageError(f"{source} is a trace of {file.subject}, a world of somebody's own; {how}")
        if replay.actors_of(file) is not None:
            how = f"{_TAKEN} --system"
            raise click.UsageError(f"{source} is a trace of {file.subject}, of a system of somebody's own; {how}")
        why_not = unjudged(OUTSIDE if file.world in SCENARIOS else SYSTEM.laws, replay.to_trace(file))
    except replay.BadTraceError as error:
        end(ctx, USAGE, f"{source}: {error}")
    if why_not:
        end(ctx, INCONCLUSIVE, f"{source}: {why_not}; not a pass")
    if bench is not None and file.world not in SCENARIOS:
        raise click.UsageError(f"{source} is a trace of the shipped scanner or its model, and takes no subject")
    if bench is None and file.world in SCENARIOS:
        how = f"{_TAKEN} --subject or --subject-cmd" + (f", {_NO_TEST}" if testing else "")
        raise click.UsageError(f"{source} is a trace of {file.subject}, somebody else's scanner; {how}")
    return file
