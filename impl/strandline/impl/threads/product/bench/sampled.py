"""What measurements rest on: what is appended, how times are summed up, and what the process may hold open."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.threads.lines import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILES: Final = 64
"""Files that a measurement holds open besides one for each thread."""
LINES: Final = 8
"""Lines of a turn."""
_TEXT: Final = "All tests pass; the second one was wrong about the order of what it was given. " * 8


class Times(NamedTuple):
    """The median and the 99th percentile of some times, in microseconds."""

    p50: float
    p99: float


def turn(number: int) -> list[Item]:
    """Give one of the lines of a turn: a message, its context, what the model answers, and what it cost."""
    kind = number % LINES
    if kind == 0:
        payload: dict[str, Any] = {"type": "user_message", "message": f"step {number}: run the tests"}
    elif kind == 1:
        return [Item("turn_context", {"model": "m", "cwd": "/work", "approval_policy": "never"})]
    elif kind == LINES - 1:
        payload = {"type": "token_count", "info": {"total_token_usage": {"total_tokens": number}}}
    else:
        content = [{"type": "output_text", "text": _TEXT}]
        return [Item("response_item", {"type": "message", "role": "assistant", "content": content})]
    return [Item("event_msg", payload)]


def timed(call: Callable[[], object]) -> float:
    """Give how long a call takes, in microseconds."""
    begun = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - begun) / 1_000


def times(found: Sequence[float]) -> Times:
    """Sum times up."""
    ordered = sorted(found)
    return Times(round(median(ordered), 1), round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1))


def middle(found: Sequence[Times]) -> Times:
    """Give the median of several rounds, of each of both."""
    return Times(median(one.p50 for one in found), median(one.p99 for one in found))


def allow(files: int) -> bool:
    """Raise the limit of open files as far as is needed, and tell whether that is enough."""
    if sys.platform == "win32":
        return files + FILES < 500  # noqa: PLR2004 - what the C library of Windows allows
    import resource  # noqa: PLC0415 - there is none on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files + FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        return False
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return True


def peak() -> int | None:
    """Give the most memory that this process had so far, in bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - there is none on Windows

    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found << 10
