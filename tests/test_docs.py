"""What the docs say is so: laws, mutants, words, options and limits as in the sources, links that lead somewhere.

The docs are written by hand and compared here, so that a page that fell behind the code fails a test.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Final, get_args

import click
import pytest

from strandline.impl.memo import answer
from strandline.impl.memo.memo import ANCHORS_MAX, GAPS_MAX, Limits
from strandline.impl.memo.parse import NESTING_MAX
from strandline.impl.memo.product.known_bugs import KNOWN_BUGS, dotted
from strandline.impl.memo.projection import BODY_MAX
from strandline.impl.memo.scan import WALK_MAX, Cause
from strandline.properties.cli import main
from strandline.properties.commands.writer import writer_command
from strandline.properties.core.mutant import EXHAUST
from strandline.properties.core.verdict import EXIT_CODES
from strandline.properties.engines.exhaust.world import Law
from strandline.properties.engines.kill.lines import AS_IT_IS
from strandline.properties.evidence import evidence
from strandline.properties.evidence.bounds import BYTES_MAX, ClaimKind, Outcome
from strandline.properties.evidence.replay import load
from strandline.properties.harness.audit import RULES
from strandline.properties.systems.memo.contracts.engine import CONDITIONS
from strandline.properties.systems.memo.contracts.twice import TWICE
from strandline.properties.systems.memo.engines import ENGINES
from strandline.properties.systems.memo.faults.injectors import SAYS
from strandline.properties.systems.memo.faults.matrix import FAULTS
from strandline.properties.systems.memo.mutants.registry import ASKED, KNOWN, MUTANTS
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.specimens import SPECIMENS

pytestmark = pytest.mark.checkout

SHOWN = (
    "check",
    "turns",
    "writer",
    "replay",
    "export",
    "demo",
    "doctor",
    "exhaust",
    "faults",
    "bench",
    "prove",
    "report",
    "teeth",
    "threads",
    "verify",
)
"""The commands whose options the docs show."""

CHECKOUT: Final = Path(__file__).parent.parent
DOCS: Final = CHECKOUT / "docs"
PAGES: Final = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("tests/*.md"), *DOCS.rglob("*.md")])
FIRST_SCREEN: Final = 50
"""Lines; what a stranger sees of README without searching."""


def page(name: str) -> str:
    return (CHECKOUT / name).read_text("utf-8")


def flat(text: str) -> str:
    """Undo the line breaks, so that a sentence can be looked for."""
    return " ".join(text.split())


def rows(text: str, first: str) -> list[tuple[str, ...]]:
    """Return the rows of the table whose head begins with a cell, without its head."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append(tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")))
    return found


def sections(text: str) -> dict[str, str]:
    """Return what stands below each heading of the second level."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def sources() -> str:
    """Return all sources of the three layers."""
    return "\n".join(
        path.read_text("utf-8") for root in ("model", "impl", "properties") for path in (CHECKOUT / root).rglob("*.py")
    )


def test_the_table_of_readme_has_every_law_as_it_is() -> None:
    assert rows(page("README.md"), "law") == [(law.number, law.name, law.kind, law.says) for law in LAWS]


def test_the_first_screen_of_readme_has_the_race_the_two_commands_the_laws_and_what_a_pass_does_not_show() -> None:
    screen = "\n".join(page("README.md").splitlines()[:FIRST_SCREEN])
    for part in (
        "refresh 1",
        "python3 run.py check",
        "python3 run.py test",
        LAWS[-1].says,
        "What a pass does not show",
    ):
        assert part in screen


def test_the_page_of_laws_has_a_section_for_each_with_statement_reason_and_cover() -> None:
    found = sections(page("docs/laws.md"))
    assert list(found) == [f"{law.number} {law.name}" for law in LAWS]
    for law in LAWS:
        text = flat(found[f"{law.number} {law.name}"])
        assert text.startswith(f"*{law.kind}*: {law.says} **Why.** {law.why} **Sometimes.**")
        assert law.cover is None or f"**Sometimes.** {law.cover.says} **Catches.**" in text


def test_the_page_of_laws_names_for_each_the_mutants_that_it_catches() -> None:
    found = sections(page("docs/laws.md"))
    for law in LAWS:
        (catches,) = re.findall(r"\*\*Catches\.\*\*(.*?)\n\n", found[f"{law.number} {law.name}"] + "\n\n", re.DOTALL)
        named = [name for name in re.findall(r"`([^`]+)`", flat(catches)) if not name.endswith(".py")]
        assert named == [mutant.name for mutant in MUTANTS.values() if mutant.law == law.number]


def test_the_page_of_checking_lists_every_mutant_as_it_is() -> None:
    assert rows(page("docs/checking.md"), "mutant") == [
        (mutant.name, mutant.hazard, mutant.says, mutant.law) for mutant in MUTANTS.values()
    ]


def test_the_index_of_the_specimens_lists_each_with_its_page() -> None:
    assert [row[0] for row in rows(page("docs/specimens/README.md"), "specimen")] == [
        f"[{name} {specimen.title}]({name.lower()}-{specimen.title}.md)" for name, specimen in SPECIMENS.items()
    ]


def test_the_page_of_checking_lists_every_engine_as_it_is() -> None:
    assert [row[:2] for row in rows(page("docs/checking.md"), "engine")] == [
        (engine.name, engine.says) for engine in ENGINES
    ]


def test_the_page_of_checking_lists_the_rule_of_every_atomic_step_as_it_is() -> None:
    assert rows(page("docs/checking.md"), "atomic step") == [
        (name, rule.says, rule.why) for name, rule in RULES.items()
    ]


def test_the_page_of_checking_gives_the_exit_code_of_every_verdict() -> None:
    assert {row[0]: int(row[2]) for row in rows(page("docs/checking.md"), "verdict")} == {
        verdict.value: code for verdict, code in EXIT_CODES.items()
    }


def test_the_page_of_checking_ends_with_what_the_evidence_says_a_pass_does_not_show() -> None:
    ending = sections(page("docs/checking.md"))["What a pass does not show"]
    assert re.findall(r"^- (.+)$", ending, flags=re.MULTILINE) == list(evidence.DOES_NOT_SHOW)


def test_the_page_of_evidence_explains_every_verdict_and_every_kind_of_claim_in_their_order() -> None:
    text = page("docs/evidence.md")
    assert [row[0] for row in rows(text, "outcome")] == list(get_args(Outcome))
    assert [row[0] for row in rows(text, "kind of claim")] == list(get_args(ClaimKind))
    assert [row[:2] for row in rows(text, "kind of claim")] == [(kind, word) for word, kind in evidence.KINDS.items()]
    assert f"{BYTES_MAX // 2**20} MiB" in text


def test_every_engine_is_of_a_known_kind() -> None:
    for engine in ENGINES:
        assert engine.name.split()[0] in evidence.KINDS


def test_the_published_schema_is_that_of_the_sources() -> None:
    """To write it anew: strandline report --schema > docs/evidence.schema.json."""
    assert (DOCS / "evidence.schema.json").read_bytes() == evidence.schema()


def test_every_mutant_of_a_hazard_stands_in_the_row_of_that_hazard() -> None:
    covered = {row[0].split()[0]: row for row in rows(page("docs/hazards.md"), "hazard")}
    for mutant in MUTANTS.values():
        if mutant.hazard.startswith("H"):
            assert f"`{mutant.name}`".strip("`") in covered[mutant.hazard][3]


def test_the_page_of_hazards_names_only_mutants_that_there_are() -> None:
    for row in rows(page("docs/hazards.md"), "hazard"):
        assert {name.strip(" `") for name in row[3].split(",") if name.strip()} <= set(MUTANTS)


def test_every_test_that_is_said_to_tell_a_hazard_does() -> None:
    for hazard, *_, told in rows(page("docs/hazards.md"), "hazard"):
        number = hazard.split()[0]
        for name in re.findall(r"\w+\.py", told):
            text = "".join(path.read_text("utf-8") for path in (CHECKOUT / "tests").rglob(name))
            assert re.search(rf"\b{number}\b|def test_{number.lower()}_", text), (number, name)


def glossary() -> list[str]:
    """Return the words that the glossary explains."""
    return re.findall(r"^- \*\*([^*]+)\*\*:", page("docs/glossary.md"), flags=re.MULTILINE)


def spelled(word: str) -> re.Pattern[str]:
    """Match a word as a whole, however a name or a sentence joins its parts."""
    joined = r"[ _-]".join(map(re.escape, re.split("[ -]", word)))
    return re.compile(rf"(?<![a-z]){joined}(?![a-z])", re.IGNORECASE)


def test_every_word_of_the_glossary_occurs_in_the_sources() -> None:
    words, text = glossary(), sources()
    assert words
    assert [word for word in words if not spelled(word).search(text)] == []


def test_the_glossary_explains_each_word_once() -> None:
    words = glossary()
    assert len(words) == len(set(words))


def test_the_page_of_the_scanner_has_every_limit_with_its_default() -> None:
    limits = {row[0]: float(row[1]) for row in rows(page("docs/scanner.md"), "limit")}
    assert limits == Limits()._asdict()


@pytest.mark.parametrize(
    ("head", "kind"),
    [("path", answer.Path), ("cause of a full scan", Cause), ("reason for unavailable", answer.Reason)],
)
def test_the_page_of_the_scanner_explains_everything_that_an_outcome_can_name(head: str, kind: object) -> None:
    assert sorted(row[0] for row in rows(page("docs/scanner.md"), head)) == sorted(get_args(kind))


def test_the_page_of_the_scanner_gives_the_remedy_of_every_reason() -> None:
    given = {row[0]: row[2] for row in rows(page("docs/scanner.md"), "reason for unavailable")}
    assert given == answer.REMEDIES


def test_the_page_of_the_scanner_lists_every_known_bug_of_sqlite() -> None:
    listed = rows(page("docs/scanner.md"), "bug of SQLite")
    assert [tuple(row) for row in listed] == [
        (bug.name, dotted(bug.since), ", ".join(map(dotted, bug.mended)), "yes" if bug.in_wal_mode else "no")
        for bug in KNOWN_BUGS
    ]


def test_the_page_of_the_scanner_lists_every_option_of_the_writer() -> None:
    text = "\n".join(row[0] for row in rows(page("docs/scanner.md"), "option"))
    listed = set(re.findall(r"--[a-z-]+", text))
    options = {option for parameter in writer_command.params for option in parameter.opts if option.startswith("--")}
    assert listed == options - {"--format"}


def test_the_bounds_that_the_assumptions_name_are_those_of_the_code() -> None:
    bounds = {row[0]: row[1] for row in rows(page("docs/assumptions.md"), "bound")}
    assert bounds[f"the walk back for the {ANCHORS_MAX} latest partitions"].startswith(f"{WALK_MAX:,} rows ")
    assert bounds["a body"] == f"{BODY_MAX // 2**20} MiB"
    assert bounds["JSON in a body"].startswith(f"{NESTING_MAX} ")
    assert bounds["gaps of a memo"] == f"{GAPS_MAX}"
    assert bounds["sources of a memo"] == f"{Limits().sources:,}"


def test_the_page_of_assumptions_names_each_test_that_drops_one_and_no_other() -> None:
    named = re.findall(r"`(test_\w+)`", page("docs/assumptions.md"))
    written = re.findall(
        r"^def (test_\w+)", page("tests/properties/systems/memo/test_assumptions.py"), flags=re.MULTILINE
    )
    assert sorted(named) == sorted(written)


def test_the_page_of_proof_lists_every_condition_and_every_pair_as_it_is() -> None:
    yes = {True: "yes", False: ""}
    assert rows(page("docs/proof.md"), "part of") == [
        (condition.law, condition.says, condition.bounds, yes[condition.quick]) for condition in CONDITIONS
    ]
    assert [row[:2] for row in rows(page("docs/proof.md"), "model")] == [pair[:2] for pair in TWICE]


@pytest.mark.parametrize("kind", ASKED)
def test_the_page_of_teeth_has_every_mutant_of_a_kind_killed_by_the_engine_that_must(kind: str) -> None:
    found = rows(page("docs/teeth.md"), kind)
    assert [row[:2] for row in found if row[0] != AS_IT_IS] == [
        (known.name, known.law) for known in KNOWN.values() if known.kind == kind and not known.equivalent
    ]
    for name, law, *cells in found:
        if name in KNOWN:
            (cell,) = (cell for cell in cells if cell.startswith("*"))
            assert re.match(rf"\*({law} after|\d+ of \d+ seeds: {law} after)", cell), name


def test_the_page_of_faults_has_each_of_them_with_what_is_right_under_it_and_every_injector() -> None:
    found = rows(page("docs/faults.md"), "fault")
    assert [(title, injector) for title, injector, *_ in found] == [(one.title, one.injector) for one in FAULTS]
    for fault, (_, _, said, judged) in zip(FAULTS, found, strict=True):
        assert set(fault.needed) <= set(said.split(", ")) <= set(fault.right), fault.title
        assert judged == "right"
    assert {name: does for name, does, _ in rows(page("docs/faults.md"), "injector")} == SAYS


def test_the_traces_of_the_page_of_teeth_are_as_long_as_those_that_are_kept() -> None:
    kept = {trace.subject: len(trace.steps) for trace in map(load, map(str, CHECKOUT.glob("tests/traces/*.json")))}
    for name, _, *cells in rows(page("docs/teeth.md"), next(iter(ASKED))):
        if name in KNOWN and KNOWN[name].engine == EXHAUST:
            assert any(cell.endswith(f" {kept[name]} steps") for cell in cells), name


def test_every_option_and_command_that_the_docs_name_exists() -> None:
    known = {"--help", "--version"}
    context = click.Context(main)
    names = main.list_commands(context)
    every = [command for name in names if (command := main.get_command(context, name)) is not None]
    assert len(every) == len(names)
    every += [below for command in every if isinstance(command, click.Group) for below in command.commands.values()]
    for command in every:
        known |= {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for path in PAGES:
        for line in re.findall(rf"\bstrandline ((?:{'|'.join(SHOWN)})\b[^`\n]*)", path.read_text("utf-8")):
            name, *rest = line.split()
            assert name in names, line
            assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, line
    for path in DOCS.rglob("*.md"):
        assert set(re.findall(r"`(--[a-z-]+)`", path.read_text("utf-8"))) <= known, path


def test_everything_public_can_be_imported_from_where_the_docs_say() -> None:
    for name, *_ in rows(page("docs/public-api.md"), "import"):
        module, attribute = name.rsplit(".", 1)
        assert hasattr(importlib.import_module(module), attribute), name


def test_the_page_of_a_world_of_ones_own_has_every_kind_of_law() -> None:
    assert [row[0] for row in rows(page("docs/your-own-world.md"), "law")] == [kind.__name__ for kind in get_args(Law)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_link_within_the_tree_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8")):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), target


def test_every_page_is_reached_from_an_index() -> None:
    for index in (DOCS / "README.md", DOCS / "decisions" / "README.md", DOCS / "specimens" / "README.md"):
        listed = set(re.findall(r"\]\(([^)#\s/]+\.md)\)", index.read_text("utf-8")))
        assert {path.name for path in index.parent.glob("*.md")} - {"README.md"} <= listed


def test_the_decisions_are_numbered_without_a_gap_and_titled_by_their_number() -> None:
    pages = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
    assert [int(path.name[:4]) for path in pages] == list(range(1, len(pages) + 1))
    assert [path.read_text("utf-8").splitlines()[0][:4].strip("# .") for path in pages] == [
        str(number) for number in range(1, len(pages) + 1)
    ]


def test_the_divergences_are_numbered_without_a_gap() -> None:
    numbers = re.findall(r"^## (\d+)\. ", page("docs/divergences.md"), flags=re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


ROOTS: Final = (*(f"{layer}/strandline/" for layer in ("model", "impl", "properties")), "tests/", "docs/", ".ci/")
"""What a path from the top of the checkout begins with."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_path_that_a_page_names_is_there(path: Path) -> None:
    """All but those of the changelog, which tells of what was."""
    if path.name != "CHANGELOG.md":
        for name in re.findall(r"`([\w./*-]+/[\w./*-]*)`", path.read_text("utf-8")):
            assert not name.startswith(ROOTS) or list(CHECKOUT.glob(name)), name


def test_the_table_of_readme_has_every_folder_of_properties_that_holds_code() -> None:
    ours = CHECKOUT / "properties" / "strandline" / "properties"
    named = set(re.findall(r"^\| (`[^|]+`) \|", sections(page("README.md"))["What is where"], flags=re.MULTILINE))
    folders = {folder.rstrip("/") for cell in named for folder in re.findall(r"`([^`]+)`", cell)}
    below = {path.parent for path in ours.glob("*/*.py")} | {path.parent for path in ours.glob("engines/*/*.py")}
    below |= {path.parent for pattern in ("systems/*/*.py", "systems/*/*/*.py") for path in ours.glob(pattern)}
    rooms = {path.relative_to(ours).as_posix() for path in below}
    assert rooms - {"engines", "systems", "exhaust", "traces"} == folders - {
        "model",
        "impl",
        "properties",
        "tests",
        "docs",
    }
