"""How traces of the memo are shown: on what they are taken again, and by which laws they are judged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.replay import drawing
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.core.verdict import Exhibit, Trace
    from strandline.properties.systems.memo.blackbox.judged import Bench


def exhibited(traces: tuple[Trace, ...], bench: Bench | None = None) -> dict[Trace, Exhibit]:
    """Give what each trace looks like.

    ``bench`` judged somebody else's scanner and still knows what it saw; otherwise the steps are taken again.
    """
    return drawing.exhibited(traces, partial(retrace, SYSTEM) if bench is None else bench.exhibits.__getitem__)


def drawings(exhibits: dict[Trace, Exhibit], out: Path, bench: Bench | None = None) -> list[list[str]]:
    """Draw each trace, with the lines that replay it."""
    return drawing.drawings(exhibits, out, *((LAWS,) if bench is None else (OUTSIDE, bench.launch.option)))
