"""The command ``replay``: takes a trace again."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.properties.commands import console
from strandline.properties.commands.chosen import own
from strandline.properties.commands.options import BROKEN, FORMAT, USAGE, refuse_unknown
from strandline.properties.commands.own import system_of
from strandline.properties.commands.subjects import bench_for, subject_options
from strandline.properties.commands.trace_files import INCONCLUSIVE, end, trace_file, unknown
from strandline.properties.core.named import LoadError, told
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.exhaust.world import WorldError
from strandline.properties.engines.replay import drawing, replaying
from strandline.properties.engines.replay.declared import declared
from strandline.properties.engines.replay.replaying import Asked, Taken
from strandline.properties.evidence import replay
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from strandline.properties.core.system import System
    from strandline.properties.evidence.replay import TraceFile
    from strandline.properties.systems.memo.blackbox.judged import Bench

_EPILOG: Final = """\b
Exit codes: 0 all steps fit and the law holds, 1 the law is still broken,
            2 no trace file, 3 the trace fits no longer, was ended before its
            last step, or its law has nothing to judge, which is no pass,
            4 the subject is broken, or model and real code part.
Example:    strandline replay .strandline/runs/0001-check/traces/M3-dominance.json
            strandline replay M3-dominance.json --on both
            strandline replay M3-dominance.json --mutant shipped --step
"""

_QUIT: Final = ("q", "Q", "\x1b")  # the last one is Escape


@click.command("replay", epilog=_EPILOG)
@click.argument("source", metavar="FILE|-")
@click.option("--on", type=click.Choice(replaying.ON), help="Take it on this.  [default: what the trace names]")
@click.option("--mutant", metavar="NAME", help="Plant this in the real code; shipped plants nothing.")
@click.option("--step", "stepping", is_flag=True, help="Show one step at a time, on a terminal.")
@click.option("--until", type=click.IntRange(min=0), metavar="N", help="End after so many steps.")
@click.option("--world", "own_world", metavar="MODULE:WORLD", help="Take it in this world of your own.")
@click.option("--system", "own_system", metavar="MODULE:SYSTEM", help="Take it in this system of your own.")
@subject_options
@FORMAT
@click.pass_context
def replay_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    source: str,
    on: str | None,
    mutant: str | None,
    stepping: bool,
    until: int | None,
    own_world: str | None,
    own_system: str | None,
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Take the steps of a trace again and draw them; - reads standard input.

    A trace of somebody else's scanner, or of a world of your own, needs it named again: a trace file never says what to
    run.
    """
    bench = bench_for(**subject)
    if own_world is not None and (bench is not None or on is not None or mutant is not None):
        raise click.UsageError("--world excludes --on, --mutant, --subject and --subject-cmd")
    system = _system(own_system, beside=bench is not None or own_world is not None)
    refuse_unknown("mutant", () if mutant is None else (mutant,), (SHIPPED, *system.mutants))
    if bench is not None and (on is not None or mutant is not None):
        raise click.UsageError("--subject and --subject-cmd exclude --on and --mutant")
    if on == "model" and mutant is not None:
        raise click.UsageError("--mutant plants in the real code, which --on model leaves out")
    if stepping and (output == "json" or source == "-" or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise click.UsageError("--step needs a terminal, a file, and no --format json")
    if own_system is not None:
        taken = _taken_of(ctx, source, system, Asked(on, mutant, until))
    elif own_world is None:
        taken = _taken(ctx, source, Asked(on, mutant, until), trace_file(ctx, source, bench), bench)
    else:
        taken = _taken_in(ctx, source, own_world, until)
    laws = OUTSIDE if bench else system.laws if own_world is None else ()
    if output == "json":
        console.document(replaying.document(taken))
    elif stepping:
        console.complain("any key takes the next step, q ends")
        keys = Keys()
        console.tell(replaying.one_by_one(taken, laws, keys.go_on))
        if keys.ended:
            ctx.exit(INCONCLUSIVE)
    else:
        again = _again(
            source, {"on": on, "mutant": mutant, "until": until, "world": own_world, "system": own_system}, bench
        )
        console.tell([*replaying.lines(taken, laws), "", "take it again:", f"  {again}"])
    ctx.exit(replaying.exit_code(taken))


class Keys:
    """The keys of a terminal; ``ended`` tells that one of them asked for no further step."""

    ended = False

    def go_on(self) -> bool:
        """Wait for a key, and tell whether it asks for the next step; the end of the input, as by Ctrl-D, does not."""
        try:
            self.ended = click.getchar() in _QUIT
        except EOFError:
            self.ended = True
        return not self.ended


def _taken(ctx: click.Context, source: str, asked: Asked, file: TraceFile, bench: Bench | None) -> Taken:
    """Take its steps again."""
    try:
        if bench is not None:
            return Taken(bench.retrace(replay.to_trace(file), asked.until), ())
        return replaying.take(SYSTEM, file, asked)
    except replaying.NoSideError as error:
        raise click.UsageError(f"{source}: {error}") from error
    except SubjectBrokenError as error:
        end(ctx, BROKEN, f"{file.subject} is broken: {error}")
    except KeyError as error:
        unknown(ctx, source, error)


def _system(own_system: str | None, *, beside: bool) -> System:
    """Give the system that is named, ours if none is; ``beside`` tells whether something else is named as well."""
    if own_system is not None and beside:
        raise click.UsageError("--system excludes --world, --subject and --subject-cmd")
    return SYSTEM if own_system is None else system_of(own_system)


def _taken_of(ctx: click.Context, source: str, system: System, asked: Asked) -> Taken:
    """Take the steps of a trace again in a system of somebody's own."""
    try:
        with redirect_stdout(sys.stderr):
            return replaying.take(system, replay.read(source), asked)
    except replay.BadTraceError as error:
        end(ctx, USAGE, f"{source}: {error}")
    except WorldError as error:
        end(ctx, BROKEN, f"{system.where} is broken: {error}")
    except KeyError as error:
        says = f"{source}: the trace fits no longer: {system.where} has nothing named {error.args[0]!r}; not a pass"
        end(ctx, INCONCLUSIVE, says)


def _taken_in(ctx: click.Context, source: str, own_world: str, until: int | None) -> Taken:
    """Take the steps of a trace again in a world of somebody's own."""
    try:
        file, chosen = replay.read(source), own(own_world)
    except (replay.BadTraceError, LoadError) as error:
        end(ctx, USAGE, f"{source}: {error}" if isinstance(error, replay.BadTraceError) else str(error))
    if not replay.is_own(file):
        raise click.UsageError(f"{source} is a trace of the scanner, its model or another one, and takes no --world")
    if file.world != chosen.world.name:
        raise click.UsageError(f"{source} is of a world named {file.world!r}, and {own_world} is {chosen.world.name!r}")
    try:
        with redirect_stdout(sys.stderr):
            return replaying.take(declared(chosen.world, file), file, Asked(until=until))
    except WorldError as error:
        end(ctx, BROKEN, f"{own_world} is broken: {error}")
    except MemoryError as error:
        end(ctx, INCONCLUSIVE, f"{source}: {str(error) or 'no memory was left'}; not a pass")
    except KeyError as error:
        unknown(ctx, source, error)
    except BaseException as error:
        if isinstance(error, (Exception, KeyboardInterrupt)):
            raise
        # SystemExit, a cancellation: a function of the world must not choose the exit code
        end(ctx, BROKEN, f"{own_world} is broken: a function raised {told(error)}")


def _again(source: str, asked: dict[str, str | int | None], bench: Bench | None) -> str:
    """Give the line that does this again."""
    options = [f"--{name}={value}" for name, value in asked.items() if value is not None]
    return drawing.replay_line(source, (*(bench.launch.option if bench else ()), *options))
