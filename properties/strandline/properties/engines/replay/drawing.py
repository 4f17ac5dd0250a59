"""How a trace is shown at a terminal: taken again, drawn as lanes, with the lines that replay it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.core.line import command, inert
from strandline.properties.core.verdict import Exhibit
from strandline.properties.evidence.lanes import lanes
from strandline.properties.evidence.replay import compact, file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from strandline.properties.core.law import Law
    from strandline.properties.core.verdict import Trace

PASTED_MAX: Final = 4_000
"""Characters of a line to be pasted; a trace that needs more is in its file alone."""


def exhibited(traces: tuple[Trace, ...], taken: Callable[[Trace], Exhibit]) -> dict[Trace, Exhibit]:
    """Give what each trace looks like, by what ``taken`` gives of it."""
    return {trace: _exhibit(trace, taken) for trace in traces}


def _exhibit(trace: Trace, taken: Callable[[Trace], Exhibit]) -> Exhibit:
    try:
        return taken(trace)
    except Exception as error:  # noqa: BLE001 - the violation has been found; a drawing that fails must not hide it
        return Exhibit(trace, (), (f"The trace cannot be drawn: {type(error).__name__}: {error}",), 0, broken=True)


def drawings(
    exhibits: Mapping[Trace, Exhibit], out: Path, laws: tuple[Law, ...], option: tuple[str, ...] = ()
) -> list[list[str]]:
    """Draw each trace, with the lines that replay it.

    Args:
        exhibits: what each looks like.
        out: the folder of the evidence, with the traces in a folder of it.
        laws: the laws, to be quoted.
        option: the words of a command line that name the subject, if a trace file does not.
    """
    return [
        [
            *lanes(exhibit, laws),
            "",
            *pasted(trace, option),
            "take it again:",
            f"  {replay_line(str(out / 'traces' / file_name(trace)), option)}",
        ]
        for trace, exhibit in exhibits.items()
    ]


def pasted(trace: Trace, option: tuple[str, ...] = ()) -> list[str]:
    """Give the line that takes a trace again wherever it is pasted, without a file; nothing if it would be too long."""
    line = f"{command(['printf', '%s', inert(compact(trace).decode())])} | {replay_line('-', option)}"
    return ["paste to take it again without a file:", f"  {line}"] if len(line) <= PASTED_MAX else []


def replay_line(source: str, option: tuple[str, ...] = ()) -> str:
    """Give the line for a shell that replays the trace in a file; ``option`` names a subject that the file does not."""
    return command(["strandline", "replay", source, *option])
