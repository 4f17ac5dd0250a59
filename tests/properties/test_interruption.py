"""Claims about what Ctrl-C must not cut in two."""

from __future__ import annotations

import signal
import threading

import pytest

from strandline.properties.interruption import heard, undisturbed


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_within_takes_effect_after(asked: signal.Signals) -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - what comes after the interrupt is the claim
        with heard(), undisturbed():
            signal.raise_signal(asked)
            done.append("went on")
        done.append("too far")
    assert done == ["went on"]


def test_the_handler_from_before_is_back() -> None:
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in asked]
    with undisturbed():
        assert all(signal.getsignal(number) is not was for number, was in zip(asked, before, strict=True))
    with heard():
        assert signal.getsignal(signal.SIGTERM) is not before[1]
    assert [signal.getsignal(number) for number in asked] == before


def test_another_thread_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with undisturbed():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
