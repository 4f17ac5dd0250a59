"""What exported tests rest on, by its older path: steps of the memo, taken again.

:mod:`strandline.properties.engines.replay.regression` is where it is, for any system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.engines.replay import regression
from strandline.properties.engines.replay.regression import Again, Step
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Again", "Step", "again"]


def again(steps: Iterable[Step], *, world: str, law: str, on: str) -> Again:
    """Take steps of the memo again; see :func:`strandline.properties.engines.replay.regression.again`."""
    return regression.again(SYSTEM, steps, world=world, law=law, on=on)
