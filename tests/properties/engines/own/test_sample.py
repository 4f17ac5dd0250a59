"""The sample of docs/your-own-system.md, in a folder that holds nothing else: every engine takes it."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.own.check import check
from strandline.properties.engines.own.wiring import loaded
from strandline.properties.engines.replay.retrace import retrace

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.checkout

SAMPLE: Final = Path(__file__).parents[4] / "docs" / "samples" / "leases.py"
NAME: Final = "leases:leases"
SYSTEM: Final = f"--system={NAME}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copy(SAMPLE, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("leases", None)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments])
    return result.exit_code, result.output


def test_the_sample_has_at_most_150_lines() -> None:
    assert len(SAMPLE.read_text("utf-8").splitlines()) <= 150


def test_a_check_searches_model_and_code_plays_by_chance_and_kills_both_mutants() -> None:
    code, said = run("check", NAME, "--out", "out")
    assert code == 0, said
    assert re.search(r"(?m)^exhaust impl +holds +R L1 L2 L3, 64 states, 187 transitions", said)
    assert "2 mutants, 2 caught" in said
    assert run("verify", "out/evidence.json", SYSTEM)[0] == 0
    code, said = run("verify", "out/evidence.json")
    assert code == 3
    assert "leases differs" in said


def test_of_one_law_that_was_asked_for_the_rest_is_left_out_by_name_and_it_is_verified_so() -> None:
    code, said = run("check", NAME, "--law", "L3", "--engine", "exhaust impl", "-v", "--out", "one")
    assert code == 3, said
    assert re.search(r"(?m)^L1 .*left out: only L3 was asked for", said)
    assert re.search(r"(?m)^L3: exhaust impl", said)
    assert run("verify", "one/evidence.json", SYSTEM)[0] == 0


def test_a_check_whose_time_is_up_at_once_says_so_of_each_engine() -> None:
    code, said = run("check", NAME, "--for", "0.001s")
    assert code == 3, said
    assert "its time was up before it began" in said


@pytest.mark.parametrize("mutant", ["careless", "forgetful"])
def test_a_mutant_is_found_by_search_by_chance_and_by_replay(mutant: str, folder: Path) -> None:
    for engine in ("exhaust impl", "fuzz"):
        code, said = run("check", NAME, "--mutant", mutant, "--engine", engine, "--out", engine)
        assert code == 1, said
        for file in sorted(Path(engine, "traces").glob("*.json")):
            assert run("replay", str(file), SYSTEM)[0] == 1
        assert run("verify", f"{engine}/evidence.json", SYSTEM)[0] == 0
        assert run("report", f"{engine}/evidence.json", "--html", "page.html", "--out", "summary.md")[0] == 0
        code, said = run("replay", str(file))
        assert (code, "strandline replay takes it with --system" in said) == (2, True)
    trace = f"exhaust impl/traces/L3-{mutant}.json"
    assert run("replay", trace, SYSTEM, "--mutant", "shipped")[0] == 0
    assert "They part at step" in run("replay", trace, SYSTEM, "--on", "both")[1]
    assert run("export", trace, SYSTEM, "--out", f"test_{mutant}.py")[0] == 0
    assert pytest.main(["-q", "-p", "no:cacheprovider", str(folder / f"test_{mutant}.py")]) == 0


def test_the_refinement_is_the_first_law_and_the_shortest_trace() -> None:
    found = check(loaded(NAME), "forgetful", ("exhaust impl",))
    assert [(claim.law, claim.verdict) for claim in found.claims] == [
        ("R", Verdict.VIOLATED),
        ("L1", Verdict.VIOLATED),
        ("L2", Verdict.HOLDS),
        ("L3", Verdict.VIOLATED),
    ]
    assert [len(trace.steps) for trace in found.traces()] == [5, 3, 6]
    exhibit = retrace(loaded(NAME), found.traces()[1])
    assert exhibit.ending == ("lease: 1, and by the model 0",)


def test_the_model_alone_has_the_counts_of_the_code_in_lockstep() -> None:
    system = loaded(NAME)
    claims = [claim for name in ("exhaust model", "exhaust impl") for claim in check(system, SHIPPED, (name,)).claims]
    assert len({claim.counts for claim in claims}) == 1
    with system.opened(MODEL, "large") as model, system.opened(SHIPPED, "large") as real:
        assert set(model.actions(model.first)) == set(real.actions(real.first))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "leases:nothing"), "module 'leases' has no 'nothing'"),
        (("check", "leases:State"), "leases:State is no system"),
        (("check", NAME, "--mutant", "carless"), "did you mean 'careless'?"),
        (("check", NAME, "--full"), "MODULE:SYSTEM goes with"),
        (("check", NAME, "--law", "L9"), "L9"),
    ],
)
def test_what_names_no_system_or_mutant_is_refused_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert says in said
