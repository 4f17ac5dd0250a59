"""How a trace is shown at a terminal: taken again, drawn as lanes, with the lines that replay it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from strandline.properties.blackbox.outside import OUTSIDE
from strandline.properties.laws import LAWS
from strandline.properties.report.lanes import lanes, printable
from strandline.properties.report.replay import compact, file_name
from strandline.properties.report.retrace import retrace
from strandline.properties.verdict import Exhibit

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.blackbox.judged import Bench
    from strandline.properties.blackbox.subject import Launch
    from strandline.properties.verdict import Trace

PASTED_MAX: Final = 4_000
"""Characters of a line to be pasted; a trace that needs more is in its file alone."""


def exhibited(traces: tuple[Trace, ...], bench: Bench | None = None) -> dict[Trace, Exhibit]:
    """Give what each trace looks like.

    ``bench`` judged somebody else's scanner and still knows what it saw; otherwise the steps are taken again.
    """
    return {trace: _exhibit(trace, bench) for trace in traces}


def _exhibit(trace: Trace, bench: Bench | None) -> Exhibit:
    try:
        return retrace(trace) if bench is None else bench.exhibits[trace]
    except Exception as error:  # noqa: BLE001 - the violation has been found; a drawing that fails must not hide it
        return Exhibit(trace, (), (f"The trace cannot be drawn: {type(error).__name__}: {error}",), 0, broken=True)


def drawings(exhibits: dict[Trace, Exhibit], out: Path, bench: Bench | None = None) -> list[list[str]]:
    """Draw each trace, with the lines that replay it."""
    launch, laws = (bench.launch, OUTSIDE) if bench is not None else (None, LAWS)
    return [
        [
            *lanes(exhibit, laws=laws),
            "",
            *pasted(trace, launch),
            "take it again:",
            f"  {replay_line(str(out / 'traces' / file_name(trace)), launch)}",
        ]
        for trace, exhibit in exhibits.items()
    ]


def pasted(trace: Trace, launch: Launch | None = None) -> list[str]:
    """Give the line that takes a trace again wherever it is pasted, without a file; nothing if it would be too long."""
    line = f"printf %s {shlex.quote(compact(trace).decode())} | {replay_line('-', launch)}"
    return ["paste to take it again without a file:", f"  {printable(line)}"] if len(line) <= PASTED_MAX else []


def replay_line(source: str, launch: Launch | None = None) -> str:
    """Give the line for a shell that replays the trace in a file, on somebody else's scanner if it is one's."""
    return shlex.join(["strandline", "replay", source, *(launch.option if launch is not None else ())])
