"""What became stronger and what weaker between two documents of evidence on one subject.

Nothing is weighed against anything else: that one count grew makes up for no other that shrank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, get_args

from strandline.properties.evidence.bounds import ClaimKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.evidence.document import Claims, LawOutcome, Machine, MutantOutcome, Said

Way: TypeAlias = Literal["weaker", "changed", "stronger"]

WAYS: Final[tuple[Way, ...]] = get_args(Way)
"""In the order in which they are told. What changed in a way that no document can weigh is for a person to read."""

_DIGITS_MAX: Final = 18  # of a number that is weighed as one
_VERDICTS: Final = {"violated": 0, "broken": 1, "inconclusive": 2, "not applicable": 3, "holds": 4}
_STATES: Final = {"broken": 0, "interrupted": 1, "skipped": 1, "ran": 2}
_KINDS: Final = {kind: -place for place, kind in enumerate(get_args(ClaimKind))}


class Moved(NamedTuple):
    """One thing that is not as it was: which way it went, what it is, and how it was and is."""

    way: Way
    what: str
    before: str
    after: str


def exit_code(moved: tuple[Moved, ...]) -> int:
    """Give 1 if anything became weaker, 3 if nothing did but something cannot be weighed, 0 else."""
    ways = {one.way for one in moved}
    return 1 if "weaker" in ways else 3 if "changed" in ways else 0


def compare(old: Claims, new: Claims) -> tuple[Moved, ...]:
    """Say what became weaker, what changed, and what became stronger, in this order.

    Raises:
        ValueError: the documents are about different subjects.
    """
    if old.subject != new.subject:
        raise ValueError(f"the one is about {old.subject!r}, the other about {new.subject!r}")
    found = [*_moved(old, new)]
    return tuple(sorted(found, key=lambda one: WAYS.index(one.way)))


def _moved(old: Claims, new: Claims) -> Iterator[Moved]:
    yield from _ranked("the verdict", old.verdict, new.verdict, _VERDICTS)
    if old.full != new.full:
        yield Moved("weaker" if old.full else "stronger", "everything was searched", *_yes_no(old.full, new.full))
    laws = {law.law: law for law in old.laws}, {law.law: law for law in new.laws}
    for number in dict.fromkeys([*laws[0], *laws[1]]):
        yield from _law(number, laws[0].get(number), laws[1].get(number))
    states = {run.engine: run.state for run in old.engines}, {run.engine: run.state for run in new.engines}
    for engine in dict.fromkeys([*states[0], *states[1]]):
        if engine not in states[0] or engine not in states[1]:
            yield _came_or_went(f"engine {engine}", engine in states[0])
        else:
            yield from _ranked(f"engine {engine}", states[0][engine], states[1][engine], _STATES)
    yield from _machines(old.machines, new.machines)
    mutants = {one.mutant: one for one in old.mutants}, {one.mutant: one for one in new.mutants}
    for mutant in dict.fromkeys([*mutants[0], *mutants[1]]):
        yield from _mutant(mutant, mutants[0].get(mutant), mutants[1].get(mutant))
    yield from _limits(old.does_not_show, new.does_not_show)
    for judge in dict.fromkeys([*old.judges, *new.judges]):
        before, after = old.judges.get(judge, "none"), new.judges.get(judge, "none")
        if before != after:
            yield Moved("changed", f"{judge} says what is right: read its diff", before[:12], after[:12])


def _law(number: str, old: LawOutcome | None, new: LawOutcome | None) -> Iterator[Moved]:
    if old is None or new is None:
        yield _came_or_went(f"law {number}", old is not None)
        return
    yield from _ranked(number, old.verdict, new.verdict, _VERDICTS)
    for what, before, after in (
        ("says", old.statement, new.statement),
        ("is of the kind", old.kind, new.kind),
        ("must sometimes see", old.sometimes or "nothing", new.sometimes or "nothing"),
    ):
        if before != after:
            yield Moved("weaker" if after == "nothing" else "changed", f"{number} {what}", before, after)
    claims = _by_engine(old), _by_engine(new)
    for engine in dict.fromkeys([*claims[0], *claims[1]]):
        yield from _claim(f"{number} by {engine}", claims[0].get(engine), claims[1].get(engine))


def _by_engine(law: LawOutcome) -> dict[str, Said]:
    """Give the claims by their engine, and by what they say where one engine makes several."""
    engines = [claim.engine for claim in law.claims]
    return {
        claim.engine if engines.count(claim.engine) == 1 else f"{claim.engine}, {claim.says}": claim
        for claim in law.claims
    }


def _claim(what: str, old: Said | None, new: Said | None) -> Iterator[Moved]:
    if old is None or new is None:
        yield _came_or_went(what, old is not None)
        return
    yield from _ranked(what, old.verdict, new.verdict, _VERDICTS)
    yield from _ranked(f"{what}: kind of claim", old.kind, new.kind, _KINDS)
    yield from _counts(what, old.counts, new.counts)
    for name in dict.fromkeys([*old.bounds, *new.bounds]):
        yield from _bound(f"{what}: {name}", old.bounds.get(name), new.bounds.get(name))
    if old.reached is not None or new.reached is not None:
        yield from _count(f"{what}: times the cover was seen", old.reached, new.reached)


def _counts(what: str, old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Moved]:
    for name in dict.fromkeys([*old, *new]):
        yield from _count(f"{what}: {name}", old.get(name), new.get(name))


def _count(what: str, old: int | None, new: int | None) -> Iterator[Moved]:
    if old != new:
        way: Way = "stronger" if (-1 if old is None else old) < (-1 if new is None else new) else "weaker"
        yield Moved(way, what, "none" if old is None else f"{old:,}", "none" if new is None else f"{new:,}")


def _bound(what: str, old: str | None, new: str | None) -> Iterator[Moved]:
    """Weigh one bound: a number by its size, a list by what is on it; any other text cannot be weighed."""
    if old == new:
        return
    if old is None or new is None:
        yield Moved("changed", what, old or "unbounded", new or "unbounded")
    elif _is_number(old) and _is_number(new):
        yield from _count(what, int(old), int(new))
    else:
        before, after = set(old.split(", ")), set(new.split(", "))
        gone, came = sorted(before - after), sorted(after - before)
        if before & after or not (gone and came):
            yield from (Moved("weaker", f"{what}: {one}", "there", "gone") for one in gone)
            yield from (Moved("stronger", f"{what}: {one}", "none", "there") for one in came)
        else:
            yield Moved("changed", what, old, new)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX


def _machines(old: tuple[Machine, ...], new: tuple[Machine, ...]) -> Iterator[Moved]:
    """Weigh which rules and covers a machine ever came to; how often it did is up to chance, and no budget."""
    fired = [
        {f"rule {rule} of {one.engine} fires": count > 0 for one in machines for rule, count in one.rules.items()}
        | {
            f"{one.engine} sees the cover of {law}": count > 0
            for one in machines
            for law, count in one.sometimes.items()
        }
        for machines in (old, new)
    ]
    for rule in dict.fromkeys([*fired[0], *fired[1]]):
        before, after = fired[0].get(rule, False), fired[1].get(rule, False)
        if before != after:
            yield Moved("weaker" if before else "stronger", rule, *_yes_no(before, after))


def _mutant(name: str, old: MutantOutcome | None, new: MutantOutcome | None) -> Iterator[Moved]:
    if old is None or new is None:
        yield _came_or_went(f"mutant {name}", old is not None)
        return
    if old.engine != new.engine:
        yield Moved("changed", f"mutant {name} must be caught by", old.engine, new.engine)
    laws = [{kill.engine: kill.law for kill in one.kills if kill.caught} for one in (old, new)]
    for engine in laws[0].keys() & laws[1].keys():
        if laws[0][engine] != laws[1][engine]:
            yield Moved(
                "changed", f"mutant {name}, caught by {engine}, breaks", str(laws[0][engine]), str(laws[1][engine])
            )
    before, after = ({kill.engine: kill.caught for kill in one.kills} for one in (old, new))
    for engine in dict.fromkeys([*before, *after]):
        caught, still = before.get(engine, False), after.get(engine, False)
        if caught != still:
            yield Moved(
                "weaker" if caught else "stronger", f"mutant {name} is caught by {engine}", *_yes_no(caught, still)
            )


def _limits(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Moved]:
    """What a pass leaves out: one more is weaker; one less may as well be one that is no longer said."""
    yield from (Moved("weaker", "a pass does not show", "", line) for line in new if line not in old)
    yield from (Moved("changed", "a pass is no longer said not to show", line, "") for line in old if line not in new)


def _ranked(what: str, old: str, new: str, ranks: Mapping[str, int]) -> Iterator[Moved]:
    if ranks[old] != ranks[new]:
        yield Moved("weaker" if ranks[new] < ranks[old] else "stronger", what, old, new)


def _came_or_went(what: str, was: bool) -> Moved:  # noqa: FBT001 - whether it was there is all there is to say
    return Moved("weaker" if was else "stronger", what, "there" if was else "none", "gone" if was else "there")


def _yes_no(before: bool, after: bool) -> tuple[str, str]:  # noqa: FBT001 - there is nothing else to say
    return "yes" if before else "no", "yes" if after else "no"
