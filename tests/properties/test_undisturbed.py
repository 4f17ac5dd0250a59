"""Claims about what Ctrl-C must not cut in two."""

from __future__ import annotations

import signal
import threading

import pytest

from strandline.properties.undisturbed import undisturbed


def test_an_interrupt_within_takes_effect_after() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - what comes after the interrupt is the claim
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("went on")
        done.append("too far")
    assert done == ["went on"]


def test_the_handler_from_before_is_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with undisturbed():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


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
