"""What an answer says beside its turns: how many rows tell a tier, which were skipped, what the log does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.impl.memo.product.text import many

if TYPE_CHECKING:
    from strandline.impl.memo.answer import Answer
    from strandline.impl.memo.codex import Summary


class Tally(NamedTuple):
    """What is counted beside the turns, and the rows that were skipped, by reason."""

    counts: Summary
    skipped: tuple[tuple[str, int], ...]


def of(answer: Answer) -> Tally:
    """Give what an answer says beside its turns."""
    return Tally(answer.summary, answer.skipped)


def record(tally: Tally) -> dict[str, object]:
    """Give it as it goes into JSON."""
    counts = tally.counts
    return {**counts._asdict(), "tier_rows": counts.tier_rows._asdict(), "skipped": dict(tally.skipped)}


def silence(tally: Tally) -> str | None:
    """Say in one line what the log does not say; None if there is nothing to say.

    It names no version of codex: no row tells one, and one log is written by several.
    """
    counts = tally.counts
    said = []
    if counts.turns_untold:
        its, it = ("its", "it") if counts.turns_untold == 1 else ("their", "they")
        said.append(
            f"{counts.turns_untold:,} of {many(counts.turns_seen, 'turn')} seen: no row says {its} tier"
            f" (set earlier or in the configuration); {it} may have run on priority"
        )
    if counts.unreadable:
        rows = many(counts.unreadable, "row begins", "rows begin")
        said.append(f"{rows} as a submission or as tags and cannot be read")
    return "; ".join(said) or None
