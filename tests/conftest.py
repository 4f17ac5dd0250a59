"""The profiles of Hypothesis; ``--hypothesis-profile dev`` takes the second one.

Time is no law here: a shared machine takes as long as it takes, so there is no deadline, and a
slow example is no fault of the strategy that made it.
"""

from __future__ import annotations

from importlib.util import find_spec

# Where Hypothesis is missing, the tests that rest on it fail by their own imports, and no others fail with them.
if find_spec("hypothesis") is not None:
    from hypothesis import HealthCheck, settings

    UNTIMED = (HealthCheck.too_slow,)

    settings.register_profile(
        "ci", derandomize=True, database=None, deadline=None, print_blob=True, suppress_health_check=UNTIMED
    )
    settings.register_profile("dev", derandomize=False, deadline=None, print_blob=True, suppress_health_check=UNTIMED)
    settings.load_profile("ci")
