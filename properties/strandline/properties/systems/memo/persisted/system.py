"""A persisted memo, wired for the engines: the model, the laws, the real keeper, the worlds, the mutants."""

from __future__ import annotations

from typing import Final

from strandline.model.memo.persisted import actions
from strandline.properties.engines.own.wiring import system
from strandline.properties.systems.memo.persisted.laws import LAWS
from strandline.properties.systems.memo.persisted.mutants import MUTANTS
from strandline.properties.systems.memo.persisted.real import real
from strandline.properties.systems.memo.persisted.worlds import LARGER, SMALL, wide

SYSTEM: Final = system(
    name="persisted",
    init=wide,
    actions=actions(),
    laws=LAWS,
    real=real(),
    mutants=MUTANTS,
    symmetric="processes",
    worlds=SMALL,
    larger=LARGER,
    large=3,
    does_not_show=(
        "Whether a memo is of the log's history is taken at the scanner's word: its own worlds judge that.",
        "A call of the keeper is one step: what threads of one process do to each other in it is not looked at.",
        "That SQLite's transaction is whole or not at all is for the faults, which kill it at each call of the system.",
    ),
)
"""A memo in a file that processes share."""
