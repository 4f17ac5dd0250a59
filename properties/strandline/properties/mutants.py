"""The mutants: known-bad variants of the real scanner by name, and how one is planted."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from strandline.properties.designs import DESIGNS
from strandline.properties.mutants_of_definition import DEFINITION
from strandline.properties.slips import EQUIVALENT, SLIPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.mutant import Mutant

SHIPPED: Final = "shipped"
"""The name of the scanner as it is."""

MUTANTS: Final[dict[str, Mutant]] = {mutant.name: mutant for mutant in (*DESIGNS, *SLIPS, *DEFINITION)}
"""Every mutant by its name."""

ALIKE: Final[dict[str, Mutant]] = {mutant.name: mutant for mutant in EQUIVALENT}
"""Those that no engine can tell from the scanner as it is, each with the reason."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Put a mutant in place of the shipped code while the block runs; ``shipped`` puts nothing.

    Raises:
        KeyError: there is no mutant of that name.
    """
    with ExitStack() as stack:
        if name != SHIPPED:
            mutant = MUTANTS[name] if name in MUTANTS else ALIKE[name]
            stack.enter_context(patch.object(mutant.where, mutant.attribute, mutant.by))
        yield
