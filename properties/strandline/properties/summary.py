"""The evidence as Markdown, for a pull request: strongest claims first, what a pass does not show last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from strandline.properties.evidence import Evidence, LawOutcome, Said

SIZE_MAX: Final = 60_000
"""Characters; a comment on a pull request holds little more."""

CLAIMS_MAX: Final = 40
"""Claims shown of each law; the JSON document has them all."""

_CELL_MAX: Final = 500
_KINDS: Final = ("proved", "always", "eventually")
_VERDICTS: Final = ("violated", "broken", "inconclusive", "holds")


def summary(evidence: Evidence, lanes: list[str]) -> str:
    """Write the summary.

    Args:
        evidence: what was found.
        lanes: the shortest trace to a violation, drawn; empty if there is none.
    """
    claims = evidence.claims
    head = [f"# strandline: {_text(claims.subject)} {claims.verdict}", ""]
    for detail in (CLAIMS_MAX, 4, 1, 0):
        parts = [*head, *_laws(claims.laws, detail), *_trace(lanes), *_engines(evidence), *_rest(evidence)]
        text = "\n".join(parts) + "\n"
        if len(text) <= SIZE_MAX:
            return text
    # Only a drawing of thousands of steps is left to be at fault; the trace file has them.
    parts = [*head, *_laws(claims.laws, 0), *_engines(evidence), *_rest(evidence)]
    return ("\n".join(parts) + "\n")[:SIZE_MAX]


def _laws(laws: tuple[LawOutcome, ...], detail: int) -> list[str]:
    """List what was violated, then what is open, then what holds, each by the strength of its kind."""
    order = sorted(laws, key=lambda law: (_VERDICTS.index(law.verdict), _KINDS.index(law.kind), len(law.law), law.law))
    lines = ["| law | verdict | kind | statement |", "|---|---|---|---|"]
    lines += [f"| {law.law} {law.name} | {_verdict(law)} | {law.kind} | {_text(law.statement)} |" for law in order]
    if detail:
        lines += ["", "## Claims", ""]
        for law in order:
            lines += [f"- **{law.law} {law.name}**"] if law.claims else []
            lines += [f"  - {_claim(claim)}" for claim in law.claims[:detail]]
            if len(law.claims) > detail:
                lines.append(f"  - and {len(law.claims) - detail} more in the JSON document")
    return [*lines, ""]


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
