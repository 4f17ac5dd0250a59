"""The search: every reachable state of a declared world, and a verdict on each law."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.again import ask_again, require_unchanged
from strandline.properties.engines.exhaust.alike import never_taken, require_alike
from strandline.properties.engines.exhaust.explore import Exploration
from strandline.properties.engines.exhaust.found import Budget, Counts, Finding, Found, Status
from strandline.properties.engines.exhaust.fresh import get_ready
from strandline.properties.engines.exhaust.memory import kept_at_hand, rarely_collected
from strandline.properties.engines.exhaust.questions import ASKED_AGAIN, Questions
from strandline.properties.engines.exhaust.sending import require_sendable
from strandline.properties.engines.exhaust.symmetric import orders_ahead
from strandline.properties.engines.exhaust.telling import Telling
from strandline.properties.engines.exhaust.traces import lasso_shown, shown
from strandline.properties.engines.exhaust.visited import Layers
from strandline.properties.engines.exhaust.watching import UsedUp, Watch, watched
from strandline.properties.engines.exhaust.wholly import require_whole
from strandline.properties.engines.exhaust.world import AlwaysTold, Eventually, Sometimes, SometimesTold

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Law, World

CALLS_MANY: Final = 20_000
"""Calls of one function from which on it is said what it reads: at about 10 microseconds each they are felt."""

READS_SHOWN: Final = 8
"""Components that are named then."""

AFTER_A_CUT: Final = 2
"""Questions to each function that are put again after a search that was cut off; nobody waits for it any more."""


def search(  # noqa: PLR0913 - what is searched, how far, and whom to tell
    world: World,
    budget: Budget = Budget(),  # noqa: B008 - a frozen value
    *,
    several: int = 1,
    first: bool = False,
    until: str = "",
    say: Callable[[Status], None] | None = None,
) -> Found:
    """Search a world whole, or until its budget ends.

    Args:
        world: the world.
        budget: the states, the memory and the time that may be used.
        several: counterexamples to give for a broken law at most, different in their last step.
        first: whether to end with the layer in which the first law broke. Its trace is the one that a search of the
            whole gives, and the other laws are inconclusive.
        until: a law that ends the search in the same way.
        say: called after each layer, at once when a law broke, and now and then from another thread, one call at a
            time.

    Returns:
        Verdicts, counts, traces. Ctrl-C ends a search as a budget does, and so does a lack of memory or of room for
        numbers; then no more than a few answers are asked for again, and so it is at the first law that broke, or when
        the time is over.

    Raises:
        WorldError: a function does not do what the world declares, or the world cannot be asked in a fresh process.
        KeyboardInterrupt: Ctrl-C came again while the verdicts were given.
    """
    begun: list[Exploration] = []
    with closing(Layers()) as layers, rarely_collected(), kept_at_hand(), watched() as watch:
        telling = Telling(say, watch)
        with telling.going_on():
            # To get ready calls functions of the world, too.
            cut = _cut_off(lambda: begun.append(_begun(world, budget, layers, watch, telling, soon=not first)))
            if not begun:
                return _not_begun(world, cut)
            (explored,) = begun
            cut = cut or _cut_off(partial(explored.run, first=first, until=until))
            afresh = not explored.at_a_law
            hurried = explored.ended and (budget.seconds is not None or explored.at_a_law)
            if cut:  # a second interrupt leaves the questions out, and not what was found
                _cut_off(partial(_hold_to_its_word, world, explored, AFTER_A_CUT))
            else:
                times = AFTER_A_CUT if hurried else ASKED_AGAIN
                cut = _cut_off(partial(_hold_to_its_word, world, explored, times, afresh=afresh))
            explored.ended = cut or explored.ended
            return _found(world, explored, several)


def _begun(  # noqa: PLR0913 - all that a search rests on
    world: World, budget: Budget, layers: Layers, watch: Watch, telling: Telling, *, soon: bool
) -> Exploration:
    """Get all ready for a search; the fresh process at once, if it may be asked soon.

    Raises:
        WorldError: the world cannot be asked in a fresh process, or a function does not do what was declared.
    """
    if ahead := orders_ahead(world):
        telling.tell(Status(Counts(states=1, frontier=1), ahead=ahead))
    get_ready(soon=soon)
    require_sendable(world)
    return Exploration(world, budget, layers, watch, telling)


def _not_begun(world: World, cut: str) -> Found:
    """Give what came of a search that was cut off before its first step."""
    names = tuple(action.name for action in world.actions)
    counts = Counts(states=1, widest=1, frontier=1, firings=dict.fromkeys(names, 0))
    says = f"the search ended early: {cut}"
    findings = tuple(Finding(law.name, Verdict.INCONCLUSIVE, says) for law in world.laws)
    return Found(world.name, counts, findings, cut, names)


def _cut_off(work: Callable[[], None]) -> str:
    """Do a part of a search; say what cut it off, empty if nothing did."""
    try:
        work()
    except KeyboardInterrupt:
        return "interrupted"
    except (OverflowError, MemoryError, OSError, UsedUp) as error:
        return str(error) or "no memory was left"
    return ""


def _hold_to_its_word(world: World, explored: Exploration, times: int, *, afresh: bool = True) -> None:
    """Ask a sample of everything again, so many questions to each function, and in a fresh process too if it is wanted.

    If they are fewer than usual, actors are not held against each other either.

    Raises:
        WorldError: a function answers otherwise, a value changed, or actors are not alike.
    """
    packing, judging = explored.packing, explored.judging
    require_unchanged(packing.cells)
    questions = [Questions(f"action {table.action.name!r}", table.questions()) for table in packing.steps.actions]
    questions += [Questions(predicate.who, predicate.questions()) for predicate in judging.predicates]
    ask_again(world, questions, times, afresh=afresh)
    if times == ASKED_AGAIN:
        require_whole(world, explored)
    if world.symmetry is not None and times == ASKED_AGAIN:
        require_alike(packing, explored.layers)


def _found(world: World, explored: Exploration, several: int) -> Found:
    """Give verdicts, counts and traces."""
    counts, actions = explored.counts, explored.packing.steps.actions
    counts.calls = sum(len(action.trie.asked) for action in actions)
    counts.peeks = sum(action.trie.peeks for action in actions)
    counts.judged = sum(len(predicate.trie.asked) for predicate in explored.judging.predicates)
    counts.costly = _costly(explored)
    totals = [int(fired.whole().sum()) for fired in explored.fired]
    counts.firings = {action.name: total for action, total in zip(world.actions, totals, strict=True)}
    counts.terminal = explored.judging.terminal
    explored.judging.add_up([fired.whole() for fired in explored.fired])
    findings = tuple(_finding(world, explored, law, several) for law in world.laws)
    return Found(world.name, counts, findings, explored.ended, _unfired(world, explored))


def _costly(explored: Exploration) -> str:
    """Say which function was called most and what it read, if calls are so many that to read less would be felt."""
    tables = [(f"action {table.action.name!r}", table.trie) for table in explored.packing.steps.actions]
    asked = [(len(trie.asked), who, trie.reads) for who, trie in tables]
    asked += [(len(one.trie.asked), one.who, one.trie.reads) for one in explored.judging.predicates]
    calls, who, reads = max(asked, key=lambda one: one[0])
    if calls < CALLS_MANY:
        return ""
    named = ", ".join(reads[:READS_SHOWN]) + (
        f" and {len(reads) - READS_SHOWN} more" if len(reads) > READS_SHOWN else ""
    )
    return f"{who} asks most: {calls:,} of {many(sum(one[0] for one in asked), 'call')}, for each value of {named}"


def _unfired(world: World, explored: Exploration) -> tuple[str, ...]:
    """Name the actions that never happened, to no actor that is like theirs either if the search came to its end."""
    silent = {place for place, fired in enumerate(explored.fired) if not fired.whole().any()}
    if world.symmetry is not None and not explored.ended:
        silent = never_taken(explored.packing, explored.layers, silent)
    return tuple(world.actions[place].name for place in sorted(silent))


def _finding(world: World, explored: Exploration, law: Law, several: int) -> Finding:
    reached = explored.judging.reached[law.name]
    ends = explored.judging.broken.get(law.name)
    if ends is not None:
        try:
            traces = shown(world, explored.packing, explored.layers, ends, several)
        except (OverflowError, MemoryError) as error:
            says = f"broken, and no trace can be given: {str(error) or 'no memory was left'}"
            return Finding(law.name, Verdict.VIOLATED, says, reached)
        return Finding(
            law.name, Verdict.VIOLATED, f"broken after {many(len(traces[0].steps), 'step')}", reached, traces
        )
    if (vacuous := _vacuous(explored, law)) and not explored.ended:
        return Finding(law.name, Verdict.INCONCLUSIVE, vacuous, vacuous=True)
    if isinstance(law, (Sometimes, SometimesTold)) and not reached:
        looked = "all that was reached" if explored.ended else "every reachable state"
        says = vacuous or f"{looked} was looked at, and it was never so"
        return Finding(law.name, Verdict.INCONCLUSIVE, says, vacuous=bool(vacuous))
    if explored.ended:
        return Finding(law.name, Verdict.INCONCLUSIVE, f"the search ended early: {explored.ended}", reached)
    if isinstance(law, Eventually) and not explored.measure.declared:
        return _circled(world, explored, law)
    return Finding(law.name, Verdict.HOLDS, "every reachable state and every interleaving", reached)


def _vacuous(explored: Exploration, law: Law) -> str:
    """Say why a law that is not broken judged nothing, empty if it judged something."""
    if isinstance(law, (AlwaysTold, SometimesTold)):
        return "" if explored.judging.told else "nothing was told"
    return "" if explored.judging.states else "no state was looked at"


def _circled(world: World, explored: Exploration, law: Eventually) -> Finding:
    """Judge whether a quiet world can go round for ever, where no measure says that it cannot."""
    if world.symmetry is not None:
        says = "cycles are looked for between states as they are: declare no symmetry, or a progress measure"
        return Finding(law.name, Verdict.INCONCLUSIVE, says)
    try:
        lasso = explored.judging.quiet.lasso(law, explored.packing, explored.layers)
    except OverflowError as error:
        return Finding(law.name, Verdict.INCONCLUSIVE, str(error))
    if lasso is None:
        nothing = (
            "" if explored.judging.quiet.off[law.name] else "; its goal is so in each, and nothing had to come about"
        )
        return Finding(law.name, Verdict.HOLDS, f"every reachable state and every fair way on from it{nothing}")
    trace = lasso_shown(world, explored.packing, explored.layers, lasso)
    says = f"goes round for ever after {many(trace.loop or 0, 'step')}"
    return Finding(law.name, Verdict.VIOLATED, says, traces=(trace,))
