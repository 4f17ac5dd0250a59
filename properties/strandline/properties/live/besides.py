"""What an answer says beside its turns: how many rows tell a tier, and what the log does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from strandline.model.truth import Truth
from strandline.properties.counting import many

if TYPE_CHECKING:
    from strandline.impl.answer import Answer
    from strandline.impl.codex import Summary
    from strandline.model.oracle import Counts

    Said: TypeAlias = Summary | Counts


class Besides(NamedTuple):
    """What is counted beside the turns, and the rows that were skipped, by reason."""

    counts: Said
    skipped: tuple[tuple[str, int], ...]


def of(answer: Answer | Truth) -> Besides:
    """Give what an answer of the scanner or of the oracle says beside its turns."""
    counts = answer.counts if isinstance(answer, Truth) else answer.summary
    return Besides(counts, answer.skipped)


def record(besides: Besides) -> dict[str, object]:
    """Give it as it goes into JSON."""
    counts = besides.counts
    return {**counts._asdict(), "tier_rows": counts.tier_rows._asdict(), "skipped": dict(besides.skipped)}


class Unequal(NamedTuple):
    """What scanner and oracle count differently, by the name that it has in JSON, and what each of them says."""

    name: str
    scanner: object
    oracle: object


def unequal(scanner: Besides, oracle: Besides) -> tuple[Unequal, ...]:
    """Give what two answers to one question count differently."""
    ours, theirs = record(scanner), record(oracle)
    return tuple(Unequal(name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name])


def silence(besides: Besides) -> str | None:
    """Say in one line what the log does not say; None if there is nothing to say.

    It names no version of codex: no row tells one, and one log is written by several.
    """
    counts = besides.counts
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
