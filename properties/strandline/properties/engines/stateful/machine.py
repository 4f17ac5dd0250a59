"""What every state machine has: a tally, the steps that a case has taken, and one generator that all is drawn from.

Hypothesis plays a machine, and so does a :mod:`walk <.walk>`. Every rule draws from :data:`RANDOM` alone, or from
nothing: a walk has a seeded generator for it, and knows no other strategy.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from strandline.model.terms import Step
    from strandline.properties.core.verdict import LawBrokenError

RANDOM: Final = st.randoms(use_true_random=False)
"""The one strategy of every rule: a generator that Hypothesis steers and shrinks, and a walk has a seeded one for."""

LEFT_OUT: Final = (0.0, 0.2, 0.5)
"""The chance of each rule to be left out of a case: without drops and replacements a memo lives long enough to err."""


class ShrunkError(KeyboardInterrupt):
    """A machine has looked long enough for a shorter case: of all that may be raised, Hypothesis ends at this kind."""

    def __init__(self, broken: LawBrokenError) -> None:
        """Bring the law that the shortest case breaks."""
        super().__init__(str(broken))
        self.broken = broken


class Machine(RuleBasedStateMachine):
    """One case of a machine.

    It counts in ``tally``: ``cases``, ``steps``, ``action`` and the name of each step, ``cover`` and the number of
    each law whose cover it saw; its rules count themselves. It raises :class:`~.core.verdict.LawBrokenError` where a
    law is broken, and ``PartedError`` where what it plays and the model disagree. ``moves`` are what it counts as rules
    by itself, besides the rules that Hypothesis knows.
    """

    tally: ClassVar[Counter[str]] = Counter()
    moves: ClassVar[tuple[str, ...]] = ()

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that this case has taken."""
        raise NotImplementedError

    def begin(self, random: Random) -> None:
        """Begin the case; a machine makes it its one ``initialize`` rule."""
        raise NotImplementedError
