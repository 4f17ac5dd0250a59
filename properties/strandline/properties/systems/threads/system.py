"""Live threads, wired for the engines: the model, the laws, the real core, the worlds, the mutants."""

from __future__ import annotations

from typing import Final

from strandline.model.threads.world import actions
from strandline.properties.engines.own.wiring import system
from strandline.properties.systems.threads.contracts.patches import CONDITIONS
from strandline.properties.systems.threads.laws import LAWS
from strandline.properties.systems.threads.mutants import MUTANTS
from strandline.properties.systems.threads.real import real
from strandline.properties.systems.threads.worlds import LARGER, SMALL, wide

SYSTEM: Final = system(
    name="threads",
    init=wide,
    actions=actions(),
    laws=LAWS,
    real=real(),
    mutants=tuple(MUTANTS),
    conditions=CONDITIONS,
    symmetric="callers",
    worlds=SMALL,
    larger=LARGER,
    large=4,
    does_not_show=(
        "One live thread is looked at, in one process at a time: not the fair queue of a store, nor its transactions.",
        "The rollout and the row are values: files, locks, SQLite and the shells are for the tests of the store.",
        "Four columns stand for all, and no column is cleared: the algebra of patches is proved of each rule.",
    ),
)
"""A live thread: a durable append, and its projection behind it."""
