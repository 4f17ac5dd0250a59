"""Plays one slice, and writes into the journal what came of it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.engines.soak.journal import SAYS_MAX, Broke, Failed
from strandline.properties.engines.stateful.derived import machines_of
from strandline.properties.engines.stateful.walk import walk
from strandline.properties.evidence import replay
from strandline.properties.evidence.folder import write
from strandline.properties.harness.interruption import heed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import LawBrokenError
    from strandline.properties.engines.soak.journal import Journal
    from strandline.properties.engines.soak.plan import Slice


@dataclass(frozen=True, slots=True)
class Player:
    """Plays slices of a system on a subject, into a journal; traces go to a folder."""

    system: System
    subject: str
    journal: Journal
    folder: Path

    def play(self, one: Slice, is_over: Callable[[], bool]) -> Broke | Failed | None:
        """Play a slice, up to the case after which the soak is over.

        Returns:
            What went wrong, if anything did; it is in the journal.

        Raises:
            FullError: the journal is full; nothing was played.
            OSError: the journal cannot be written.
            UnwrittenError: the trace cannot be written.
        """
        self.journal.begin(one)
        broken, cut = None, False
        try:
            machine = machines_of(self.system)[one.machine]
            with closing(walk(machine, self.subject, one.seed, one.cases, one.steps)) as walked:
                for cases, (counts, broken) in enumerate(walked, 1):
                    heed()
                    self.journal.case(counts)
                    if cut := broken is None and cases < one.cases and is_over():
                        break
        except Exception as error:  # noqa: BLE001 - whatever a machine fails of is a finding: the judge itself is broken
            heed()
            found: Broke | Failed | None = Failed(one.number, f"{type(error).__name__}: {error}"[:SAYS_MAX])
        else:
            found = self._told(one, broken) if broken is not None else None
        if found is not None:
            self.journal.write(found)
        if cut:
            self.journal.cut()
        else:
            self.journal.end()
        return found

    def _told(self, one: Slice, broken: LawBrokenError) -> Broke:
        """Keep the trace of a broken law: at once as it is, since this process may die, then as short as can be."""
        whole = Trace(self.subject, broken.world, broken.law, broken.steps)
        path = self.folder / replay.file_name(whole).replace(".json", f"-slice-{one.number}.json")
        write(path, replay.encode(whole))
        steps = many(len(broken.steps), "step")
        says = f"{broken.law} is broken in world {broken.world!r} after {steps} of {one.machine!r}"
        told = Broke(one.number, broken.law, says, len(whole.steps), str(path), replays=False)
        self.journal.write(told)
        trace = shortest(self.system, whole)
        if trace is None:
            return told
        write(path, replay.encode(trace, retrace(self.system, trace)))
        return msgspec.structs.replace(told, steps=len(trace.steps), replays=True)
