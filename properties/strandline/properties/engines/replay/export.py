"""Writes the trace of a violation as a test, to be committed beside the others of a project.

What is written comes from names that are known here and from steps that were taken again: no text of the trace file
goes into the program.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many
from strandline.properties.core.line import printable
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.lanes import WIDTH, called, lanes, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Exhibit, Trace

CLAIM: Final = re.compile(r"test_[a-z0-9_]{1,150}")
"""What a test may be named."""


class UnexportableError(Exception):
    """A trace that would make no test; one line says why."""


def claim_of(law: Law) -> str:
    """Name the test of a law by what the law says, up to the first comma or stop."""
    says = re.split(r"[,.;]", law.says, maxsplit=1)[0]
    return "test_" + "_".join(re.findall(r"[a-z0-9]+", says.lower()))


def pytest_module(system: System, trace: Trace, name: str | None = None) -> str:
    """Write a trace as a test module.

    Args:
        system: what the trace is of; the test finds it again by :attr:`System.where`.
        trace: of its model, its real code or a mutant.
        name: what to call the test; by default it is named after what the law says.

    Raises:
        KeyError: nothing here has one of its names.
        UnexportableError: it is of neither model nor real code, does not fit, breaks nothing where it should, or has
            nothing to judge.
    """
    if trace.subject in system.apart:
        raise UnexportableError(f"{trace.subject} has gates of its own, which neither model nor real code has")
    law = {law.number: law for law in system.laws}[trace.law]
    exhibit = retrace(system, trace)
    if exhibit.fits < len(trace.steps):
        raise UnexportableError(unfinished(exhibit))
    if trace.subject in system.mutants and not exhibit.broken:
        raise UnexportableError(f"{trace.law} is not broken by these steps on {trace.subject}, so a test shows nothing")
    if not exhibit.broken and not exhibit.judged:
        raise UnexportableError(f"nothing happens in these steps that {trace.law} could judge, so a test shows nothing")
    return "\n".join(_module(system, law, exhibit, name or claim_of(law))) + "\n"


def least(system: System, trace: Trace) -> int:
    """Count the steps that sound code takes: where a mutant did something else it may stop before the last one.

    Where the shipped code itself breaks the law it may come to do something else once it is mended.
    """
    sides = [retrace(system, trace._replace(subject=subject)) for subject in (MODEL, SHIPPED)]
    return min(len(trace.steps) - 1 if side.broken else side.fits for side in sides)


def _module(system: System, law: Law, exhibit: Exhibit, name: str) -> Iterator[str]:
    trace = exhibit.trace
    mutant = system.mutants.get(trace.subject)
    module, _, wired = system.where.partition(":")
    named = called(exhibit)
    yield f'"""{law.number} {law.name}, step by step in world {trace.world!r}.'
    yield from ("", *wrap(law.says, WIDTH), "")
    if mutant is not None:
        yield from wrap(f"Found on the mutant {mutant.name!r}, which {mutant.says}.", WIDTH)
    else:
        yield f"Found on the {'reference model' if trace.subject == MODEL else 'shipped code'}."
    yield '"""'
    yield from ("", "from __future__ import annotations", "", "from typing import Final", "", "import pytest", "")
    ours = "strandline.properties.engines.replay.regression"
    yield from sorted((f"from {ours} import Step, again", f"from {module} import {wired.partition('.')[0]}"))
    yield ""
    yield from (f"# {line}".rstrip() for line in lanes(exhibit, system.laws))
    yield ""
    yield f"WORLD: Final = {_text(trace.world)}"
    yield f"LAW: Final = {_text(trace.law)}"
    yield "STEPS: Final = ("
    for step, frame in zip(trace.steps, exhibit.frames, strict=True):
        by = None if step.actor is None else named(step.actor)
        arguments = [_text(step.name), *([_text(by)] if by else []), *([f"arg={step.arg}"] if step.arg else [])]
        yield f"    Step({', '.join(arguments)}),  # {printable(frame.title)}"
    yield ")"
    yield f"LEAST: Final = {least(system, trace)}"
    yield f'"""So many of the {many(len(trace.steps), "step")} must fit: with fewer this has come to test nothing."""'
    yield from ("", "", '@pytest.mark.parametrize("on", ["model", "impl"])')
    yield f"def {name}(on: str) -> None:"
    yield f"    found = again({wired}, STEPS, world=WORLD, law=LAW, on=on)"
    yield "    assert not found.broken, found.drawing"
    yield "    assert found.fits >= LEAST, found.drawing"
    if mutant is not None:
        yield from ("", "")
        yield f"def test_these_steps_catch_{re.sub('[^a-z0-9]', '_', mutant.name)}() -> None:"
        yield f'    """A test that cannot fail shows nothing: the mutant {mutant.name!r} fails the one above."""'
        yield f"    found = again({wired}, STEPS, world=WORLD, law=LAW, on={_text(mutant.name)})"
        yield "    assert found.broken, found.drawing"


def _text(value: str) -> str:
    """Write a text as Python does, in double quotes."""
    return '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
