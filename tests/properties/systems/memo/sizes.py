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
    "full": (41_603, 117_853, 18),
}
"""Those of the family, of the model."""

SCANNER: Final = {
    "races": (1_041_378, 3_729_587, 30),
    "forgotten": (278_853, 1_402_391, 25),
    "replaced": (620_305, 1_741_000, 30),
    "removed": (192_887, 554_540, 30),
    "led away": (43_585, 95_239, 29),
    "given up": (15_148, 47_496, 28),
    "held and read": (45_518, 173_123, 17),
    "held and rewritten": (153_244, 615_055, 20),
    "read and rewritten": (68_057, 149_721, 19),
    "emptied and led": (141_713, 330_989, 23),
    "held and led": (397_187, 1_098_257, 25),
    "read and led": (295_385, 551_378, 26),
    "rewritten and led": (472_855, 911_505, 27),
    "full": (45_625, 125_686, 18),
}
"""Those of the same worlds with the real scanner in them.

The scanner keeps its counts where the model's worlds leave them out. With all counts in them the model's are as large,
but where a path can lead to another file than was pinned, and where a memo is cut: the checker knows which file a token
names, and the token of a full memo names an id that the cut memo does not hold.
"""

SOAK: Final = (52_058_158, 332_729_986, 34)
"""That of the world for a soak, of the model."""
