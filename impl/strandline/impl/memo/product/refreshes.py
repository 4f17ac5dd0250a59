"""How refreshes are shown while a log is followed: each in a line or in JSON, and what they came to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.product import tally
from strandline.impl.memo.product.text import many
from strandline.impl.memo.product.turns import reasons, statistics, why

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.product.follow import Refresh, Totals


def line(refresh: Refresh, zone: ZoneInfo) -> str:
    """Say in one line what a refresh read, why, how long it took, and for how long it held a snapshot."""
    clock = datetime.fromtimestamp(refresh.began, zone).strftime("%H:%M:%S")
    outcome = refresh.outcome
    head = f"{clock} {refresh.number:>6}  "
    held = f"held {refresh.held * 1000:,.0f} ms"
    if isinstance(outcome, Unavailable):
        return f"{head}{why(outcome)}" + f"  {held}" * (refresh.held > 0)
    if outcome.snapshot is None:
        return f"{head}missing    no log there: 0 turns"
    cost = outcome.statistics
    read = f"{cost.rows:>7,} rows {cost.keys:>6,} keys {cost.anchors:>3,} anchors"
    took = f"{refresh.seconds * 1000:>9,.2f} ms"
    parts = [f"{head}{cost.path:<9}  {read} {took}  {held}  {many(len(outcome.turns), 'turn')}"]
    if refresh.appended:
        parts.append(f"{refresh.appended:,} appended")
    if cost.cause is not None:
        parts.append(f"full scan: {cost.cause}")
    if refresh.judgement is not None:
        parts.append(refresh.judgement.line())
    return "  ".join(parts)


def document(refresh: Refresh, zone: ZoneInfo) -> dict[str, object]:
    """Give a refresh as it goes into a line of JSON."""
    outcome = refresh.outcome
    head: dict[str, object] = {
        "refresh": refresh.number,
        "began": round(refresh.began, 3),
        "milliseconds": round(refresh.seconds * 1000, 3),
        "held_milliseconds": round(refresh.held * 1000, 3),
    }
    if isinstance(outcome, Unavailable):
        return {**head, "unavailable": reasons(outcome)}
    head |= {"turns": len(outcome.turns), **tally.record(tally.of(outcome))}
    head |= {"appended": refresh.appended, "read": statistics(outcome)}
    return head if refresh.judgement is None else {**head, "oracle": refresh.judgement.document(zone)}


def summary(totals: Totals, *, judging: bool) -> list[str]:
    """Say what following came to."""
    causes = ", ".join(f"{count:,} {cause}" for cause, count in totals.full_scans.most_common()) or "none"
    lines = [
        f"{totals.refreshes:,} refresh{'es' * (totals.refreshes != 1)}, {totals.answered:,} answered",
        f"full scans: {causes}",
        f"read {many(totals.rows, 'row')} and {many(totals.keys, 'key')}",
        f"appended meanwhile: {many(totals.appended, 'row')}",
    ]
    if totals.unavailable:
        lines.append("unavailable: " + ", ".join(f"{n:,} {reason}" for reason, n in totals.unavailable.most_common()))
    if judging:
        unjudged = f", {totals.unjudged:,} not compared" if totals.unjudged else ""
        lines.append(f"compared {totals.compared:,}{unjudged}: {many(totals.differences, 'difference')}")
    return lines


def totals_document(totals: Totals, *, judging: bool) -> dict[str, object]:
    """Give the totals as they go into the last line of JSON."""
    judged = {"compared": totals.compared, "not_compared": totals.unjudged, "differences": totals.differences}
    return {
        "summary": {
            "refreshes": totals.refreshes,
            "answered": totals.answered,
            "rows": totals.rows,
            "keys": totals.keys,
            "appended": totals.appended,
            "full_scans": dict(totals.full_scans),
            "unavailable": dict(totals.unavailable),
            **(judged if judging else {}),
        }
    }
