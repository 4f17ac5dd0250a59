"""The evidence as JUnit's XML, which CI systems show beside the tests: a case for each law, each engine, each mutant.

What was violated is a failure; what is inconclusive or broken is an error, for a pass it is not. Only what nobody asked
for, an engine that was skipped, is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from strandline.properties.core.line import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from strandline.properties.evidence.document import Claims, Evidence, LawOutcome

FAILED: Final = "failure"
ERROR: Final = "error"
SKIPPED: Final = "skipped"

_OF_VERDICT: Final = {"violated": FAILED, "broken": ERROR, "inconclusive": ERROR}
_OF_STATE: Final = {"skipped": SKIPPED, "interrupted": ERROR, "broken": ERROR}


class Case(NamedTuple):
    """One case: what it is about, its end as JUnit calls it, empty for a pass, why, and more lines to show."""

    about: str
    end: str = ""
    why: str = ""
    lines: tuple[str, ...] = ()


def junit(evidence: Evidence, drawings: Mapping[str, list[str]]) -> str:
    """Write the evidence as JUnit's XML.

    Args:
        evidence: what was found.
        drawings: by the number of a violated law the lanes of its trace, as far as it can be drawn.
    """
    claims = evidence.claims
    suites = {
        "laws": [_law(law, drawings.get(law.law, [])) for law in claims.laws],
        "engines": [
            Case(f"{run.engine}: {run.says}", _OF_STATE.get(run.state, ""), run.detail or run.state)
            for run in claims.engines
        ],
        "mutants": list(_mutants(claims)),
    }
    root = ET.Element("testsuites", name=_line(f"strandline: {claims.subject}"), time=_seconds(evidence))
    for name, cases in suites.items():
        root.append(_suite(name, cases))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _law(law: LawOutcome, drawing: list[str]) -> Case:
    claimed = tuple(f"{said.engine}, {said.kind}: {said.verdict}, {said.says}" for said in law.claims)
    about = f"{law.called}: {law.statement}"
    return Case(about, _OF_VERDICT.get(law.verdict, ""), law.says or law.verdict, (*claimed, *drawing))


def _mutants(claims: Claims) -> Iterator[Case]:
    for one in claims.mutants:
        yield Case(one.mutant, "" if one.caught else FAILED, f"not caught by {one.engine}, which must catch it")


def _suite(name: str, cases: Iterable[Case]) -> ET.Element:
    found = [_case(name, case) for case in cases]
    suite = ET.Element("testsuite", name=name, tests=str(len(found)))
    for end, total in ((FAILED, "failures"), (ERROR, "errors"), (SKIPPED, "skipped")):
        suite.set(total, str(sum(one.find(end) is not None for one in found)))
    suite.extend(found)
    return suite


def _case(suite: str, case: Case) -> ET.Element:
    element = ET.Element("testcase", classname=f"strandline.{suite}", name=_line(case.about))
    text = "\n".join(map(printable, case.lines))
    if case.end:
        ET.SubElement(element, case.end, message=_line(case.why)).text = text
    elif text:
        ET.SubElement(element, "system-out").text = text
    return element


def _line(text: str) -> str:
    return printable(" ".join(text.split()))


def _seconds(evidence: Evidence) -> str:
    return f"{evidence.run.seconds:.3f}"
