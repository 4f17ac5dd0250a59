"""A trial: the same laws, held against the plug of somebody else's table.

Small worlds are searched whole, on the model and on the real scanner over real files of that table; in wide ones the
state machine is played. Nothing here is of its own kind: a trial is what ``check`` does, for one plug.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import settings

from strandline.model.memo.environment import REWRITE
from strandline.properties.core.counting import many, size
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Exhibit, PartedError, Trace, Verdict
from strandline.properties.engines.reference import STATES_MAX, search
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.stateful.play import DERANDOMIZED, UNSHRUNK, play
from strandline.properties.evidence.lanes import lanes
from strandline.properties.systems.memo.driver.rewriting import rewritable
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.stateful.machine import RewritingMachine, ScannerMachine
from strandline.properties.systems.memo.system import wired

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.model.memo.state import Scope
    from strandline.properties.systems.memo.driver.fields import Field
    from strandline.properties.systems.memo.driver.plug import Plug

CASES: Final = 50
"""How many games the state machine plays unless told otherwise."""


class Trial(NamedTuple):
    """What came of a trial.

    ``says`` has a line for each search and for the games, ``exhibits`` a shortest trace for each law that a search
    found broken and the trace of a game that broke one, ``short`` what keeps a trial without violation from being a
    pass.
    """

    verdict: Verdict
    says: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]
    short: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Tell it in plain text, the violations as lanes, the verdict last."""
        yield from self.says
        for exhibit in self.exhibits:
            yield from ("", *lanes(exhibit, LAWS), "")
        yield from self.short
        yield str(self.verdict)


def trial(
    plug: Plug, worlds: Mapping[str, Scope], fields: Mapping[str, Field], *, cases: int = CASES, subject: str = SHIPPED
) -> Trial:
    """Hold the laws against a plug.

    Args:
        plug: the kind of log: rules, projection, table.
        worlds: worlds small enough to be searched whole, by name.
        fields: wide worlds for the state machine, by other names; the first window of each must be open on both sides.
        cases: how many games the machine plays, derandomized; without a field it plays none.
        subject: a mutant to be planted in the scanner.

    Raises:
        KeyError: there is no such mutant.
        ValueError: the rows of a world are not of the plug, or a statement of the plug writes over no row.
    """
    for scope in (*worlds.values(), *(field.scope for field in fields.values())):
        plug.require(scope)
    worlds = {name: rewritable(plug, scope) for name, scope in worlds.items()}
    fields = {name: field._replace(scope=rewritable(plug, field.scope)) for name, field in fields.items()}
    says: list[str] = []
    short: list[str] = []
    traces: list[Trace] = []
    reached: Counter[str] = Counter()
    rewrites = 0
    system = wired(plug, worlds, fields)
    for name in worlds:
        for side in (MODEL, subject):
            with system.opened(side, name) as space:
                found = search(space, system.laws_of(name), STATES_MAX)
            says.append(f"world {name!r}, {side}: {size(found.states, found.transitions)}")
            traces += [Trace(side, name, law, steps) for law, steps in sorted(found.broken.items())]
            reached += found.reached
            rewrites += found.firings[REWRITE]
            if not found.complete:
                short.append(f"world {name!r}, {side}: not searched whole, it has more than {STATES_MAX:,} states")
    if fields:
        profile = settings(DERANDOMIZED if subject == SHIPPED else UNSHRUNK, max_examples=cases)
        try:
            machine = RewritingMachine if plug.rewrites else ScannerMachine
            tally, broken = play(partial(machine.on, fields=fields, plug=plug), subject, profile)
        except PartedError as parted:
            return Trial(Verdict.BROKEN, tuple(says), (), tuple(str(parted).splitlines()))
        says.append(f"games, {subject}: {many(tally['cases'], 'case')}, {many(tally['steps'], 'step')}")
        reached += Counter({law.number: tally[f"cover {law.number}"] for law in LAWS})
        rewrites += tally[f"action {REWRITE}"]
        traces += [Trace(subject, broken.world, broken.law, broken.steps)] if broken is not None else []
    short += [f"{law.number}: never seen: {law.cover.says}" for law in LAWS if law.cover and not reached[law.number]]
    if plug.rewrites and not rewrites:
        short.append(f"no row was written over: give a world's budget some {REWRITE!r}, or the trial a field")
    exhibits = tuple(retrace(system, trace) for trace in traces)
    verdict = Verdict.VIOLATED if exhibits else Verdict.INCONCLUSIVE if short else Verdict.HOLDS
    return Trial(verdict, tuple(says), exhibits, tuple(short))
