"""Claims about the queue of a store: fair, bounded, and one heap for all that waits."""

from __future__ import annotations

from strandline.impl.threads.agenda import BATCH_MAX, INTERRUPTED, Agenda
from strandline.impl.threads.effects import Applied, Delete, Result

WORK = Delete("r")


class Name:
    """A client that does nothing."""

    def __init__(self, thread: str) -> None:
        self.thread = thread

    def due(self) -> None:
        raise AssertionError

    def result(self, result: Result) -> None:
        raise AssertionError(result)


A, B, C = Name("a"), Name("b"), Name("c")


def names(clients: object) -> list[str]:
    assert isinstance(clients, list | tuple)
    return [client.thread for client in clients]


def test_attempts_are_made_in_the_order_in_which_they_were_asked_for_and_so_many_at_once() -> None:
    agenda = Agenda(lambda: None)
    clients = [Name(str(number)) for number in range(BATCH_MAX + 3)]
    for client in clients:
        agenda.push(client, WORK)
    _, _, batch, _ = agenda.next(0)
    assert batch is not None
    assert [task.client for task in batch.tasks] == clients[:BATCH_MAX]
    assert names([client for client, _ in agenda.finish(batch, [Applied()] * BATCH_MAX)]) == names(clients[:BATCH_MAX])
    _, _, rest, _ = agenda.next(0)
    assert rest is not None
    assert [task.client for task in rest.tasks] == clients[BATCH_MAX:]


def test_who_waits_is_due_at_its_time_and_only_for_its_last_wait() -> None:
    agenda = Agenda(lambda: None)
    agenda.arm(A, 5)
    agenda.arm(B, 3)
    agenda.arm(A, 1)
    agenda.arm(C, 2)
    agenda.disarm(C)
    assert agenda.next(0)[3] == 1
    assert names(agenda.next(1)[0]) == ["a"]
    assert names(agenda.next(4)[0]) == ["b"]
    assert agenda.next(9)[0] == []
    assert agenda.next(9)[3] == float("inf")


def test_the_heap_is_bounded_however_often_one_waits_anew() -> None:
    agenda = Agenda(lambda: None)
    for number in range(10_000):
        agenda.arm(A, number)
    assert len(agenda._heap) <= BATCH_MAX + 3  # noqa: SLF001 - the bound is the claim
    assert names(agenda.next(10_000)[0]) == ["a"]


def test_the_worker_is_woken_for_what_is_due_sooner_and_for_attempts() -> None:
    woken: list[int] = []
    agenda = Agenda(lambda: None)
    agenda.wake = lambda: woken.append(1)
    agenda.arm(A, 5)
    agenda.arm(B, 9)
    assert len(woken) == 1
    agenda.arm(C, 1)
    agenda.push(A, WORK)
    assert len(woken) == 3


def test_who_was_interrupted_because_of_another_goes_on_at_the_head() -> None:
    interrupted: list[int] = []
    agenda = Agenda(lambda: interrupted.append(1))
    for client in (A, B):
        agenda.push(client, WORK)
    _, _, batch, _ = agenda.next(0)
    assert batch is not None
    agenda.push(C, WORK)
    agenda.withdraw(A)
    assert batch.stop.is_set()
    assert interrupted == [1]
    assert agenda.finish(batch, [INTERRUPTED, INTERRUPTED]) == [(A, INTERRUPTED)]
    _, _, again, _ = agenda.next(0)
    assert again is not None
    assert names([task.client for task in again.tasks]) == ["b", "c"]
    assert not again.stop.is_set()


def test_who_is_withdrawn_before_its_attempt_began_is_told_by_the_worker() -> None:
    agenda = Agenda(lambda: None)
    agenda.push(A, WORK)
    agenda.push(B, WORK)
    agenda.withdraw(A)
    agenda.withdraw(C)
    _, ended, batch, _ = agenda.next(0)
    assert (names(ended), batch) == (["a"], None)
    _, _, batch, _ = agenda.next(0)
    assert batch is not None
    assert names([task.client for task in batch.tasks]) == ["b"]


def test_what_is_abandoned_is_named_and_forgotten() -> None:
    agenda = Agenda(lambda: None)
    agenda.push(A, WORK)
    agenda.next(0)
    agenda.push(B, WORK)
    agenda.arm(C, 1)
    assert names(agenda.abandon()) == ["a", "b"]
    assert agenda.next(9) == ([], [], None, float("inf"))
