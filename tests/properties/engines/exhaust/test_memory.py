"""How a search holds on to memory: as far as the system lets it, and never at the price of the search."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.engines.exhaust import memory
from strandline.properties.engines.exhaust.engine import search
from tests.properties.engines.exhaust.misdeclared import sound

if TYPE_CHECKING:
    from collections.abc import Iterator

WISHES: Final = [("mallopt", -3, memory.ARRAY_MAX), ("mallopt", -1, memory.AT_HAND), ("trim", 0)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str | int, ...]]]:
    """A C library that can be asked, and what it was asked."""
    asked: list[tuple[str | int, ...]] = []
    library = SimpleNamespace(
        mallopt=lambda *wish: asked.append(("mallopt", *wish)), malloc_trim=lambda left: asked.append(("trim", left))
    )
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    memory.library.cache_clear()
    yield asked
    memory.library.cache_clear()


def test_a_search_keeps_what_is_freed_at_hand_and_gives_it_back_at_its_end(
    asked: list[tuple[str | int, ...]],
) -> None:
    with memory.kept_at_hand():
        assert asked == WISHES[:2]
    assert asked == WISHES
    search(sound())
    assert asked == WISHES * 2


@pytest.mark.usefixtures("asked")
def test_a_system_that_knows_no_such_wish_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: None) -> object:
        raise OSError("no such library")

    for library in (lambda _name: SimpleNamespace(), missing):
        monkeypatch.setattr(ctypes, "CDLL", library)
        memory.library.cache_clear()
        with memory.kept_at_hand():
            pass
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(ctypes, "CDLL")
    memory.library.cache_clear()
    with memory.kept_at_hand():
        pass


def test_garbage_is_looked_for_as_often_as_before_once_a_search_is_over() -> None:
    before = gc.get_threshold()
    with memory.rarely_collected():
        assert gc.get_threshold()[0] == memory.YOUNG
    assert gc.get_threshold() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only there is the peak told of a process alone")
def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    held = bytearray(256 << 20)
    held[::4096] = b"x" * len(held[::4096])
    code = "from strandline.properties.engines.exhaust.memory import peak; print(peak())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert 0 < int(child.stdout) < len(held)
