"""Claims about facts: what one body states, as :mod:`tests.claims` has it, and which bodies are read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.model.memo import facts as module
from strandline.model.memo.facts import fact
from strandline.model.memo.log import Raw
from tests.claims import messages, submissions
from tests.claims.bodies import EACH, request

if TYPE_CHECKING:
    from strandline.model.memo.log import Body


@pytest.mark.parametrize(("body", "states"), [*messages.CASES, *submissions.CASES])
def test_a_body_states_what_is_written_of_it(body: str, states: tuple[object, ...] | None) -> None:
    assert fact(body) == states


@pytest.mark.parametrize("body", [body for body, _ in EACH.values()])
def test_text_by_its_bytes_states_the_same_as_text(body: str) -> None:
    assert fact(Raw(body.encode())) == fact(body) is not None


@pytest.mark.parametrize("body", [None, request().encode(), Raw(b"\xff" + request().encode())])
def test_what_is_no_text_states_nothing(body: Body) -> None:
    assert fact(body) is None


def test_a_body_too_long_for_the_cache_states_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    known = fact(request())
    monkeypatch.setattr(module, "CACHED_BODY_MAX", 0)
    assert fact(request()) == known
