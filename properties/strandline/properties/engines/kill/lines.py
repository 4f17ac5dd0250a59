"""The matrix in plain text, as Markdown for the docs, and as a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.counting import many
from strandline.properties.core.line import printable
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.kill.matrix import faults, killers, must_kill, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.kill.matrix import Kill, Matrix

VERSION: Final = 2
"""Of the document; a reader of another one must refuse it."""

AS_IT_IS: Final = "the code as it is"
"""What the shipped code is called in a table."""


def cell(kills: tuple[Kill, ...], *, must: bool, timed: bool) -> str:
    """Tell what came of a mutant and an engine, with a star where the engine must kill it."""
    if not kills:
        return ""
    killed = [one for one in kills if one.outcome == "killed"]
    star = "*" if must else ""
    first = (killed or kills)[0]
    told: str = first.outcome
    if killed:
        told = f"{first.law} after {first.amount:,} {first.unit}" + (
            f", {many(first.steps, 'step')}" if first.steps is not None else ""
        )
    if len(kills) > 1:
        told = f"{len(killed)} of {many(len(kills), 'seed')}" + (f": {told}" if killed else "")
    return star + told + (f" ({sum(one.seconds for one in kills):.1f} s)" if timed else "")


def rows(matrix: Matrix, kind: str, *, timed: bool) -> Iterator[tuple[str, ...]]:
    """Give the head of the table of a kind and a row for each mutant of it that was looked at; nothing if none was."""
    held = [mutant for mutant in matrix.system.mutants.values() if mutant.kind == kind]
    asked = killers(matrix.system).asked[kind]
    engines = [engine for engine in asked if any(matrix.of(mutant.name, engine) for mutant in held)]
    if not engines:
        return
    yield (kind, "law", *engines)
    for mutant in held:
        cells = tuple(
            cell(matrix.of(mutant.name, engine), must=must_kill(mutant, engine), timed=timed) for engine in engines
        )
        if any(cells):
            yield (mutant.name, mutant.law, *cells)
    alarms = tuple(cell(matrix.of(SHIPPED, engine), must=False, timed=timed) for engine in engines)
    if any(alarms):
        yield (AS_IT_IS, "", *alarms)


def lines(matrix: Matrix) -> Iterator[str]:
    """Draw the tables, each kind by itself, then what is wrong, then the sum."""
    for kind in killers(matrix.system).asked:
        table = list(rows(matrix, kind, timed=True))
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))] if table else []
        for row in table:
            yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        if table:
            yield ""
    yield "* the engine that must kill it"
    yield from sums(matrix)
    yield from (printable(fault) for fault in faults(matrix))
    yield f"teeth: {verdict(matrix)}" + (f", {matrix.ended}" if matrix.ended else "")


def sums(matrix: Matrix) -> Iterator[str]:
    """Count, for each kind by itself, what was killed by the engine that must."""
    mutants = matrix.system.mutants
    asked = [one for one in matrix.kills if one.name != SHIPPED and must_kill(mutants[one.name], one.engine)]
    for kind in killers(matrix.system).asked:
        required = [one for one in asked if mutants[one.name].kind == kind]
        names = {one.name for one in required}
        missed = {one.name for one in required if one.outcome != "killed"}
        if names:
            yield f"{kind}: {len(names) - len(missed)} of {len(names)} killed by the engine that must, in every seed"
    alarms = [one for one in matrix.kills if one.name == SHIPPED]
    if alarms:
        false = sum(one.outcome != "survived" for one in alarms)
        yield f"{AS_IT_IS}: {many(false, 'false alarm')} in {many(len(alarms), 'run')}"


def markdown(matrix: Matrix) -> Iterator[str]:
    """Write the tables for a page; what differs from run to run, the seconds, is left out."""
    for kind in killers(matrix.system).asked:
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
        "mutants": [
            {part: getattr(mutant, part) for part in ("name", "kind", "hazard", "law", "engine", "equivalent")}
            for mutant in matrix.system.mutants.values()
            if any(one.name == mutant.name for one in matrix.kills)
        ],
        "kills": [one._asdict() for one in matrix.kills],
    }
