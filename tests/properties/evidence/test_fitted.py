"""Claims about the page of a document that is made to be large: it stays within bounds, and says what it leaves out."""

from __future__ import annotations

import tracemalloc
from typing import Any, Final

import msgspec
import pytest

from strandline.properties.evidence.bounds import BYTES_MAX
from strandline.properties.evidence.document import Evidence
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.fitted import CLAIMS_MAX, STEPS_MAX, TEXT_MAX, fitted
from strandline.properties.evidence.page import page
from strandline.properties.evidence.reading import decode
from tests.properties.evidence.evidences import bitten, violated

PAGE_MAX: Final = 24 * 1024 * 1024
"""The largest page, in characters."""

MEMORY_MAX: Final = 300 * 1024 * 1024
"""What Python takes to make it, in bytes."""


def steps(claims: dict[str, Any], text: str) -> None:
    """Give a document many traces of many steps, each of which changes much."""
    (name, shown), *_ = claims["shown"].items()
    changes = [{"what": "memo", "before": text, "after": text}] * 40
    shown["steps"] = [{**shown["steps"][0], "changes": changes, "title": text}] * 300
    many = {f"{n}{name}": shown for n in range(8)}
    claims["shown"], claims["traces"] = many, dict.fromkeys(many, claims["traces"][name])


def said(claims: dict[str, Any], text: str) -> None:
    """Give a document many claims of each law, each within many bounds."""
    for law in claims["laws"]:
        one = law["claims"][0] | {"bounds": {f"b{n}": text for n in range(40)}}
        law["claims"] += [one | {"says": f"{n} {text}"} for n in range(200)]


def mutants(claims: dict[str, Any], text: str) -> None:
    """Give a document many mutants, each put to many engines."""
    bites = [{"engine": f"e{n}", "caught": True, "law": "M1", "counts": {}, "steps": 1} for n in range(100)]
    one = {"hazard": "H", "says": text, "engine": "e", "bites": bites}
    claims["mutants"] = [{**one, "mutant": f"m{n}"} for n in range(900)]


def laws(claims: dict[str, Any], text: str) -> None:
    """Give a document many laws and many engines."""
    claims["laws"] += [{**claims["laws"][0], "law": f"L{n}", "statement": text, "claims": []} for n in range(900)]
    claims["engines"] += [{**claims["engines"][0], "engine": f"e{n}", "says": text} for n in range(900)]


GROWN: Final = {"steps": steps, "claims": said, "mutants": mutants, "laws": laws}


def grown(what: str, lengths: tuple[int, ...] = (1_000, 200, 50, 1)) -> Evidence:
    """Give a document with many of one thing, and the longest texts that leave it within its bound."""
    for length in lengths:
        told: dict[str, Any] = msgspec.json.decode(encode(violated()))
        GROWN[what](told["claims"], "x" * length)
        data = msgspec.json.encode(told)
        if len(data) <= BYTES_MAX:
            return msgspec.json.decode(data, type=Evidence)
    raise AssertionError("it is too large whatever its texts are")


@pytest.mark.search
@pytest.mark.parametrize("what", GROWN)
def test_a_page_is_bounded_however_large_its_document_is(what: str) -> None:
    """A document within all bounds once made a page of 96 MB, and took 850 MB of memory."""
    found = grown(what)
    tracemalloc.start()
    written = page(found)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(written) <= PAGE_MAX
    assert peak <= MEMORY_MAX
    assert "this page leaves out" in written


def test_what_is_left_out_is_counted() -> None:
    found = grown("steps", (1,))
    small, left = fitted(found.claims)
    had = sum(len(trace.steps) for trace in found.claims.shown.values())
    assert f"{had - STEPS_MAX:,} steps of {had:,}: the page shows {STEPS_MAX:,}" in left
    assert sum(len(trace.steps) for trace in small.shown.values()) == STEPS_MAX
    small, left = fitted(grown("claims", (1_000, 50)).claims)
    assert sum(len(law.claims) for law in small.laws) == CLAIMS_MAX
    assert any("claims of" in line for line in left)
    assert max(len(one.says) for law in small.laws for one in law.claims) <= TEXT_MAX + 2


@pytest.mark.parametrize("found", [violated(), bitten()])
def test_nothing_is_left_out_of_what_strandline_writes(found: Evidence) -> None:
    small, left = fitted(found.claims)
    assert left == ()
    assert small == msgspec.structs.replace(found.claims, laws=small.laws)
    assert decode(encode(found)) == found
