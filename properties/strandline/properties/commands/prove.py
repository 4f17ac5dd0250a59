"""The command ``strandline prove``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import click

from strandline.properties.commands import console
from strandline.properties.commands.options import FORMAT
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import EXIT_CODES, Verdict, worst
from strandline.properties.engines.contracts.prover import BUDGET, REFUTING, Proof, prove
from strandline.properties.systems.memo.contracts.engine import CONDITIONS, QUICK, REFUTED

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPILOG: Final = """\b
Exit codes: 0 all confirmed, and every wrong text refuted; 1 a condition is
            refuted, 2 a mistake in the call, 3 not confirmed, or a wrong text
            not refuted in time, 4 the prover failed, or confirmed what is wrong.
Example:    strandline prove
            strandline prove --full --format json
"""


class Asked(NamedTuple):
    """A proof, and whether the text that it is about is one of those that are wrong."""

    proof: Proof
    wrong: bool

    @property
    def verdict(self) -> Verdict:
        """How that counts: a wrong text has to be refuted, and to confirm one proves the contract to be empty."""
        found = self.proof.outcome.verdict
        if not self.wrong:
            return found
        return {Verdict.VIOLATED: Verdict.HOLDS, Verdict.HOLDS: Verdict.BROKEN}.get(found, found)

    @property
    def word(self) -> str:
        """What the prover said, in its own terms."""
        words = {Verdict.HOLDS: "confirmed", Verdict.VIOLATED: "refuted"}
        return words.get(self.proof.outcome.verdict, str(self.proof.outcome.verdict))


@click.command("prove", epilog=_EPILOG)
@click.option("--full", is_flag=True, help="Every condition, and each wrong text that must be refuted.")
@FORMAT
@click.pass_context
def prove_command(ctx: click.Context, /, *, full: bool, output: str) -> None:
    """Prove the order, the write-back, the swap, gaps, windows and anchors, for all ints.

    Each condition is confirmed over all paths, refuted by an example, or inconclusive, which is no pass. Without --full
    only what `strandline check` asks is asked. Progress goes to standard error.
    """
    asked: list[Asked] = []
    with console.Progress() as progress:
        for wrong, conditions, budget in (
            (False, CONDITIONS if full else QUICK, BUDGET),
            (True, REFUTED if full else (), REFUTING),
        ):
            for proof in prove(conditions, budget):
                asked.append(Asked(proof, wrong))
                progress.say(f"{proof.condition.says}: {asked[-1].word}")
    verdict = worst([one.verdict for one in asked])
    if output == "json":
        console.document(_document(asked, verdict, full=full), indent=1)
    else:
        console.tell(_lines(asked, verdict))
    ctx.exit(EXIT_CODES[verdict])


def _lines(asked: list[Asked], verdict: Verdict) -> Iterator[str]:
    for one in asked:
        condition, outcome, seconds = one.proof
        yield f"{condition.law:<4} {one.word:<12} {seconds:6.2f} s  {condition.says} ({condition.bounds})"
        if outcome.words and one.verdict is not Verdict.HOLDS:
            yield f"     {outcome.words}"
    shipped, wrong = [one for one in asked if not one.wrong], [one for one in asked if one.wrong]
    seconds = sum(one.proof.seconds for one in asked)
    yield ""
    yield f"{_count(shipped)} of {many(len(shipped), 'condition')} confirmed over all paths"
    if wrong:
        yield f"{_count(wrong)} of {many(len(wrong), 'wrong text')} refuted"
    yield f"prove: {verdict}, {seconds:.1f} s of processor time"


def _count(asked: list[Asked]) -> int:
    return sum(one.verdict is Verdict.HOLDS for one in asked)


def _document(asked: list[Asked], verdict: Verdict, *, full: bool) -> dict[str, object]:
    return {
        "format": "strandline proof",
        "version": 1,
        "full": full,
        "verdict": str(verdict),
        "conditions": [
            {
                "law": one.proof.condition.law,
                "says": one.proof.condition.says,
                "command": one.proof.condition.command,
                "targets": list(one.proof.condition.targets),
                "bounds": one.proof.condition.bounds,
                "wrong": one.wrong,
                "found": one.word,
                "verdict": str(one.verdict),
                "words": one.proof.outcome.words,
                "seconds": one.proof.seconds,
            }
            for one in asked
        ],
    }
