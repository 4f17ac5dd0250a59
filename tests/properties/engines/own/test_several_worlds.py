"""Claims about a system with worlds by name: each is searched, and a claim is of all of them together."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest

from strandline.properties import Action, Cover, Law, Variant, WorldError, replace, system
from strandline.properties.core.system import SHIPPED, System
from strandline.properties.core.verdict import Claim, Verdict
from strandline.properties.engines.contracts.condition import Condition
from strandline.properties.engines.own.check import check, engines
from strandline.properties.engines.own.searched import model_claims
from strandline.properties.engines.replay.retrace import retrace


class Lamp(NamedTuple):
    """A lamp that may be switched so often, and blown so often."""

    on: bool = False
    switches: int = 0
    blows: int = 0
    blown: bool = False


def switch(lamp: Lamp) -> Lamp | None:
    return replace(lamp, on=not lamp.on, switches=lamp.switches - 1) if lamp.switches and not lamp.blown else None


def blow(lamp: Lamp) -> Lamp | None:
    return replace(lamp, on=False, blown=True, blows=lamp.blows - 1) if lamp.blows else None


def blow_lit(lamp: Lamp) -> Lamp | None:
    return replace(lamp, blown=True, blows=lamp.blows - 1) if lamp.blows else None


def dark(lamp: Lamp) -> bool:
    return not (lamp.blown and lamp.on)


def blown(lamp: Lamp) -> bool:
    return lamp.blown


ACTIONS: Final = (Action("switch", switch), Action("blow", blow))
BAD: Final = (Action("switch", switch), Action("blow", blow_lit))
DARK: Final = Law(
    "L1",
    "dark",
    says="A lamp that is blown is dark.",
    holds=dark,
    cover=Cover("a lamp is blown", blown),
    of_states=True,
)
WORLDS: Final = {"switched": Lamp(switches=2), "blown": Lamp(switches=1, blows=1)}


def lamps(**more: Any) -> System:  # noqa: ANN401 - parts of any kind
    parts: dict[str, Any] = {"actions": ACTIONS, "laws": (DARK,), "worlds": WORLDS, "init": lambda _: Lamp(switches=3)}
    return system(**{"name": "lamps", **parts, **more})


def claimed(of: System, subject: str = SHIPPED, *, full: bool = False) -> Claim:
    (claim,) = model_claims(of, subject, lambda _line: None, full=full)
    return claim


def test_what_one_world_shows_is_shown_though_another_cannot() -> None:
    """In the world switched no lamp is ever blown: neither the action nor the cover happens there."""
    claim = claimed(lamps())
    assert claim.verdict is Verdict.HOLDS
    assert claim.reached == 2
    assert claim.bounds == (("worlds", "switched, blown"),)
    assert dict(claim.counts)["states"] == 3 + 4


def test_what_no_world_shows_is_named() -> None:
    claim = claimed(lamps(worlds={"switched": Lamp(switches=2), "once": Lamp(switches=1)}))
    assert (claim.verdict, claim.says) == (Verdict.INCONCLUSIVE, "actions never fire: blow")


def test_larger_worlds_are_searched_when_everything_is_asked_for() -> None:
    with_larger = lamps(larger={"often": Lamp(switches=5, blows=1)})
    assert claimed(with_larger).bounds == (("worlds", "switched, blown"),)
    assert claimed(with_larger, full=True).bounds == (("worlds", "switched, blown, often"),)
    assert with_larger.worlds.large == ("often",)


def test_a_mutant_is_searched_in_its_world_and_its_trace_is_of_that() -> None:
    mutated = lamps(mutants=(Variant("lit", "stays lit when it is blown", "L1", actions=BAD, where="blown"),))
    claim = claimed(mutated, "lit")
    assert claim.verdict is Verdict.VIOLATED
    assert claim.trace is not None
    assert (claim.trace.world, len(claim.trace.steps)) == ("blown", 2)
    assert retrace(mutated, claim.trace).broken
    assert check(mutated, SHIPPED, ("teeth",)).claims[0].verdict is Verdict.HOLDS


def test_a_mutant_that_its_world_does_not_show_is_not_caught() -> None:
    mutated = lamps(mutants=(Variant("lit", "stays lit when it is blown", "L1", actions=BAD, where="switched"),))
    (claim,) = check(mutated, SHIPPED, ("teeth",)).claims
    assert (claim.verdict, claim.says) == (Verdict.INCONCLUSIVE, "nothing caught lit")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"larger": {"blown": Lamp()}}, "more than one world 'blown'"),
        ({"worlds": {"large": Lamp()}}, "more than one world 'large'"),
        ({"mutants": (Variant("lit", "", "L1", actions=BAD, where="nowhere"),)}, "there is no such world"),
    ],
)
def test_worlds_that_are_declared_wrongly_are_refused(parts: dict[str, Any], says: str) -> None:
    with pytest.raises(WorldError, match=says):
        lamps(**parts)


def test_what_is_to_be_proved_is_an_engine_of_the_check() -> None:
    condition = Condition("L1", "nothing", "check", ("nowhere.nothing",))
    assert "prove" not in [one.name for one in engines(lamps())]
    assert "prove" in [one.name for one in engines(lamps(conditions=(condition,)))]
