"""A persisted memo, wired for the engines: the model, the laws, the real keeper, the worlds, the mutants."""

from __future__ import annotations

from typing import Final

from strandline.model.memo.persisted import actions
from strandline.properties.engines.own.wiring import system
from strandline.properties.systems.memo.persisted.laws import LAWS
from strandline.properties.systems.memo.persisted.real import real
from strandline.properties.systems.memo.persisted.worlds import LARGER, SMALL, wide

SYSTEM: Final = system(
    name="persisted",
    init=wide,
    actions=actions(),
    laws=LAWS,
    real=real(),
    symmetric="processes",
    worlds=SMALL,
    larger=LARGER,
    large=3,
)
"""A memo in a file that processes share."""
