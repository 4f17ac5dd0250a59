"""The matrix of faults in plain text, as Markdown for the docs, and as a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Verdict, worst
from strandline.properties.systems.memo.faults.injectors import INJECTORS, missing
from strandline.properties.systems.memo.faults.matrix import FAULTS, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.systems.memo.faults.fault import Result
    from strandline.properties.systems.memo.faults.storm import Storm

VERSION: Final = 1
"""Of the document; a reader of another one must refuse it."""

HEAD: Final = ("fault", "injector", "the scanner", "judged")

_SHOWN: Final = 6  # lines of what was wrong under one fault
_VERDICTS: Final = ("right", "wrong", "skipped", "broken")


class Run(NamedTuple):
    """What was struck, what was seen in storms, whether all was struck that there is, and why it ended early."""

    results: tuple[Result, ...]
    storms: tuple[Storm, ...] = ()
    whole: bool = False
    ended: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of all."""
        short = [] if self.ended is None else [Verdict.INCONCLUSIVE]
        return worst([*map(verdict, self.results), *(storm.verdict for storm in self.storms), *short])


def cells(result: Result, *, counted: bool = True) -> tuple[str, str, str, str]:
    """Give the row of a fault: its title, its injector, what the scanner did, and how that was judged."""
    said = ", ".join(f"{count:,} {what}" if counted else what for what, count in result.outcomes)
    if result.verdict == "skipped":
        said = "; ".join(result.why)
    return result.fault.title, result.fault.injector, said, result.verdict


def lines(run: Run) -> Iterator[str]:
    """Write the matrix for a pipe: a line for each fault, in columns, then what was wrong, and the sums."""
    rows = [HEAD, *(cells(result) for result in run.results)]
    if run.results:
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        for title, injector, said, judged in rows:
            yield f"{judged:<8} {title:<{widths[0]}}  {injector:<{widths[1]}}  {said}".rstrip()
        yield ""
    yield from told(run)


def told(run: Run) -> Iterator[str]:
    """Say what was wrong, what there was in a storm, and the sums."""
    for result in run.results:
        if result.verdict in {"wrong", "broken"}:
            yield from (f"{result.verdict}: {result.fault.title}: {why}" for why in result.why[:_SHOWN])
    for storm in run.storms:
        yield from _weather(storm)
    if run.results:
        counts = {kind: sum(result.verdict == kind for result in run.results) for kind in _VERDICTS}
        asked = sum(count for result in run.results for _, count in result.outcomes)
        yield f"{many(len(run.results), 'fault')}, {many(asked, 'outcome')}: " + ", ".join(
            f"{count} {kind}" for kind, count in counts.items() if count
        )
    yield f"faults: {run.verdict}" + (f", {run.ended}" if run.ended else "")


def _weather(storm: Storm) -> Iterator[str]:
    yield f"a storm of {storm.seconds:,.0f} s, journal {storm.journal}: " + ", ".join(
        f"{n:,} {act}" for act, n in storm.acts.most_common()
    )
    yield "outcomes: " + ", ".join(f"{n:,} {outcome}" for outcome, n in storm.outcomes.most_common())
    yield (
        f"memory {storm.memory[0]:,} KiB, and {storm.memory[1]:,} in the end;"
        f" open files {storm.descriptors[0]}, and {storm.descriptors[1]} in the end"
    )
    yield from (f"wrong: {why}" for why in storm.wrong[:_SHOWN])


def markdown(results: Iterable[Result]) -> Iterator[str]:
    """Write the matrix for a page; what differs from run to run, the counts, is left out."""
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{'---|' * len(HEAD)}"
    for result in results:
        yield f"| {' | '.join(cells(result, counted=False))} |"


def document(run: Run, sources: dict[str, str]) -> dict[str, Any]:
    """Give all of it to a program."""
    return {
        "format": "strandline faults",
        "version": VERSION,
        "verdict": str(run.verdict),
        "sources": sources,
        "whole": run.whole,
        "ended": run.ended,
        "injectors": {name: missing(name) for name in INJECTORS},
        "left_out": [fault.title for fault in FAULTS if fault not in {result.fault for result in run.results}],
        "faults": [
            {
                "id": result.fault.id,
                "name": result.fault.name,
                "injector": result.fault.injector,
                "verdict": result.verdict,
                "outcomes": dict(result.outcomes),
                "why": list(result.why),
                "notes": list(result.notes),
                "seconds": round(result.seconds, 3),
            }
            for result in run.results
        ],
        "storms": [storm._asdict() | {"verdict": str(storm.verdict)} for storm in run.storms],
    }
