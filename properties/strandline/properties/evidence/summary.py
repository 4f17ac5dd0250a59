"""The evidence as Markdown, for a pull request: strongest claims first, what a pass does not show last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

from strandline.properties.core.counting import tallied
from strandline.properties.core.line import printable
from strandline.properties.evidence.bounds import ClaimKind, LawKind, Outcome
from strandline.properties.evidence.open_ends import open_ends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.evidence.document import Evidence, LawOutcome, Said

SIZE_MAX: Final = 60_000
"""Characters; a comment on a pull request holds little more."""

CLAIMS_MAX: Final = 100
"""Claims shown; the JSON document has them all."""

_CELL_MAX: Final = 500
_PLAIN: Final = re.compile(r"(?:[^\W_]|[ ,;()'\"=/.:>+-])*")
"""What no forge takes for anything but words and numbers. All else stands as code, in which nothing is a link, a
picture, a person that is called, an issue, a commit or a rule: each forge has signs of its own, and new ones."""

_LIVE: Final = re.compile(r"://|\bwww\.|\b[0-9a-fA-F]{7,}\b|\b[A-Z]{2,}-[0-9]|:[^\W_]+:|^[0-9]+[.)](?: |$)|^[-+>=]")
"""What is made of plain signs and is taken for something else all the same: an address, a commit, an issue, a list."""

_KINDS: Final = get_args(LawKind)
_VERDICTS: Final = get_args(Outcome)
_STRENGTHS: Final = get_args(ClaimKind)

_BAR: Final = "\uffe8"

OPEN_MAX: Final = 20
"""Open ends that are named on the first screen."""


def summary(evidence: Evidence, claims: list[tuple[tuple[str, ...], Said]], drawings: list[list[str]]) -> str:
    """Write the summary.

    Args:
        evidence: what was found.
        claims: the claims, each with the laws that it is about.
        drawings: the traces to violations, each as lanes, the most telling one first.
    """
    found = evidence.claims
    head = [f"# strandline: {_text(found.subject)} {found.verdict}", "", *_open(evidence), *_laws(found.laws)]
    rest = [*_mutants(evidence), *_engines(evidence), *_machines(evidence), *_rest(evidence)]
    for most, shown in ((CLAIMS_MAX, None), (CLAIMS_MAX // 5, None), (0, None), (0, 1)):
        parts = [*head, *_claims(claims, most), *_traces(drawings[:shown], len(drawings)), *rest]
        text = "\n".join(parts) + "\n"
        if len(text) <= SIZE_MAX:
            return text
    # Only a drawing of thousands of steps is left to be at fault; the trace file has them.
    return ("\n".join([*head, *rest]) + "\n")[:SIZE_MAX]


def in_order(laws: Iterable[LawOutcome]) -> list[LawOutcome]:
    """Put what was violated first, then what is open, then what holds, each by the strength of its kind."""
    return sorted(laws, key=lambda law: (_VERDICTS.index(law.verdict), _KINDS.index(law.kind), len(law.law), law.law))


def _open(evidence: Evidence) -> list[str]:
    """Name what is no pass before anything else is said."""
    left = list(open_ends(evidence.claims))
    if not left:
        return []
    more = [f"- and {len(left) - OPEN_MAX:,} more"] if len(left) > OPEN_MAX else []
    return ["**Not shown, and so no pass:**", "", *(f"- {_text(line)}" for line in left[:OPEN_MAX]), *more, ""]


def _laws(laws: tuple[LawOutcome, ...]) -> list[str]:
    rows = [
        f"| {_text(law.called)} | {_verdict(law)} | {law.kind} | {_text(law.statement)} |" for law in in_order(laws)
    ]
    return ["| law | verdict | kind | statement |", "|---|---|---|---|", *rows, ""]


def _claims(claims: list[tuple[tuple[str, ...], Said]], most: int) -> list[str]:
    """List the claims, the violations first and the others in the order of their engines, strongest first."""
    if not claims or not most:
        return []
    order = sorted(claims, key=lambda said: (_VERDICTS.index(said[1].verdict), _STRENGTHS.index(said[1].kind)))
    lines = [f"- **{_text(', '.join(laws))}** by {_claim(claim)}" for laws, claim in order[:most]]
    more = [f"- and {len(order) - most:,} more in the JSON document"] if len(order) > most else []
    return ["## Claims", "", *lines, *more, ""]


def _verdict(law: LawOutcome) -> str:
    return f"{law.verdict}: {_text(law.says)}" if law.says else law.verdict


def _claim(claim: Said) -> str:
    """Write one claim; its counts are this engine's alone."""
    verdict = "" if claim.verdict == "holds" else f" **{claim.verdict}**"
    facts = [tallied(value, name) for name, value in claim.counts.items()]
    facts += [f"{name}: {value}" for name, value in claim.bounds.items()]
    within = f" ({_text('; '.join(facts))})" if facts else ""
    return f"{_text(claim.engine)}{verdict}, {claim.kind}: {_text(claim.says)}{within}"


def _traces(drawings: list[list[str]], count: int) -> list[str]:
    lines = ["## Traces", ""] if drawings else []
    for drawn in drawings:
        drawing = [*map(printable, drawn)]
        fence = "`" * (2 + max((len(run) for line in drawing for run in line.split() if set(run) == {"`"}), default=1))
        lines += [f"{fence}text", *drawing, fence, ""]
    return [*lines, *([f"{count - len(drawings)} more in the JSON document", ""] if count > len(drawings) else [])]


def _engines(evidence: Evidence) -> list[str]:
    lines = ["## Engines", "", "| engine | what it does | state |", "|---|---|---|"]
    for run in evidence.claims.engines:
        state = f"{run.state}: {_text(run.detail)}" if run.detail else run.state
        lines.append(f"| {_text(run.engine)} | {_text(run.says)} | {state} |")
    if evidence.claims.skipped:
        lines += ["", "A skipped engine is not a pass."]
    return [*lines, ""]


def _machines(evidence: Evidence) -> list[str]:
    """Say of each machine how many rules fired and how many covers were reached, and which of each least often."""
    if not evidence.claims.machines:
        return []
    lines = ["## State machines", "", "| machine | rules that fired | covers that were reached |", "|---|---|---|"]
    lines += [
        f"| {_text(one.engine)} | {_counted(one.rules)} | {_counted(one.sometimes)} |"
        for one in evidence.claims.machines
    ]
    return [*lines, ""]


def _counted(counts: dict[str, int]) -> str:
    if not counts:
        return "none"
    least = min(counts, key=lambda name: counts[name])
    seen = sum(count > 0 for count in counts.values())
    return f"{seen} of {len(counts)}, {_text(least)} least often ({counts[least]:,})"


def _mutants(evidence: Evidence) -> list[str]:
    """Say how many mutants their engine caught, and name those that got away."""
    mutants = evidence.claims.mutants
    if not mutants:
        return []
    caught = sum(one.caught for one in mutants)
    away = [f"- {_text(one.mutant)}: not caught by {_text(one.engine)}" for one in mutants if not one.caught]
    return ["## Mutants", "", f"{caught:,} of {len(mutants):,} caught by the engine that must catch them.", *away, ""]


def _rest(evidence: Evidence) -> list[str]:
    run = evidence.run
    sources = [f"- {_text(name)} sha256 {_text(value)}" for name, value in evidence.claims.sources.items()]
    told = f"strandline {run.strandline}, {run.python}, SQLite {run.sqlite}, {run.system}; {run.seconds:.1f} s"
    machine = f"- {_text(told)}"
    limits = [f"- {_text(line)}" for line in evidence.claims.does_not_show]
    return ["## Sources", "", *sources, machine, "", "## What a pass does not show", "", *limits]


def _text(text: str) -> str:
    """Keep a text on one line and inside its table cell, make it inert, and cut what would flood the page."""
    line = " ".join(map(printable, text[: 2 * _CELL_MAX].split()))
    line = line if len(line) <= _CELL_MAX else f"{line[:_CELL_MAX]} …"
    if _PLAIN.fullmatch(line) and not _LIVE.search(line):
        return line
    return _code(line)


def _code(line: str) -> str:
    """Write a line as code; a bar within it would end its cell, and has a character that looks like it instead."""
    inside = line.replace("|", _BAR)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {inside} {fence}" if "`" in line else f"`{inside}`"
