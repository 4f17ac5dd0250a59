"""A random walk over the rules of a machine: the same rules and bounds as under Hypothesis, drawn from a seed alone.

Hypothesis spends half of its time on what is needed to shrink, and plays many a case that is short. A walk takes as
many steps as it was asked for, each time, and is not shrunk by itself: its steps are, by
:mod:`strandline.properties.engines.replay.shortest`.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.core.verdict import LawBrokenError
from strandline.properties.engines.stateful.machine import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Generator

    from strandline.properties.core.system import Machine
    from strandline.properties.engines.stateful.machine import Machine as Played


class Case(NamedTuple):
    """A case that was played: what was counted in it, and the law that was broken, if any."""

    counts: Counter[str]
    broken: LawBrokenError | None


def walk(machine: Machine, subject: str, seed: int, cases: int, steps: int) -> Generator[Case]:
    """Play cases of a machine, one seed for all of them, and give each at its end; a broken law ends the walk.

    Args:
        machine: makes what is to be played.
        subject: the system as it is shipped, or a mutant of it, by name.
        seed: what all is drawn from.
        cases: how many.
        steps: how many steps of the world each case takes; its last rule may go a few past them.

    Raises:
        KeyError: there is no such subject.
        PartedError: what was played and the model have parted ways.
    """
    random = Random(seed)  # noqa: S311 - no secret
    tally: Counter[str] = Counter()
    with machine(subject, tally) as playing:
        for _ in range(cases):
            tally.clear()
            broken = _played(playing(), random, steps)
            yield Case(tally.copy(), broken)
            if broken is not None:
                return


def _played(case: Played, random: Random, steps: int) -> LawBrokenError | None:
    case.begin(random)
    try:
        _play(case, random, steps)
    except LawBrokenError as error:
        return error
    finally:
        case.teardown()
    return None


def _play(case: Played, random: Random, steps: int) -> None:
    chance = random.choice(LEFT_OUT)
    rules = [rule for rule in case.rules if random.random() >= chance]
    for _ in range(steps):  # no rule takes less than a step
        if len(case.steps) >= steps:
            return
        random.shuffle(rules)
        playable = (rule for rule in rules if all(holds(case) for holds in rule.preconditions))
        rule = next(playable, None)
        if rule is None:
            return
        rule.function(case, **({"random": random} if rule.arguments else {}))
