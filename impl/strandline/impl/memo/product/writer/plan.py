"""What a synthetic codex writer is to write: one value, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from strandline.impl.memo.product.text import near
from strandline.impl.memo.product.writer.synthetic.codexes import CODEXES, NEWEST, Name
from strandline.impl.memo.product.writer.synthetic.filler import USUAL

Journal: TypeAlias = Literal["wal", "delete"]

_MIB: Final = 1024 * 1024
_EXACT: Final = 2**53  # above it not every integer is a float
_RATES: Final = (1e-3, 1e6)  # rows per second, lowest and highest
_BATCH_MAX: Final = 100_000  # rows; a batch is held in memory
_BODY_MAX: Final = 16 * _MIB
_PARTITIONS_MAX: Final = 10_000
_BUSY_MAX: Final = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write.

    Args:
        codex: the version to write like.
        rows: how many rows, None for no end but the stop event.
        rate: rows per second, None for full speed.
        seed: chooses the rows.
        batch: the most rows in one transaction.
        partition_rows: the rows that a prune leaves in a partition.
        partition_bytes: the estimated bytes that a prune leaves in a partition.
        threads: how many partitions with a thread id.
        processes: how many partitions with a process id alone.
        body_bytes: typical length of the padding of a row that means nothing, in characters; one in 64 is 16 times
            as long. Below the default all rows shrink with it; above it the others are at least as long.
        priority: the chance that a tier, whenever one is chosen, is the priority tier, 0 to 1.
        noise: how many rows that mean nothing there are: 1 for as many as of a codex process, 0 for none.
        malformed: the share of rows that no codex writes: NULL, cut short, a kind missed by a little, 0 to 1.
        journal: the journal mode.
        bytes_max: the writer refuses to go on once file and -wal together are larger, in bytes.
        busy: seconds to wait for a lock.

    Raises:
        ValueError: a number is out of its range.
    """

    codex: Name = NEWEST
    rows: int | None = None
    rate: float | None = None
    seed: int = 0
    batch: int = 128
    partition_rows: int = 1000
    partition_bytes: int = 10 * _MIB
    threads: int = 6
    processes: int = 3
    body_bytes: int = USUAL
    priority: float = 0.5
    noise: float = 1.0
    malformed: float = 0.0
    journal: Journal = "wal"
    bytes_max: int = 1024 * _MIB
    busy: float = 5.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        ranges = {
            f"codex must be one of {', '.join(CODEXES)}{near(self.codex, CODEXES)}": self.codex in CODEXES,
            f"rows must lie between 0 and {_EXACT}": self.rows is None or 0 <= self.rows <= _EXACT,
            "rate must lie between 0.001 and 1000000": self.rate is None or _RATES[0] <= self.rate <= _RATES[1],
            f"batch must lie between 1 and {_BATCH_MAX}": 1 <= self.batch <= _BATCH_MAX,
            f"partition_rows, partition_bytes and bytes_max must lie between 1 and {_EXACT}": all(
                1 <= number <= _EXACT for number in (self.partition_rows, self.partition_bytes, self.bytes_max)
            ),
            f"threads and processes must lie between 1 and {_PARTITIONS_MAX}": all(
                1 <= number <= _PARTITIONS_MAX for number in (self.threads, self.processes)
            ),
            f"body_bytes must lie between 0 and {_BODY_MAX}": 0 <= self.body_bytes <= _BODY_MAX,
            "priority, noise and malformed must lie between 0 and 1": all(
                0 <= share <= 1 for share in (self.priority, self.noise, self.malformed)
            ),
            "journal must be wal or delete": self.journal in {"wal", "delete"},
            f"busy must lie between 0 and {_BUSY_MAX}": 0 <= self.busy <= _BUSY_MAX,
        }
        for message, holds in ranges.items():
            if not holds:
                raise ValueError(message)
