"""What the journals of a soak add up to, a dead worker's included."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from strandline.properties.engines.soak.journal import (
    ENDING,
    Begun,
    Broke,
    Counted,
    Cut,
    Ended,
    Failed,
    Lost,
    Opened,
    Over,
    Planned,
    Reading,
)

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.engines.soak.journal import Line
    from strandline.properties.engines.soak.plan import Plan


class Totals:
    """Adds the journals of a folder up, as far as they go; may be asked again while they grow.

    A slice that a worker died in may be played again, and then has the same cases: the whole one counts, and what the
    dead worker wrote of it does not count besides.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with nothing read."""
        self._folder = folder
        self._readings: dict[Path, Reading] = {}
        self._whole: Counter[str] = Counter()
        self._partial: dict[tuple[Path, int], Counter[str]] = {}
        self._closed: set[int] = set()
        self.plan: Plan | None = None
        self.began = ""
        self.over: Over | None = None
        self.workers = 0
        self.lost: list[str] = []
        self.slices = 0
        self.broke: dict[int, Broke] = {}
        self.failed: list[Failed] = []
        self._open: dict[Path, Begun] = {}

    def read(self) -> None:
        """Take in what is new."""
        for path in sorted(self._folder.glob(f"*{ENDING}")):
            reading = self._readings.setdefault(path, Reading(path))
            for line in reading.lines():
                self._take(path, line)

    @property
    def counts(self) -> Counter[str]:
        """What was counted: in the slices that ended, and once in each that did not."""
        best: dict[int, Counter[str]] = {}
        for (_, number), counts in self._partial.items():
            if number not in self._closed and counts["cases"] >= best.get(number, Counter())["cases"]:
                best[number] = counts
        return sum(best.values(), Counter(self._whole))

    @property
    def unfinished(self) -> list[Begun]:
        """The slices that nobody brought to an end."""
        found = {begun.number: begun for begun in self._open.values() if begun.number not in self._closed}
        return [found[number] for number in sorted(found)]

    @property
    def torn(self) -> list[str]:
        """The journals that end in half a line, by name."""
        return [path.name for path, reading in self._readings.items() if reading.torn]

    @property
    def damaged(self) -> int:
        """How many whole lines say nothing that could be read."""
        return sum(reading.damaged for reading in self._readings.values())

    def _take(self, path: Path, line: Line) -> None:
        match line:
            case Opened():
                self.workers += 1
            case Planned(plan, began):
                self.plan, self.began = plan, began
                self.workers -= 1  # the journal of the plan is no worker's
            case Begun():
                self._open[path] = line
            case Counted(number, counts):
                self._partial.setdefault((path, number), Counter()).update(counts)
            case Ended() | Cut():
                self._end(path, line)
            case Broke():
                self.broke[line.slice] = line  # told again when its trace has been made shorter
            case Failed():
                self.failed.append(line)
            case Lost(worker):
                self.lost.append(worker)
            case Over():
                self.over = line

    def _end(self, path: Path, line: Ended | Cut) -> None:
        self._open.pop(path, None)
        if isinstance(line, Cut):
            return  # what was counted of it stays partial: a dead worker may have come further
        number = line.slice
        counts = self._partial.pop((path, number), Counter())
        if number not in self._closed:
            self._closed.add(number)
            self._whole.update(counts)
            self.slices += 1
