"""What a store is to do next: a fair queue of attempts, and one deadline heap for all that waits.

Plain data under a lock. No thread of the store costs a task or a timer: one worker takes from here.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock
from typing import TYPE_CHECKING, Final, Protocol

from strandline.impl.threads.effects import Failed
from strandline.impl.threads.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from strandline.impl.threads.effects import Result, Work

BATCH_MAX: Final = 64
"""How many threads' patches go into one transaction."""
STALE_MAX: Final = 2
"""How many times more entries than threads that wait the heap holds before it is made anew."""

INTERRUPTED: Final = Failed(Failure("interrupted", "the attempt was interrupted"))


class Client(Protocol):
    """Who an attempt is for."""

    thread: str

    def due(self) -> None:
        """Take up that the wait armed last is over."""

    def result(self, result: Result) -> None:
        """Take up what came of the attempt."""


@dataclass(frozen=True)
class Task:
    """One attempt, and who it is for."""

    client: Client
    work: Work


@dataclass(frozen=True)
class Batch:
    """Attempts that are made together; ``stop`` is set to give up."""

    tasks: tuple[Task, ...]
    stop: Event = field(default_factory=Event)


class Agenda:
    """The queue and the heap of one store."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        """Begin with nothing to do.

        Args:
            interrupt: stops SQLite in the midst of a batch.
        """
        self.wake: Callable[[], None] = lambda: None
        """Called, from any thread, when there is more to do or something is due sooner."""
        self._interrupt = interrupt
        self._lock = Lock()
        self._queue: deque[Task] = deque()
        self._heap: list[tuple[float, int, Client]] = []
        self._armed: dict[Client, int] = {}
        self._numbers = count()
        self._running: Batch | None = None
        self._withdrawn: set[Client] = set()
        self._ended: list[Client] = []

    def push(self, client: Client, work: Work) -> None:
        """Queue an attempt behind all others."""
        with self._lock:
            self._queue.append(Task(client, work))
        self.wake()

    def arm(self, client: Client, at: float) -> None:
        """Wait until a time for a client, instead of what it waited for before."""
        with self._lock:
            number = next(self._numbers)
            self._armed[client] = number
            first = self._heap[0][0] if self._heap else float("inf")
            heapq.heappush(self._heap, (at, number, client))
            if len(self._heap) > STALE_MAX * len(self._armed) + BATCH_MAX:
                self._heap = [entry for entry in self._heap if self._armed.get(entry[2]) == entry[1]]
                heapq.heapify(self._heap)
        if at < first:
            self.wake()

    def disarm(self, client: Client) -> None:
        """Wait no longer for a client."""
        with self._lock:
            self._armed.pop(client, None)

    def withdraw(self, client: Client) -> None:
        """Interrupt the attempt of a client, or take it from the queue; its result comes from the worker."""
        with self._lock:
            running = self._running
            if running is not None and any(task.client is client for task in running.tasks):
                self._withdrawn.add(client)
                running.stop.set()
                self._interrupt()
            elif any(task.client is client for task in self._queue):
                self._queue = deque(task for task in self._queue if task.client is not client)
                self._ended.append(client)
        self.wake()

    def next(self, now: float) -> tuple[list[Client], list[Client], Batch | None, float]:
        """Give what is due, what was withdrawn, the next batch, and else the seconds to wait for one."""
        with self._lock:
            due: list[Client] = []
            while self._heap and (self._heap[0][0] <= now or self._is_stale(self._heap[0])):
                entry = heapq.heappop(self._heap)
                if not self._is_stale(entry):
                    del self._armed[entry[2]]
                    due.append(entry[2])
            ended, self._ended = self._ended, []
            batch = None
            if self._queue and not due and not ended:
                tasks = tuple(self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue))))
                batch = self._running = Batch(tasks)
            wait = self._heap[0][0] - now if self._heap else float("inf")
            return due, ended, batch, wait

    def finish(self, batch: Batch, results: Sequence[Result]) -> list[tuple[Client, Result]]:
        """End a batch; whoever was interrupted only because others were goes on at the head of the queue.

        Returns:
            What came of each other attempt.
        """
        with self._lock:
            ended, again = [], []
            for task, result in zip(batch.tasks, results, strict=True):
                stopped = isinstance(result, Failed) and result.failure.reason == "interrupted"
                if stopped and batch.stop.is_set() and task.client not in self._withdrawn:
                    again.append(task)
                else:
                    ended.append((task.client, result))
            self._queue.extendleft(reversed(again))
            self._running = None
            self._withdrawn.clear()
            return ended

    def abandon(self) -> list[Client]:
        """Forget everything, and give the clients whose attempts will not be made."""
        with self._lock:
            tasks = (*(self._running.tasks if self._running is not None else ()), *self._queue)
            clients = [*(task.client for task in tasks), *self._ended]
            self._queue.clear()
            self._heap.clear()
            self._armed.clear()
            self._ended = []
            self._running = None
            return clients

    def _is_stale(self, entry: tuple[float, int, Client]) -> bool:
        return self._armed.get(entry[2]) != entry[1]
