"""The rows of a synthetic codex writer: one plan, one sequence of rows.

Nothing here touches a file or a clock; :mod:`strandline.properties.live.writer` does.
"""

from __future__ import annotations

import json
import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.log import Draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Journal: TypeAlias = Literal["wal", "delete"]

FULL_SPEED: Final = 20_000
"""Rows per second of log time when no rate is given."""
_MIB: Final = 1024 * 1024
_EXACT: Final = 2**53  # above it not every integer is a float
_RATES: Final = (1e-3, 1e6)  # rows per second, lowest and highest
_BATCH_MAX: Final = 100_000  # rows; a batch is held in memory
_BODY_MAX: Final = 16 * _MIB
_PARTITIONS_MAX: Final = 10_000
_BUSY_MAX: Final = 3600  # seconds
_TURNS_OPEN: Final = 32  # how many recent turns may still get rows
_NOISE: Final = 64 * 1024  # characters of text that padding is cut from


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write.

    Args:
        rows: how many rows, None for no end but the stop event.
        rate: rows per second, None for full speed.
        seed: chooses the rows.
        batch: the most rows in one transaction.
        partition_rows: the rows that a prune leaves in a partition.
        partition_bytes: the estimated bytes that a prune leaves in a partition.
        threads: how many partitions with a thread id.
        processes: how many partitions with a process id alone.
        body_bytes: typical length of a body's padding, in characters; one in 64 is 16 times as long.
        priority: the share of requests and submissions that ask for the priority tier, 0 to 1.
        journal: the journal mode.
        bytes_max: the writer refuses to go on once file and -wal together are larger, in bytes.
        busy: seconds to wait for a lock.

    Raises:
        ValueError: a number is out of its range.
    """

    rows: int | None = None
    rate: float | None = None
    seed: int = 0
    batch: int = 128
    partition_rows: int = 1000
    partition_bytes: int = 10 * _MIB
    threads: int = 6
    processes: int = 3
    body_bytes: int = 256
    priority: float = 0.5
    journal: Journal = "wal"
    bytes_max: int = 1024 * _MIB
    busy: float = 5.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        ranges = {
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
            "priority must lie between 0 and 1": 0 <= self.priority <= 1,
            "journal must be wal or delete": self.journal in {"wal", "delete"},
            f"busy must lie between 0 and {_BUSY_MAX}": 0 <= self.busy <= _BUSY_MAX,
        }
        for message, holds in ranges.items():
            if not holds:
                raise ValueError(message)


class _Turn(NamedTuple):
    """A turn that may still get rows."""

    turn: str
    thread: str
    process: str
    model: str


_MODELS: Final = ("tide-5", "tide-5-mini", "ebb-4", "ebb-4-large")
_WORDS: Final = (
    "shell", "patch applied", "exit 0", "token", 'a "quoted" line', "naïve", "潮の跡", "{", "}", "turn.id=", "model=",
    "websocket", "priority", "thread_id=none", "retry in 200 ms", "\\", "id: ", "reading 4096 bytes", "🌊", ",",
)  # fmt: skip
_LATE: Final = (1, 30, 3600, 2 * 24 * 3600)  # seconds


class _Rows:
    """Turns a random generator into bodies; every method draws from the one generator."""

    def __init__(self, plan: Plan) -> None:
        self._random = random.Random(plan.seed)  # noqa: S311 - a seed must give the same rows again
        self._plan = plan
        self._noise = " ".join(self._random.choices(_WORDS, k=_NOISE // 4))[:_NOISE]
        processes = [self._name("p") for _ in range(plan.processes)]
        self._threads = [(self._name("t"), processes[place % plan.processes]) for place in range(plan.threads)]
        self._recent: deque[_Turn] = deque([self._new_turn()], maxlen=_TURNS_OPEN)
        self._turn = self._recent[0]
        self._kinds = (
            *(self._chatter,) * 8, *(self._delta,) * 4, *(self._request,) * 6, *(self._submission,) * 2,
            *(self._completed,) * 6, self._quoting, self._broken, self._broken,
        )  # fmt: skip

    def drafts(self, now: int) -> Iterator[Draft]:
        """Rows without end, the first one about ``now``."""
        rng = self._random
        pace = 2 / (self._plan.rate or FULL_SPEED)
        clock, step, steady = float(now), 0.0, 1000
        while True:
            clock += pace * rng.random()
            steady -= 1
            if steady == 0:  # now and then the clock steps back a little, and later forward again
                step = 0.0 if step else -rng.uniform(0.1, 3.0)
                steady = rng.randint(50, 500) if step else rng.randint(1000, 8000)
            self._choose_turn()
            late = rng.choice(_LATE) if rng.random() < 1 / 64 else 0
            ts, fraction = divmod(clock + step - late, 1)
            body = None if rng.random() < 1 / 256 else rng.choice(self._kinds)()
            thread = self._turn.thread if rng.random() < 7 / 8 else None
            process = self._turn.process if thread or rng.random() < 7 / 8 else None
            yield Draft(int(ts), int(fraction * 1_000_000_000), thread, process, body)

    def _choose_turn(self) -> None:
        """Mostly stay with the turn at hand, since rows come in bursts."""
        draw = self._random.random()
        if draw < 1 / 12:
            self._turn = self._new_turn()
            self._recent.append(self._turn)
        elif draw < 1 / 4:
            self._turn = self._random.choice(self._recent)

    def _new_turn(self) -> _Turn:
        return _Turn(self._name("u"), *self._random.choice(self._threads), self._random.choice(_MODELS))

    def _name(self, letter: str) -> str:
        digits = f"{self._random.getrandbits(64):016x}"
        return f"{letter}{digits[:8]}-{digits[8:]}"

    def _padding(self) -> str:
        rng = self._random
        size = int(self._plan.body_bytes * (0.5 + rng.random())) * (16 if rng.random() < 1 / 64 else 1)
        start = int(rng.random() * _NOISE)
        whole, rest = divmod(size, _NOISE)
        cut = self._noise[start : start + rest]
        return self._noise * whole + cut + self._noise[: rest - len(cut)]

    def _prefix(self) -> str:
        """Name the spans a row was logged in, and with them the turn: in several ways, or not at all."""
        turn, thread, _, model = self._turn
        draw = int(self._random.random() * 16)
        if draw == 0:
            return f"turn{{turn.id={turn}}}: "
        if draw == 1:
            return f"session{{thread_id={thread}}}: "
        if draw == 2:  # noqa: PLR2004 - one of sixteen
            return f"session{{parent_turn_id={self._recent[0].turn} thread_id={thread}}}:turn{{turn_id={turn}}}: "
        if draw == 3:  # noqa: PLR2004 - one of sixteen
            return f"[turn.id= turn_id={turn}, thread_id={thread}] \0 "
        return f"session{{thread_id={thread}}}:turn{{turn.id={turn} model={model}}}: "

    def _tier(self) -> str:
        return "priority" if self._random.random() < self._plan.priority else "default"

    def _chatter(self) -> str:
        return self._prefix() + self._padding()

    def _delta(self) -> str:
        return self._prefix() + "websocket event: " + _dump({"type": "response.delta", "delta": self._padding()})

    def _request(self, text: str | None = None) -> str:
        fields = {
            "type": "response.create",
            "service_tier": self._tier(),
            "turn_id": self._turn.turn,
            "model": self._turn.model,
            "input": self._padding() if text is None else text,
        }
        if self._random.random() < 1 / 16:
            del fields["model"]
        return f"{self._prefix()}websocket request: {_dump(fields)}"

    def _submission(self) -> str:
        tier = 'Some(Some("priority"))' if self._tier() == "priority" else "None"
        text = json.dumps(self._padding(), ensure_ascii=False)
        return (
            f'{self._prefix()}Submission sub=Submission {{ parent_id: "none", id: "{self._turn.turn}", '
            f"op: UserTurn {{ text: {text}, service_tier: {tier} }} }}"
        )

    def _completed(self) -> str:
        model = self._turn.model if self._random.random() < 3 / 4 else self._random.choice(_MODELS)
        response = {"id": self._name("r"), "model": model, "output": self._padding()}
        return f"{self._prefix()}websocket event: {_dump({'type': 'response.completed', 'response': response})}"

    def _quoting(self) -> str:
        """Quote another body in a payload, markers and all."""
        quoted = self._random.choice((self._completed, self._request, self._submission))()
        return self._request(quoted) if self._random.random() < 1 / 2 else f"{self._prefix()}output: {quoted}"

    def _broken(self) -> str:
        """Miss being a row of some kind by a little."""
        draw = int(self._random.random() * 4)
        if draw == 0:
            return self._request()[:-3]
        if draw == 1:
            return self._completed() + " and more"
        if draw == 2:  # noqa: PLR2004 - one of sixteen
            return self._completed().replace('"model":"', '"model":" ","was":"')
        return self._submission().replace(' id: "', ' id: " ", was: "')


def drafts(plan: Plan, now: int) -> Iterator[Draft]:
    """Rows without end, a pure function of the plan and of ``now`` (unix seconds): one seed, one sequence.

    Chatter, requests of both tiers, submissions, completions before and after their requests,
    payloads that quote markers, rows that miss their kind by a little, late rows, NULL bodies,
    and a clock that steps back; several threads, processes, and rows that name neither.
    """
    return _Rows(plan).drafts(now)


def _dump(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
