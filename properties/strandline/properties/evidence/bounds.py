"""What a document of evidence may hold at most, so that one from a stranger is as harmless as one's own.

The bounds are those of what strandline writes, taken wide; the JSON Schema tells them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec

BYTES_MAX: Final = 16 * 1024 * 1024
"""The largest document that is read, in bytes."""

TEXT_MAX: Final = 20_000
"""Characters of one text; the longest that is written is the log of a wide world."""

NAME_MAX: Final = 300
"""Characters of a name."""

ITEMS_MAX: Final = 1_000
"""The most of anything: laws, claims of a law, engines, traces, steps, mutants."""

TRACES_MAX: Final = 100
"""The most traces; there is one to each broken law."""

COUNT_MAX: Final = 2**63 - 1

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=COUNT_MAX)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
FileName: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.json$", max_length=NAME_MAX)]
"""A name that leads nowhere but into the folder that it is put in."""

Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
FEW: Final = msgspec.Meta(max_length=ITEMS_MAX)
"""How many there may be of something."""

TRACES: Final = msgspec.Meta(max_length=TRACES_MAX)

Outcome: TypeAlias = Literal["violated", "broken", "inconclusive", "holds", "not applicable"]
"""A verdict as it is written; the worst first."""

LawKind: TypeAlias = Literal["proved", "always", "eventually"]
ClaimKind: TypeAlias = Literal["proved", "searched", "compared", "sampled", "replayed", "caught"]
"""What a pass of an engine is worth; the strongest first."""

EngineState: TypeAlias = Literal["ran", "skipped", "interrupted", "broken"]
