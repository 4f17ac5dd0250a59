"""The evidence as one HTML page that needs nothing else: no script, no font, no picture, no network.

A reader who has nothing but the page shall see at once what is broken, and its picture: who did what and when, what
was overwritten, and what the full scan would have said. What was not looked at is counted in the first lines, and
named before what was.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.evidence.evidence import grouped
from strandline.properties.evidence.fitted import fitted
from strandline.properties.evidence.markup import Markup, items, join, section, table, tag
from strandline.properties.evidence.open_ends import open_ends
from strandline.properties.evidence.replay import is_own
from strandline.properties.evidence.story import anchor, stories
from strandline.properties.evidence.style import style
from strandline.properties.evidence.summary import in_order
from strandline.properties.evidence.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.document import Claims, Evidence, LawOutcome, MutantOutcome, Said

SIGNS: Final = {"violated": "✕", "broken": "!", "inconclusive": "?", "holds": "✓", "not applicable": "-"}
"""A sign for each verdict, so that none is told by its colour alone; the worst first."""

OPEN_MAX: Final = 200
"""Open ends that are named on a page; all are counted."""

_KINDS: Final = {
    "proved": "proved for all ints, over all paths",
    "searched": "every reachable state and every interleaving within its bounds",
    "compared": "the texts of the definition say the same of these cases",
    "sampled": "no violation in so many cases, and no more than that",
    "replayed": "traces that once broke a law break it no more",
    "caught": "known-bad designs were caught; that says something of the judge, and nothing of the subject",
}


def page(found: Evidence) -> str:
    """Write the page."""
    whole = found.claims
    claims, cut = fitted(whole)
    found = msgspec.structs.replace(found, claims=claims)
    look = style(max([0, *(len(trace.steps) for trace in claims.shown.values())]))
    digest = base64.b64encode(hashlib.sha256(look.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"strandline: {claims.subject} {claims.verdict}"),
        tag("style", Markup(look)),
    )
    body = tag(
        "body",
        _header(claims, whole),
        tag(
            "main",
            *_left_out(cut),
            *stories(claims),
            *((words(),) if not all(map(is_own, map(claims.traces.__getitem__, claims.shown))) else ()),
            *_left_open(whole),
            _contents(found),
            *_laws(claims),
            *_matrix(claims),
            *_mutants(claims.mutants),
            *_claims(claims),
            *_machines(claims),
            *_sources(found),
            *_limits(claims),
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _verdict(verdict: str) -> Markup:
    kind = verdict.replace(" ", "-")
    return tag("span", f"{SIGNS.get(verdict, '?')} {verdict}", class_=f"verdict {kind}")


def _header(claims: Claims, whole: Claims) -> Markup:
    """Say how the check came out, in so few lines that a picture below it is seen at once on a small screen."""
    left = sum(1 for _ in open_ends(whole))
    return tag(
        "header",
        tag("h1", f"{claims.subject} ", _verdict(claims.verdict)),
        *_broken(claims),
        *((tag("p", tag("a", _counted(left), href="#open"), class_="open"),) if left and claims.shown else ()),
        *(
            (tag("div", "Every law holds within the bounds below, and nothing was skipped.", class_="box good"),)
            if claims.verdict == "holds" and not left
            else ()
        ),
    )


def _broken(claims: Claims) -> Iterator[Markup]:
    """Name the laws that are broken: in one line with links to their pictures, or with all that they say."""
    traces = {trace.law: anchor(name) for name, trace in claims.traces.items() if name in claims.shown}
    broken = [law for law in in_order(claims.laws) if law.verdict == "violated"]
    if not claims.shown:
        for law in broken:
            yield tag("div", tag("strong", f"{law.called} is broken. "), law.statement, class_="box bad")
    elif broken:
        names = [(law.called, traces.get(law.law)) for law in broken]
        links = (tag("a", name, href=f"#{to}") if to else name for name, to in names)
        listed = (piece for place, link in enumerate(links) for piece in (", " * bool(place), link))
        yield tag("div", tag("strong", "Broken: "), *listed, class_="box bad")


def _counted(left: int) -> str:
    return f"{many(left, 'thing')} not shown, and so no pass"


def _left_open(claims: Claims) -> Iterator[Markup]:
    """Fold away what is no pass, under its count; a link to the list unfolds it."""
    left = list(open_ends(claims))
    if left:
        more = [f"and {len(left) - OPEN_MAX:,} more, which the document has"] if len(left) > OPEN_MAX else []
        inside = tag("div", items([*left[:OPEN_MAX], *more]), id="open")
        yield tag("details", tag("summary", _counted(len(left))), inside, class_="box open")


def _left_out(cut: tuple[str, ...]) -> Iterator[Markup]:
    """Say what the page leaves out for its size."""
    if cut:
        yield tag(
            "div", "For its size this page leaves out, and the document has:", items(list(cut)), class_="box open"
        )


def _contents(found: Evidence) -> Markup:
    """Link to the other parts of the page, and say of which run it is."""
    claims, run = found.claims, found.run
    links = (
        *((anchor(name), f"{trace.law}: the trace") for name, trace in claims.traces.items() if name in claims.shown),
        *(("laws", "Laws"), ("matrix", "Engines and laws"), ("claims", "Claims and bounds")),
        *((("mutants", "Mutants"),) if claims.mutants else ()),
        ("sources", "Sources"),
        ("limits", "What a pass does not show"),
    )
    when = f"Evidence of one run: {run.began}, {run.seconds:,.1f} s, strandline {run.strandline}, {run.python}"
    return tag(
        "nav",
        tag("p", when, class_="soft"),
        tag("ul", *(tag("li", tag("a", says, href=f"#{to}")) for to, says in links)),
        aria_label="Sections",
    )


def _laws(claims: Claims) -> Iterator[Markup]:
    rows = [
        (
            join(law.called),
            _verdict(law.verdict),
            law.kind,
            join(law.statement, *((tag("br"), tag("span", law.says, class_="soft")) if law.says else ())),
            law.sometimes or "none",
        )
        for law in in_order(claims.laws)
    ]
    yield section("laws", "Laws", table(("law", "verdict", "kind", "says", "must sometimes be seen"), rows))


def _matrix(claims: Claims) -> Iterator[Markup]:
    laws = [law for law in claims.laws if law.law]
    rows = []
    for run in claims.engines:
        cells = (_cell(law, run.engine, run.state) for law in laws)
        rows.append((run.engine, *cells))
    heads = ("engine", *(law.law for law in laws))
    yield section(
        "matrix",
        "Engines and laws",
        tag("p", "In each cell the verdict and this engine's first count. Counts of two engines are never added up."),
        table(heads, rows, "matrix"),
        items(
            [
                f"{run.engine}: {run.says}" + (f" ({run.state}: {run.detail})" if run.state != "ran" else "")
                for run in claims.engines
            ]
        ),
    )


def _cell(law: LawOutcome, engine: str, state: str) -> Markup:
    said = [claim for claim in law.claims if claim.engine == engine]
    if not said:
        return tag("span", "skipped" if state == "skipped" else "", class_="soft")
    worst = min(said, key=lambda claim: list(SIGNS).index(claim.verdict))
    count = next((f"{value:,} {name}" for name, value in worst.counts.items()), worst.kind)
    brief = f"{len(said):,} claims" if len(said) > 1 else count
    kind = worst.verdict.replace(" ", "-")
    return tag("span", SIGNS[worst.verdict], tag("small", worst.verdict), tag("small", brief), class_=f"cell {kind}")


def _mutants(mutants: tuple[MutantOutcome, ...]) -> Iterator[Markup]:
    if not mutants:
        return
    engines = list(dict.fromkeys(kill.engine for one in mutants for kill in one.kills))
    rows = []
    for one in mutants:
        kills = {kill.engine: kill for kill in one.kills}
        cells = []
        for engine in engines:
            kill = kills.get(engine)
            must = " must-catch" if engine == one.engine else ""
            if kill is None:
                cells.append(tag("span", "not tried", class_="soft"))
            else:
                steps = f", {many(kill.steps, 'step')}" if kill.steps is not None else ""
                says = f"caught: {kill.law or ''}{steps}" if kill.caught else "not caught"
                kind = "holds" if kill.caught else "violated" if must else "inconclusive"
                cells.append(tag("span", SIGNS[kind], tag("small", says), class_=f"cell {kind}{must}"))
        rows.append((f"{one.mutant} ({one.hazard})", one.says, one.engine, *cells))
    yield section("mutants", "Mutants", table(("mutant", "does", "must be caught by", *engines), rows))


def _claims(claims: Claims) -> Iterator[Markup]:
    groups = sorted(grouped(claims.laws), key=lambda group: _strength(group[1]))
    rows = [
        (
            ", ".join(laws),
            join(claim.engine, tag("br"), _verdict(claim.verdict)),
            join(tag("strong", claim.kind), ": ", _KINDS[claim.kind]),
            claim.says,
            _facts([f"{value:,} {name}" for name, value in claim.counts.items()]),
            _facts([f"{name}: {value}" for name, value in claim.bounds.items()]),
        )
        for laws, claim in groups
    ]
    yield section(
        "claims", "Claims and bounds", table(("laws", "engine", "kind of claim", "says", "counts", "bounds"), rows)
    )


def _strength(claim: Said) -> tuple[int, int]:
    return list(SIGNS).index(claim.verdict), list(_KINDS).index(claim.kind)


def _facts(lines: list[str]) -> Markup:
    return join(*(piece for place, line in enumerate(lines) for piece in (*((tag("br"),) if place else ()), line)))


def _machines(claims: Claims) -> Iterator[Markup]:
    for machine in claims.machines:
        rules = [f"{count:,} {rule}" for rule, count in machine.rules.items()]
        seen = [f"{count:,} {law}" for law, count in machine.sometimes.items()]
        yield tag(
            "details",
            tag("summary", f"How often each rule of {machine.engine} fired, and each cover was seen"),
            tag("p", ", ".join(rules)),
            tag("p", ", ".join(seen)),
        )


def _sources(found: Evidence) -> Iterator[Markup]:
    claims, run = found.claims, found.run
    rows = [
        *((name, tag("code", value)) for name, value in [*claims.sources.items(), *claims.judges.items()]),
        ("Python", run.python),
        ("SQLite", run.sqlite),
        ("system", run.system),
        *((name, value) for name, value in run.tools.items()),
    ]
    yield section(
        "sources",
        "Sources",
        tag(
            "p",
            "What was checked, by sha256, and on what. ",
            tag("code", "strandline verify evidence.json"),
            " on the same sources runs the claims again and compares them.",
        ),
        table(("what", "which"), rows),
    )


def _limits(claims: Claims) -> Iterator[Markup]:
    yield section("limits", "What a pass does not show", items(list(claims.does_not_show)))
