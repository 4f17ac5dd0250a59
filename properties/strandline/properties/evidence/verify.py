"""Runs again what a document of evidence claims, and compares the claims byte for byte.

All claims of ``strandline check`` follow from the sources, so a reviewer need not take a document at its word. What
was measured, times and machines, is no claim and is not compared.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from strandline.properties.core.mutant import TEETH
from strandline.properties.evidence import evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.verdict import Exhibit, Trace
    from strandline.properties.evidence.document import Claims, Evidence

DIFFERENCES_MAX: Final = 200
"""Differences that are named; a document that is another one altogether would name thousands."""

NOTHING_ABSENT: Final[Mapping[str, str]] = MappingProxyType({})

_CUT: Final = frozenset({"interrupted", "skipped"})  # how an engine that was asked to run ends on Ctrl-C
_VALUE_MAX: Final = 120  # characters of a value that differs
_NAMED_BY: Final = ("mutant", "law", "engine")  # what tells the items of a list apart, the first that they have


class Difference(NamedTuple):
    """A place in the claims, and what stands there in the document and in the run made now."""

    where: str
    there: str
    here: str


class Verified(NamedTuple):
    """What came of running a document's claims again.

    ``moved`` names the packages whose sources are not those of the document; then nothing was run. ``unrepeated``
    says of each engine that was not run again why.
    """

    moved: tuple[str, ...] = ()
    unrepeated: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Give 1 if something differs, 3 if not everything could be compared, 0 if all is the same."""
        if self.differences:
            return 1
        return 3 if self.moved or self.unrepeated else 0


def moved(claims: Claims, more: Mapping[str, str] = NOTHING_ABSENT) -> tuple[str, ...]:
    """Name the packages whose sources here are not those of a document; ``more`` are sources beside the packages'."""
    here = {**evidence.sources(), **more}
    return tuple(name for name in sorted(here.keys() | claims.sources) if here.get(name) != claims.sources.get(name))


def repeatable(
    claims: Claims, absent: Mapping[str, str], chosen: Collection[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the engines of a document into those to run again and a line for each that cannot be.

    Args:
        claims: what the document claims.
        absent: why an engine has nothing to run on here, by its name.
        chosen: run these only; none means all.
    """
    again, left = [], []
    for run in claims.engines:
        if run.state == "ran":
            if chosen and run.engine not in chosen:
                left.append(f"{run.engine}: not selected here")
            elif run.engine in absent:
                left.append(f"{run.engine}: {absent[run.engine]}")
            else:
                again.append(run.engine)
        elif run.state != "skipped":  # what was skipped claims nothing
            left.append(f"{run.engine}: was {run.state} when the evidence was made, which no other run can repeat")
    if claims.mutants and TEETH not in again:
        left.append(f"the mutants: the engine {TEETH!r} is not run again")
    return tuple(again), tuple(left)


def verify(  # noqa: PLR0913 - what is verified, how it is run again, and what of it cannot be
    found: Evidence,
    judge: Callable[[Collection[str]], Findings],
    show: Callable[[tuple[Trace, ...]], dict[Trace, Exhibit]],
    unshown: tuple[str, ...] = evidence.DOES_NOT_SHOW,
    absent: Mapping[str, str] = NOTHING_ABSENT,
    chosen: Collection[str] = (),
    more: Mapping[str, str] = NOTHING_ABSENT,
) -> Verified:
    """Run the engines of a document again and compare.

    Args:
        found: the document.
        judge: runs engines, by name, on the subject of the document.
        show: takes the steps of traces again.
        unshown: what a pass of these engines does not show.
        absent: why an engine has nothing to run on here, by its name.
        chosen: run these engines only; none means all that the document's run ran.
        more: the sha256 of sources beside those of the packages, by name.

    Returns:
        What came of it; an engine that was interrupted here is one that was not run again, and differs from nothing.
    """
    changed = moved(found.claims, more)
    if changed:
        return Verified(moved=changed)
    again, left = repeatable(found.claims, absent, chosen)
    if not again:
        return Verified(unrepeated=(*left, "no engine is left to run"))
    findings = judge(again)
    cut = {run.engine: run.detail for run in findings.runs if run.engine in again and run.state in _CUT}
    again, left = tuple(name for name in again if name not in cut), (*left, *map(": ".join, cut.items()))
    if not again:
        return Verified(unrepeated=left)
    exhibits = show(findings.traces())
    asked = {"full": found.claims.full, "until_broken": found.claims.until_broken}
    fresh = evidence.gather(findings, datetime.now(UTC), 0.0, unshown, exhibits, more=more, **asked)
    texts = [_comparable(claims, again, whole=not left) for claims in (found.claims, fresh.claims)]
    if texts[0] == texts[1]:
        return Verified(unrepeated=left, again=again)
    there, here = map(msgspec.json.decode, texts)
    differences = tuple(_first(differing(there, here)))
    return Verified(unrepeated=left, differences=differences, again=again)


def _comparable(claims: Claims, engines: Collection[str], *, whole: bool) -> bytes:
    """Write down the claims; of a part of the engines only what these engines say."""
    if whole:
        return msgspec.json.encode(claims)
    laws = [{"law": law.law, "claims": [said for said in law.claims if said.engine in engines]} for law in claims.laws]
    machines = [machine for machine in claims.machines if machine.engine in engines]
    mutants = claims.mutants if TEETH in engines else ()
    return msgspec.json.encode({"laws": laws, "machines": machines, "mutants": mutants})


def differing(there: Any, here: Any, where: str = "") -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    """Name the places where two pieces of plain data differ, down to the value; items are told by their names."""
    if isinstance(there, dict) and isinstance(here, dict):
        if list(there) != list(here) and there.keys() == here.keys():
            yield Difference(where, f"order {_told(list(there))}", f"order {_told(list(here))}")
        for key in dict.fromkeys([*there, *here]):
            inside = f"{where}/{key}" if where else str(key)
            if key not in there or key not in here:
                yield Difference(inside, _told(there.get(key, _ABSENT)), _told(here.get(key, _ABSENT)))
            else:
                yield from differing(there[key], here[key], inside)
    elif isinstance(there, list) and isinstance(here, list):
        yield from differing(_keyed(there), _keyed(here), where)
    elif there != here:
        yield Difference(where, _told(there), _told(here))


def _first(differences: Iterator[Difference]) -> Iterator[Difference]:
    for count, difference in enumerate(differences):
        if count == DIFFERENCES_MAX:
            yield Difference("and more", "", "")
            return
        yield difference


def _keyed(items: list[Any]) -> dict[str, Any]:
    """Give the items of a list by name, or by place where they have none or share it."""
    names = [next((item[by] for by in _NAMED_BY if isinstance(item, dict) and by in item), None) for item in items]
    if None in names or len(set(names)) < len(names):
        return {str(place): item for place, item in enumerate(items)}
    return dict(zip(map(str, names), items, strict=True))


_ABSENT: Final = object()


def _told(value: object) -> str:
    if value is _ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _VALUE_MAX else f"{text[: _VALUE_MAX - 4]} ..."
