"""The pinned sizes of the large memo worlds: states, transitions and depth, alike refreshers taken for one."""

from __future__ import annotations

from typing import Final

MODEL: Final = {
    "races": (1_041_378, 3_729_587, 30),
    "forgotten": (278_853, 1_402_391, 25),
    "replaced": (592_247, 1_657_579, 30),
    "removed": (192_887, 554_540, 30),
    "held and read": (45_518, 173_123, 17),
    "held and rewritten": (153_244, 615_055, 20),
    "read and rewritten": (68_057, 149_721, 19),
    "emptied and led": (136_419, 318_502, 23),
    "held and led": (388_467, 1_076_941, 25),
    "read and led": (290_740, 543_050, 26),
    "rewritten and led": (466_059, 899_346, 27),
    "full": (12_055, 33_976, 16),
}
"""Those of the family, of the model."""

SCANNER: Final = MODEL | {
    "replaced": (620_305, 1_741_000, 30),
    "emptied and led": (141_713, 330_989, 23),
    "held and led": (397_187, 1_098_257, 25),
    "read and led": (295_385, 551_378, 26),
    "rewritten and led": (472_855, 911_505, 27),
    "full": (12_583, 34_804, 16),
}
"""Those of the same worlds with the real scanner in them.

They are the model's, but where a path can lead to another file than was pinned, and where a memo is cut: the checker
knows which file a token names, and the token of a full memo names an id that the cut memo does not hold.
"""

SOAK: Final = (53_013_390, 334_336_133, 33)
"""That of the world for a soak, of the model."""
