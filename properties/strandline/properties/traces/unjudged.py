"""Which traces bear nothing out, whatever becomes of their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.blackbox.outside import OUTSIDE
from strandline.properties.blackbox.plots import PLOTS
from strandline.properties.laws import LAWS

if TYPE_CHECKING:
    from strandline.properties.verdict import Trace


def unjudged(trace: Trace) -> str:
    """Say why the law of a trace has nothing to judge in it, empty if it has, or if there is no such law.

    A law of worlds left in peace judges the first one already; a subject seen from outside is never left in peace.
    """
    outside = trace.world in PLOTS
    law = next((known for known in (OUTSIDE if outside else LAWS) if known.number == trace.law), None)
    if law is None:
        return ""
    if law.holds is None:
        return f"{law.number} {'cannot be seen from outside' if outside else 'is proved'}, and no step is judged by it"
    if not trace.steps and (outside or law.kind != "eventually"):
        return f"it has no steps, and so nothing that {law.number} could judge"
    return ""
