"""How a search holds on to memory: as far as the system lets it, and never at the price of the search."""

from __future__ import annotations

import ctypes
import gc
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from strandline.properties.exhaust import memory

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget that memory was asked for, before and after."""
    monkeypatch.setattr(sys, "platform", "linux")
    memory.keep_at_hand.cache_clear()
    yield
    memory.keep_at_hand.cache_clear()


@pytest.mark.usefixtures("asked_anew")
def test_the_c_library_is_asked_once_to_keep_what_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes: list[tuple[int, int]] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(mallopt=lambda *wish: wishes.append(wish)))
    memory.keep_at_hand()
    memory.keep_at_hand()
    assert wishes == [(-3, memory.ARRAY_MAX), (-1, memory.AT_HAND)]


@pytest.mark.usefixtures("asked_anew")
def test_a_system_that_knows_no_such_wish_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: None) -> object:
        raise OSError("no such library")

    for library in (lambda _name: SimpleNamespace(), missing):
        monkeypatch.setattr(ctypes, "CDLL", library)
        memory.keep_at_hand.cache_clear()
        memory.keep_at_hand()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(ctypes, "CDLL")
    memory.keep_at_hand.cache_clear()
    memory.keep_at_hand()


def test_garbage_is_looked_for_as_often_as_before_once_a_search_is_over() -> None:
    before = gc.get_threshold()
    with memory.rarely_collected():
        assert gc.get_threshold()[0] == memory.YOUNG
    assert gc.get_threshold() == before
