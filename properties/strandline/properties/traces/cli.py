"""The commands about traces: ``replay`` takes one again, ``export`` makes a test of it, ``demo`` shows it all."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from strandline.properties import outputs
from strandline.properties.blackbox.outside import OUTSIDE
from strandline.properties.blackbox.plots import PLOTS
from strandline.properties.blackbox.subject import SubjectBrokenError
from strandline.properties.blackbox.subjects import bench_for, subject_options
from strandline.properties.exhaust.chosen import SCOPES, own
from strandline.properties.exhaust.world import WorldError
from strandline.properties.laws import LAWS
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.named import LoadError, told
from strandline.properties.nearest import meant
from strandline.properties.options import BROKEN, FORMAT, USAGE, refuse_unknown
from strandline.properties.report import console, drawing, folder, replay
from strandline.properties.specimens import SPECIMENS
from strandline.properties.traces import demo, replaying
from strandline.properties.traces.export import CLAIM, UnexportableError, pytest_module
from strandline.properties.traces.replaying import Asked, Taken
from strandline.properties.traces.unjudged import unjudged
from strandline.properties.verdict import EXIT_CODES, Verdict

if TYPE_CHECKING:
    from strandline.properties.blackbox.judged import Bench
    from strandline.properties.report.replay import TraceFile

INCONCLUSIVE: Final = EXIT_CODES[Verdict.INCONCLUSIVE]

_REPLAY: Final = """\b
Exit codes: 0 all steps fit and the law holds, 1 the law is still broken,
            2 no trace file, 3 the trace fits no longer, was ended before its
            last step, or its law has nothing to judge, which is no pass,
            4 the subject is broken, or model and real code part.
Example:    strandline replay .strandline/runs/0001-check/traces/M3-dominance.json
            strandline replay M3-dominance.json --on both
            strandline replay M3-dominance.json --mutant shipped --step
"""

_EXPORT: Final = """\b
Exit codes: 0 written, 2 no trace file, a mistake in the call, or the file
            cannot be written, 3 the trace fits no longer, or would make no
            test, 4 writing failed.
Example:    strandline export M3-dominance.json --out tests/test_late_write_back.py
"""

_DEMO: Final = """\b
Exit codes: 0 all went as it should, 2 a mistake in the call, or the folder
            cannot be written to, 4 something did not.
Example:    strandline demo --out lost-update
"""

TAKEN: Final = "strandline replay takes it with"
NO_TEST: Final = "and it makes no test"
"""What can be done, and what cannot, with a trace of what is somebody's own."""

_QUIT: Final = ("q", "Q", "\x1b")  # the last one is Escape


@click.command("replay", epilog=_REPLAY)
@click.argument("source", metavar="FILE|-")
@click.option("--on", type=click.Choice(replaying.ON), help="Take it on this.  [default: what the trace names]")
@click.option("--mutant", metavar="NAME", help="Plant this in the real code; shipped plants nothing.")
@click.option("--step", "stepping", is_flag=True, help="Show one step at a time, on a terminal.")
@click.option("--until", type=click.IntRange(min=0), metavar="N", help="End after so many steps.")
@click.option("--world", "own_world", metavar="MODULE:WORLD", help="Take it in this world of your own.")
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
    refuse_unknown("mutant", () if mutant is None else (mutant,), (SHIPPED, *MUTANTS))
    if bench is not None and (on is not None or mutant is not None):
        raise click.UsageError("--subject and --subject-cmd exclude --on and --mutant")
    if on == "model" and mutant is not None:
        raise click.UsageError("--mutant plants in the real code, which --on model leaves out")
    if stepping and (output == "json" or source == "-" or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise click.UsageError("--step needs a terminal, a file, and no --format json")
    if own_world is None:
        taken = _taken(ctx, source, Asked(on, mutant, until), _file(ctx, source, bench), bench)
    else:
        taken = _taken_in(ctx, source, own_world, until)
    laws = OUTSIDE if bench else LAWS if own_world is None else ()
    if output == "json":
        click.echo(json.dumps(replaying.document(taken)))
    elif stepping:
        console.complain("any key takes the next step, q ends")
        keys = Keys()
        console.tell(replaying.one_by_one(taken, laws, keys.go_on))
        if keys.ended:
            ctx.exit(INCONCLUSIVE)
    else:
        again = _again(source, {"on": on, "mutant": mutant, "until": until, "world": own_world}, bench)
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


def _end(ctx: click.Context, code: int, line: str) -> NoReturn:
    """End in one clear line."""
    console.complain(line)
    ctx.exit(code)


def _unknown(ctx: click.Context, source: str, error: KeyError) -> NoReturn:
    """End because a trace names what is not here."""
    missing = error.args[0]
    near = meant(missing, (*MUTANTS, *SCOPES, *SPECIMENS, *(law.number for law in LAWS)))
    _end(ctx, INCONCLUSIVE, f"{source}: the trace fits no longer: nothing here is named {missing!r}{near}; not a pass")


def _file(ctx: click.Context, source: str, bench: Bench | None) -> TraceFile:
    """Read a trace that can be taken on this bench, or on ours if there is none."""
    exporting = ctx.command is export_command
    try:
        file = replay.read(source)
        if replay.is_own(file):
            how = f"{TAKEN} --world" + (f", {NO_TEST}" if exporting else "")
            raise click.UsageError(f"{source} is a trace of {file.subject}, a world of somebody's own; {how}")
        why_not = unjudged(replay.to_trace(file))
    except replay.BadTraceError as error:
        _end(ctx, USAGE, f"{source}: {error}")
    if why_not:
        _end(ctx, INCONCLUSIVE, f"{source}: {why_not}; not a pass")
    if bench is not None and file.world not in PLOTS:
        raise click.UsageError(f"{source} is a trace of the shipped scanner or its model, and takes no subject")
    if bench is None and file.world in PLOTS:
        how = f"{TAKEN} --subject or --subject-cmd" + (f", {NO_TEST}" if exporting else "")
        raise click.UsageError(f"{source} is a trace of {file.subject}, somebody else's scanner; {how}")
    return file


def _taken(ctx: click.Context, source: str, asked: Asked, file: TraceFile, bench: Bench | None) -> Taken:
    """Take its steps again."""
    try:
        if bench is not None:
            return Taken(bench.retrace(replay.to_trace(file), asked.until), ())
        return replaying.take(file, asked)
    except replaying.NoSideError as error:
        raise click.UsageError(f"{source}: {error}") from error
    except SubjectBrokenError as error:
        _end(ctx, BROKEN, f"{file.subject} is broken: {error}")
    except KeyError as error:
        _unknown(ctx, source, error)


def _taken_in(ctx: click.Context, source: str, own_world: str, until: int | None) -> Taken:
    """Take the steps of a trace again in a world of somebody's own."""
    try:
        file, chosen = replay.read(source), own(own_world)
    except (replay.BadTraceError, LoadError) as error:
        _end(ctx, USAGE, f"{source}: {error}" if isinstance(error, replay.BadTraceError) else str(error))
    if not replay.is_own(file):
        raise click.UsageError(f"{source} is a trace of the scanner, its model or another one, and takes no --world")
    if file.world != chosen.world.name:
        raise click.UsageError(f"{source} is of a world named {file.world!r}, and {own_world} is {chosen.world.name!r}")
    try:
        with redirect_stdout(sys.stderr):
            return replaying.take_in(chosen.world, file, until)
    except WorldError as error:
        _end(ctx, BROKEN, f"{own_world} is broken: {error}")
    except KeyError as error:
        _unknown(ctx, source, error)
    except BaseException as error:
        if isinstance(error, (Exception, KeyboardInterrupt)):
            raise
        # SystemExit, a cancellation: a function of the world must not choose the exit code
        _end(ctx, BROKEN, f"{own_world} is broken: a function raised {told(error)}")


def _again(source: str, asked: dict[str, str | int | None], bench: Bench | None) -> str:
    """Give the line that does this again."""
    options = [f"--{name}={value}" for name, value in asked.items() if value is not None]
    return shlex.join([*shlex.split(drawing.replay_line(source, bench.launch if bench else None)), *options])


@click.command("export", epilog=_EXPORT)
@click.argument("source", metavar="FILE|-")
@click.option("--as", "form", type=click.Choice(["pytest"]), default="pytest", show_default=True, help="As what.")
@click.option("--name", metavar="TEST", help="Name the test.  [default: what the law says]")
@click.option("--out", type=click.Path(path_type=Path), help="A new file.  [default: standard output]")
@click.pass_context
def export_command(ctx: click.Context, /, *, source: str, form: str, name: str | None, out: Path | None) -> None:  # noqa: ARG001 - there is one form
    """Write a trace as a regression test; - reads standard input.

    The test takes the steps again on the model and on the real code, and fails where they break the law. If the trace
    is of a mutant, it also asks that the mutant still be caught.
    """
    if name is not None and CLAIM.fullmatch(name) is None:
        raise click.UsageError(f"--name {name!r} is no name of a test: write test_, and then a-z, 0-9 and _")
    if out is not None and out.exists():
        raise click.UsageError(f"{out} is there already: name another file, or remove it")
    outputs.require(out)
    file = _file(ctx, source, None)
    try:
        module = pytest_module(replay.to_trace(file), name)
    except UnexportableError as error:
        _end(ctx, INCONCLUSIVE, f"{source}: {error}")
    except KeyError as error:
        _unknown(ctx, source, error)
    if out is None:
        click.echo(module, nl=False)
        return
    try:
        folder.write(out, module.encode())
    except folder.UnwrittenError as error:
        _end(ctx, BROKEN, str(error))
    click.echo(f"{out}: run it with pytest", err=True)


@click.command("demo", epilog=_DEMO)
@click.option("--out", type=click.Path(path_type=Path), default=".strandline/demo", show_default=True, help="A folder.")
@click.option("--picture", "short", is_flag=True, help="Search, draw the picture, and leave the rest out.")
@click.pass_context
def demo_command(ctx: click.Context, /, *, out: Path, short: bool) -> None:
    """Show it all in less than a minute: a lost update is planted, found, drawn, replayed, and made a test.

    The trace and the test are left in the folder --out.
    """
    outputs.require(None if short else out / demo.TEST)
    try:
        console.tell(demo.drawn() if short else demo.demonstrate(out))
    except (demo.DemoError, folder.UnwrittenError) as error:
        _end(ctx, BROKEN, str(error))
