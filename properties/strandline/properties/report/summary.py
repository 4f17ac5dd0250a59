"""The evidence as Markdown, for a pull request: strongest claims first, what a pass does not show last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from strandline.properties.report.evidence import Evidence, LawOutcome, Said

SIZE_MAX: Final = 60_000
"""Characters; a comment on a pull request holds little more."""

CLAIMS_MAX: Final = 100
"""Claims shown; the JSON document has them all."""

_CELL_MAX: Final = 500
_KINDS: Final = ("proved", "always", "eventually")
_VERDICTS: Final = ("violated", "broken", "inconclusive", "holds", "not applicable")


def summary(evidence: Evidence, claims: list[tuple[tuple[str, ...], Said]], lanes: list[str]) -> str:
    """Write the summary.

    Args:
        evidence: what was found.
        claims: the claims, each with the laws that it is about.
        lanes: the shortest trace to a violation, drawn; empty if there is none.
    """
    found = evidence.claims
    head = [f"# strandline: {_text(found.subject)} {found.verdict}", "", *_laws(found.laws)]
    rest = [*_engines(evidence), *_machines(evidence), *_rest(evidence)]
    for most in (CLAIMS_MAX, CLAIMS_MAX // 5, 0):
        parts = [*head, *_claims(claims, most), *_trace(lanes), *rest]
        text = "\n".join(parts) + "\n"
        if len(text) <= SIZE_MAX:
            return text
    # Only a drawing of thousands of steps is left to be at fault; the trace file has them.
    return ("\n".join([*head, *rest]) + "\n")[:SIZE_MAX]


def _laws(laws: tuple[LawOutcome, ...]) -> list[str]:
    """List what was violated, then what is open, then what holds, each by the strength of its kind."""
    order = sorted(laws, key=lambda law: (_VERDICTS.index(law.verdict), _KINDS.index(law.kind), len(law.law), law.law))
    rows = [f"| {law.law} {law.name} | {_verdict(law)} | {law.kind} | {_text(law.statement)} |" for law in order]
    return ["| law | verdict | kind | statement |", "|---|---|---|---|", *rows, ""]


def _claims(claims: list[tuple[tuple[str, ...], Said]], most: int) -> list[str]:
    """List the claims, the violations first and the others in the order of their engines, strongest first."""
    if not claims or not most:
        return []
    order = sorted(claims, key=lambda said: _VERDICTS.index(said[1].verdict))
    lines = [f"- **{', '.join(laws)}** by {_claim(claim)}" for laws, claim in order[:most]]
    more = [f"- and {len(order) - most:,} more in the JSON document"] if len(order) > most else []
    return ["## Claims", "", *lines, *more, ""]


def _verdict(law: LawOutcome) -> str:
    return f"{law.verdict}: {_text(law.says)}" if law.says else law.verdict


def _claim(claim: Said) -> str:
    """Write one claim; its counts are this engine's alone."""
    verdict = "" if claim.verdict == "holds" else f" **{claim.verdict}**"
    facts = [f"{value:,} {name}" for name, value in claim.counts.items()]
    facts += [f"{name}: {value}" for name, value in claim.bounds.items()]
    return f"{claim.engine}{verdict}: {_text(claim.says)}" + (f" ({_text('; '.join(facts))})" if facts else "")


def _trace(lanes: list[str]) -> list[str]:
    if not lanes:
        return []
    fence = "`" * (2 + max((len(run) for line in lanes for run in line.split() if set(run) == {"`"}), default=1))
    return ["## The shortest trace", "", f"{fence}text", *lanes, fence, ""]


def _engines(evidence: Evidence) -> list[str]:
    lines = ["## Engines", "", "| engine | what it does | state |", "|---|---|---|"]
    for run in evidence.claims.engines:
        state = f"{run.state}: {_text(run.detail)}" if run.detail else run.state
        lines.append(f"| {run.engine} | {_text(run.says)} | {state} |")
    if evidence.claims.skipped:
        lines += ["", "A skipped engine is not a pass."]
    return [*lines, ""]


def _machines(evidence: Evidence) -> list[str]:
    """Say of each machine how many rules fired and how many twins were reached, and which of each least often."""
    if not evidence.claims.machines:
        return []
    lines = ["## State machines", "", "| machine | rules that fired | twins that were reached |", "|---|---|---|"]
    lines += [
        f"| {one.engine} | {_counted(one.rules)} | {_counted(one.sometimes)} |" for one in evidence.claims.machines
    ]
    return [*lines, ""]


def _counted(counts: dict[str, int]) -> str:
    least = min(counts, key=lambda name: counts[name])
    seen = sum(count > 0 for count in counts.values())
    return f"{seen} of {len(counts)}, {least} least often ({counts[least]:,})"


def _rest(evidence: Evidence) -> list[str]:
    run = evidence.run
    sources = [f"- `{name}` sha256 `{value}`" for name, value in evidence.claims.sources.items()]
    machine = f"- strandline {run.strandline}, {run.python}, SQLite {run.sqlite}, {run.system}; {run.seconds:.1f} s"
    limits = [f"- {line}" for line in evidence.claims.does_not_show]
    return ["## Sources", "", *sources, machine, "", "## What a pass does not show", "", *limits]


def _text(text: str) -> str:
    """Keep a text on one line and inside its table cell, and cut what would flood the page."""
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= _CELL_MAX else line[:_CELL_MAX].rstrip("\\") + " …"
