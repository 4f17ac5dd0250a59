"""Which of two memos is newer: a function over ints, so that it can be proved.

The reference model writes the same order in its own words. Keep them apart: the proof that
they agree is worth something only while neither is made from the other.
"""


def dominates(  # noqa: PLR0913 - six ints and no record, which is what the prover can reason about
    epoch: int,
    observation: int,
    coverage: int,
    other_epoch: int,
    other_observation: int,
    other_coverage: int,
) -> bool:
    """Tell whether the first memo is at least as new as the other and reaches back at least as far.

    ``epoch`` counts forced drops, ``observation`` numbers snapshots in the order in which this
    process took them, ``coverage`` is the earliest instant held, in unix seconds. The cursor
    is left out: after a prune the newer memo has read no further and may know fewer rows, and
    a rule that asks for the longer one throws the truth away. So is the file: with it the
    relation is not transitive (docs/decisions).
    """
    return (epoch, observation) >= (other_epoch, other_observation) and (
        epoch > other_epoch or coverage <= other_coverage
    )
