"""The pinned sizes of the large memo worlds: states, transitions and depth, alike refreshers taken for one."""

from __future__ import annotations

from typing import Final

MODEL: Final = {
    "races": (1_041_378, 3_729_587, 30),
    "forgotten": (161_352, 802_458, 25),
    "replaced": (282_120, 788_176, 20),
    "removed": (90_821, 260_231, 24),
    "led away": (42_416, 93_223, 29),
    "given up": (15_148, 47_496, 28),
    "held and read": (31_816, 120_916, 17),
    "held and rewritten": (146_841, 593_935, 20),
    "read and rewritten": (47_052, 105_548, 19),
    "emptied and led": (86_059, 202_225, 22),
    "held and led": (323_445, 911_501, 24),
    "read and led": (185_696, 358_875, 25),
    "rewritten and led": (393_013, 772_095, 26),
    "full": (78_817, 223_007, 19),
}
"""Those of the family, of the model."""

SCANNER: Final = MODEL | {
    "replaced": (300_655, 842_713, 20),
    "led away": (43_064, 94_475, 29),
    "emptied and led": (90_379, 212_350, 22),
    "held and led": (332_165, 932_817, 24),
    "read and led": (188_896, 364_800, 25),
    "rewritten and led": (399_809, 784_254, 26),
    "full": (82_525, 229_309, 19),
}
"""Those of the same worlds with the real scanner in them.

They are the model's, but where a path can lead to another file than was pinned, and where a memo is cut: the checker
knows which file a token names, and the token of a full memo names an id that the cut memo does not hold.
"""

SOAK: Final = (52_058_158, 332_729_986, 34)
"""That of the world for a soak, of the model."""
