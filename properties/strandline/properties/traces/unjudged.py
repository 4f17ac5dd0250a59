"""Which laws judge no step of a trace, whatever its steps are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.blackbox.outside import OUTSIDE
from strandline.properties.blackbox.plots import PLOTS
from strandline.properties.laws import LAWS

if TYPE_CHECKING:
    from strandline.properties.verdict import Trace


def unjudged(trace: Trace) -> str:
    """Say why the law of a trace judges no step, empty if it judges some, or if there is no such law."""
    outside = trace.world in PLOTS
    law = next((known for known in (OUTSIDE if outside else LAWS) if known.number == trace.law), None)
    if law is None or law.holds is not None:
        return ""
    return f"{law.number} {'cannot be seen from outside' if outside else 'is proved'}, and no step is judged by it"
