"""The audit of the gates: between two of them the scanner may touch what is shared once, and how is written here.

Every interleaving that the engines try is one of whole atomic steps: an effect performed, and one step of the core. An
atomic step that touches what is shared twice would hide the schedules in which another refresh comes in between. (A
step that merged *check* and *store* once made every schedule look clean, with the bug still there.) So an atomic step
that touches more than its rule allows is no violation of a law, but a fault of the judge: the verdict is broken.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple


class AuditError(AssertionError):
    """An atomic step touched what is shared in a way that its rule does not allow."""

    def __init__(self, step: str, accesses: tuple[str, ...]) -> None:
        """Name the step, what it touched in order, and the rule that was broken."""
        touched = ", ".join(accesses) or "nothing"
        super().__init__(f"audit: {step} may touch {RULES[step].says}; it touched {touched}")
        self.step = step
        self.accesses = accesses


class Rule(NamedTuple):
    """What one atomic step may touch: a regular expression over the words of its accesses, in words, and why it may."""

    accesses: str
    says: str
    why: str


_READ: Final = Rule(
    r"lock( begin)?( statement)? unlock|lock( begin)? statement number look unlock( statement)* end",
    "under the store's lock: begin, fix the snapshot, number it, look at the slot; then statements; end",
    "The lock makes the order of snapshots, of their numbers and of what was stored one order. All statements see one "
    "snapshot, so those after the lock could as well be under it. A transaction that SQLite was too busy to give a "
    "snapshot holds nothing, and the next read begins in it.",
)

RULES: Final[dict[str, Rule]] = {
    "Locate": Rule(
        r"stat take( pin)?",
        "stat, take, at most one pin",
        "A kept connection pins its file, so an equal place is the same file; else the pin, the last access, decides.",
    ),
    "Connect": Rule(
        r"connect( begin statement end)?( opened| stat)?",
        "connect, one transaction that opens the journal, at most one look at which file was opened",
        "Whichever file the path led to meanwhile is told by the look at the end, and by Check.",
    ),
    "ReadLog": _READ,
    "ReadOnce": _READ,
    "Check": Rule(r"stat", "stat", "One access."),
    "Swap": Rule(
        r"lock look( put)? unlock",
        "under the store's lock: look at the slot, at most one put",
        "To compare and to put are one under the lock.",
    ),
    "release": Rule(
        r"(end|keep)?",
        "end, or keep",
        "A Locate that comes before a connection is kept connects anew, which is never wrong.",
    ),
    "drop": Rule(r"lock look put unlock", "under the store's lock: look at the slot, one put", "As for Swap."),
    "core step": Rule(r"", "nothing", "Between two gates a refresh is a function of what it found."),
    "model step": Rule(r"", "nothing", "The model is values and pure functions."),
}
"""What each atomic step may touch; what is not named here it may not."""

ACCESSES: Final = {
    "stat": "the path is looked at",
    "pin": "the file at the path is pinned",
    "take": "the kept connections are looked through",
    "keep": "a connection is put by",
    "connect": "a connection is opened",
    "opened": "the open files of the process are looked through",
    "begin": "a transaction begins",
    "statement": "statements run inside it",
    "end": "the transaction ends",
    "loose statement": "a statement runs outside of any transaction",
    "lock": "the store's lock is taken",
    "unlock": "the store's lock is let go",
    "number": "the count of observations is used",
    "look": "the slot is read",
    "put": "the slot is written",
}
"""What is recorded. Any other word is the name of a call that went round the effects, such as ``os.stat``."""

VERDICTS_MAX: Final = 4_096
"""How many verdicts on distinct atomic steps are remembered."""


@lru_cache(maxsize=VERDICTS_MAX)
def is_allowed(step: str, accesses: tuple[str, ...]) -> bool:
    """Judge one atomic step by its rule.

    Args:
        step: the name of its effect, or of what else ran.
        accesses: what it touched, in order.

    Raises:
        KeyError: there is no rule for such an atomic step.
    """
    return re.fullmatch(RULES[step].accesses, " ".join(accesses)) is not None
