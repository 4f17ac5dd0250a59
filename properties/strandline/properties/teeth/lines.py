"""The matrix in plain text, as Markdown for the docs, and as a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandline.properties.counting import many
from strandline.properties.mutants import SHIPPED
from strandline.properties.report.lanes import printable
from strandline.properties.teeth.bites import must_catch
from strandline.properties.teeth.known import ASKED, KINDS, KNOWN
from strandline.properties.teeth.matrix import faults, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.teeth.bites import Bite
    from strandline.properties.teeth.known import Kind
    from strandline.properties.teeth.matrix import Matrix

VERSION = 1
"""Of the document; a reader of another one must refuse it."""


def cell(bites: tuple[Bite, ...], *, must: bool, timed: bool) -> str:
    """Tell what came of a design and an engine, with a star where the engine must catch it."""
    if not bites:
        return ""
    caught = [one for one in bites if one.outcome == "caught"]
    star = "*" if must else ""
    first = (caught or bites)[0]
    told: str = first.outcome
    if caught:
        told = f"{first.law} after {first.amount:,} {first.unit}" + (
            f", {many(first.steps, 'step')}" if first.steps is not None else ""
        )
    if len(bites) > 1:
        told = f"{len(caught)} of {many(len(bites), 'seed')}" + (f": {told}" if caught else "")
    return star + told + (f" ({sum(one.seconds for one in bites):.1f} s)" if timed else "")


def rows(matrix: Matrix, kind: Kind, *, timed: bool) -> Iterator[tuple[str, ...]]:
    """Give the head of the table of a kind and a row for each design of it that was looked at; nothing if none was."""
    held = [known for known in KNOWN.values() if known.kind == kind]
    engines = [engine for engine in ASKED[kind] if any(matrix.of(known.name, engine) for known in held)]
    if not engines:
        return
    yield (kind, "law", *engines)
    for known in held:
        cells = tuple(
            cell(matrix.of(known.name, engine), must=must_catch(known, engine), timed=timed) for engine in engines
        )
        if any(cells):
            yield (known.name, known.law, *cells)
    alarms = tuple(cell(matrix.of(SHIPPED, engine), must=False, timed=timed) for engine in engines)
    if any(alarms):
        yield ("the scanner as it is", "", *alarms)


def lines(matrix: Matrix) -> Iterator[str]:
    """Draw the tables, each kind by itself, then what is wrong, then the sum."""
    for kind in KINDS:
        table = list(rows(matrix, kind, timed=True))
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))] if table else []
        for row in table:
            yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        if table:
            yield ""
    yield "* the engine that must catch it"
    yield from sums(matrix)
    yield from (printable(fault) for fault in faults(matrix))
    yield f"teeth: {verdict(matrix)}" + (f", {matrix.ended}" if matrix.ended else "")


def sums(matrix: Matrix) -> Iterator[str]:
    """Count, for each kind by itself, what was caught by the engine that must."""
    for kind in KINDS:
        required = [one for one in matrix.bites if one.name != SHIPPED and KNOWN[one.name].kind == kind and _must(one)]
        names = {one.name for one in required}
        missed = {one.name for one in required if one.outcome != "caught"}
        if names:
            yield f"{kind}: {len(names) - len(missed)} of {len(names)} caught by the engine that must, in every seed"
    alarms = [one for one in matrix.bites if one.name == SHIPPED]
    if alarms:
        false = sum(one.outcome != "not caught" for one in alarms)
        yield f"the scanner as it is: {many(false, 'false alarm')} in {many(len(alarms), 'run')}"


def _must(one: Bite) -> bool:
    return must_catch(KNOWN[one.name], one.engine)


def markdown(matrix: Matrix) -> Iterator[str]:
    """Write the tables for a page; what differs from run to run, the seconds, is left out."""
    for kind in KINDS:
        for place, row in enumerate(rows(matrix, kind, timed=False)):
            yield f"| {' | '.join(row)} |"
            if place == 0:
                yield f"|{'---|' * len(row)}"
        yield ""


def document(matrix: Matrix, sources: dict[str, str]) -> dict[str, Any]:
    """Give all of it to a program."""
    return {
        "format": "strandline teeth",
        "version": VERSION,
        "verdict": str(verdict(matrix)),
        "sources": sources,
        "seeds": matrix.wanted.seeds,
        "ended": matrix.ended,
        "sums": list(sums(matrix)),
        "faults": faults(matrix),
        "known": [
            {
                "name": known.name,
                "kind": known.kind,
                "hazard": known.hazard,
                "law": known.law,
                "engine": known.engine,
                "equivalent": known.equivalent,
            }
            for known in KNOWN.values()
            if any(one.name == known.name for one in matrix.bites)
        ],
        "bites": [one._asdict() for one in matrix.bites],
    }
