"""The engines that ``check`` runs, in this order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import AGREE, EXHAUST, FUZZ, PROVE, TEETH
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Claim, Engine, Report
from strandline.properties.engines.exhaust.claims import explored
from strandline.properties.engines.kill import claims as kill
from strandline.properties.engines.replay import committed
from strandline.properties.engines.stateful.claims import claims as played
from strandline.properties.systems.memo.agreement import agree
from strandline.properties.systems.memo.contracts import engine as prove
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.verdict import Claim, Report

LARGE: Final = {MODEL_ENGINE: ("held and read", "read and rewritten", "full"), EXHAUST: ("held and read",)}
"""The large worlds that ``check`` has time for beside all small ones; ``check --full`` searches every one."""

JUDGED: Final = tuple(law.number for law in LAWS if law.holds is not None)
"""The laws that events can break."""


def worlds(engine: str, *, full: bool) -> tuple[str, ...]:
    """Give the worlds that ``check`` searches of the shipped scanner or of the model."""
    small, large, *_ = SYSTEM.worlds
    return (*small, *(large if full else LARGE[engine]))


def _model_claims(subject: str, report: Report, *, full: bool) -> Iterator[Claim]:
    """Search the model; it is what it is, whatever is planted in the scanner."""
    if subject == SHIPPED:
        yield from explored(SYSTEM, MODEL_ENGINE, MODEL, worlds(MODEL_ENGINE, full=full), report)


def _impl_claims(subject: str, report: Report, *, full: bool, until_broken: bool) -> Iterator[Claim]:
    """Search the scanner; a mutant in the small worlds alone."""
    names = worlds(EXHAUST, full=full) if subject == SHIPPED else SYSTEM.worlds.small
    yield from explored(SYSTEM, EXHAUST, subject, names, report, until_broken=until_broken)


def engines(*, full: bool = False, until_broken: bool = False, laws: tuple[str, ...] = ()) -> tuple[Engine, ...]:
    """Give the engines that ``check`` runs: what was found before, then all others in the order of their strength.

    Args:
        full: whether every large world is searched.
        until_broken: whether the search of a mutant ends when it has found a broken law.
        laws: the laws that are asked for, by number; none means all. An engine that can leave out the rest does.
    """
    more = "and all large" if full else "and some large"
    return (
        committed.engine(SYSTEM),
        Engine(
            PROVE,
            "contracts on the pure functions of scanner and model, for all ints, by symbolic execution",
            partial(prove.claims, laws=laws),
            of=tuple(condition.law for condition in prove.QUICK),
        ),
        Engine(
            MODEL_ENGINE,
            f"every interleaving of all small {more} worlds of the model",
            partial(_model_claims, full=full),
            of=JUDGED,
        ),
        Engine(
            EXHAUST,
            "every interleaving of such worlds of the real scanner",
            partial(_impl_claims, full=full, until_broken=until_broken),
            of=JUDGED,
        ),
        Engine(
            AGREE,
            "traps and drawn cases, held against each text of the definition",
            partial(agree.claims, laws=laws),
            of=tuple(question.law for question in agree.QUESTIONS),
        ),
        Engine(FUZZ, "state machines over the real scanner on real files", partial(played, SYSTEM), of=JUDGED),
        Engine(
            TEETH,
            "a few known-bad designs, each put to the engine that must kill it",
            partial(kill.claims, SYSTEM, laws=laws),
            of=JUDGED,
        ),
    )


ENGINES: tuple[Engine, ...] = engines()
"""In the order of their strength."""
