"""The profiles of Hypothesis; ``--hypothesis-profile dev`` takes the second one.

Time is no law here: a shared machine takes as long as it takes, so there is no deadline, and a
slow example is no fault of the strategy that made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterable

UNTIMED: Final[Iterable[HealthCheck]] = (HealthCheck.too_slow,)

settings.register_profile(
    "ci", derandomize=True, database=None, deadline=None, print_blob=True, suppress_health_check=UNTIMED
)
settings.register_profile("dev", derandomize=False, deadline=None, print_blob=True, suppress_health_check=UNTIMED)
settings.load_profile("ci")
