"""The search: every reachable state of a declared world, and a verdict on each law."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.properties.counting import many
from strandline.properties.exhaust.again import ask_again, require_unchanged
from strandline.properties.exhaust.alike import never_taken, require_alike
from strandline.properties.exhaust.explore import Exploration, Say
from strandline.properties.exhaust.found import Budget, Finding, Found
from strandline.properties.exhaust.fresh import get_ready
from strandline.properties.exhaust.memory import kept_at_hand, rarely_collected
from strandline.properties.exhaust.questions import ASKED_AGAIN, Questions
from strandline.properties.exhaust.traces import lasso_shown, shown
from strandline.properties.exhaust.visited import Layers
from strandline.properties.exhaust.world import Eventually, Sometimes, SometimesTold
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.exhaust.world import Law, World

AFTER_A_CUT: Final = 2
"""Questions to each function that are put again after a search that was cut off; nobody waits for it any more."""


def search(
    world: World,
    budget: Budget = Budget(),  # noqa: B008 - a frozen value
    *,
    several: int = 1,
    say: Say = lambda _counts: None,
) -> Found:
    """Search a world whole, or until its budget ends.

    Args:
        world: the world.
        budget: the states and the memory that may be used.
        several: counterexamples to give for a broken law at most, different in their last step.
        say: called after each layer.

    Returns:
        Verdicts, counts, traces. Ctrl-C ends a search as a budget does, and so does a lack of memory or of room for
        numbers; then no more than a few answers are asked for again.

    Raises:
        WorldError: a function does not do what the world declares.
        KeyboardInterrupt: Ctrl-C came again while the verdicts were given.
    """
    get_ready()
    with closing(Layers()) as layers, rarely_collected(), kept_at_hand():
        explored = Exploration(world, budget, layers, say)
        cut = _cut_off(explored.run)
        if cut:  # a second interrupt leaves the questions out, and not what was found
            _cut_off(partial(_hold_to_its_word, world, explored, AFTER_A_CUT))
        else:
            cut = _cut_off(partial(_hold_to_its_word, world, explored))
        explored.ended = cut or explored.ended
        return _found(world, explored, several)


def _cut_off(work: Callable[[], None]) -> str:
    """Do a part of a search; say what cut it off, empty if nothing did."""
    try:
        work()
    except KeyboardInterrupt:
        return "interrupted"
    except (OverflowError, MemoryError, OSError) as error:
        return str(error) or "no memory was left"
    return ""


def _hold_to_its_word(world: World, explored: Exploration, times: int = ASKED_AGAIN) -> None:
    """Ask a sample of everything again, so many questions to each function.

    If they are fewer than usual, actors are not held against each other either.

    Raises:
        WorldError: a function answers otherwise, a value changed, or actors are not alike.
    """
    packing, judging = explored.packing, explored.judging
    require_unchanged(packing.cells)
    questions = [Questions(f"action {table.action.name!r}", table.questions()) for table in packing.steps.actions]
    questions += [Questions(predicate.who, predicate.questions()) for predicate in judging.predicates]
    ask_again(world, questions, times)
    if world.symmetry is not None and times == ASKED_AGAIN:
        require_alike(packing, explored.layers)


def _found(world: World, explored: Exploration, several: int) -> Found:
    """Give verdicts, counts and traces."""
    counts, actions = explored.counts, explored.packing.steps.actions
    counts.calls = sum(len(action.trie.asked) for action in actions)
    counts.peeks = sum(action.trie.peeks for action in actions)
    counts.judged = sum(len(predicate.trie.asked) for predicate in explored.judging.predicates)
    totals = [int(fired.sum()) for fired in explored.fired]
    counts.firings = {action.name: total for action, total in zip(world.actions, totals, strict=True)}
    explored.judging.add_up(explored.fired)
    findings = tuple(_finding(world, explored, law, several) for law in world.laws)
    return Found(world.name, counts, findings, explored.ended, _unfired(world, explored))


def _unfired(world: World, explored: Exploration) -> tuple[str, ...]:
    """Name the actions that never happened, to no actor that is like theirs either if the search came to its end."""
    silent = {place for place, fired in enumerate(explored.fired) if not fired.any()}
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
    if isinstance(law, (Sometimes, SometimesTold)) and not reached:
        where = "every reachable state" if not explored.ended else "the states that were reached"
        return Finding(law.name, Verdict.INCONCLUSIVE, f"{where} was looked at, and it was never so")
    if explored.ended:
        return Finding(law.name, Verdict.INCONCLUSIVE, f"the search ended early: {explored.ended}", reached)
    if isinstance(law, Eventually) and not explored.measure.declared:
        return _circled(world, explored, law)
    return Finding(law.name, Verdict.HOLDS, "every reachable state and every interleaving", reached)


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
        return Finding(law.name, Verdict.HOLDS, "every reachable state and every fair way on from it")
    trace = lasso_shown(world, explored.packing, explored.layers, lasso)
    says = f"goes round for ever after {many(trace.loop or 0, 'step')}"
    return Finding(law.name, Verdict.VIOLATED, says, traces=(trace,))
