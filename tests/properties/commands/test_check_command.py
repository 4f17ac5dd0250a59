"""What people and scripts see of checks and of the traces that they leave."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from strandline.model.terms import Step
from strandline.properties.commands import check as checking
from strandline.properties.core.verdict import Change, Claim, Engine, Exhibit, Frame, Trace, Verdict
from strandline.properties.engines.replay import replaying
from strandline.properties.evidence import folder
from strandline.properties.evidence.replay import encode
from strandline.properties.systems.memo import check, drawing
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.specimens import SPECIMENS
from tests.properties.commands.calls import one_line, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.properties.core.verdict import Report


TRACE = Trace("shipped", "pair", "M3", (Step("append"), Step("start", 0)))


EXHIBIT = Exhibit(
    TRACE,
    (Frame(None, "append a", (Change("log", "empty", "a"),)), Frame(0, "start", ())),
    ("oracle: a",),
    2,
    broken=True,
)


# check


def claims(engine: str, verdict: Verdict) -> Iterator[Claim]:
    for law in LAWS:
        found = verdict if law.number == "M3" else Verdict.HOLDS
        trace = TRACE if found is Verdict.VIOLATED else None
        yield Claim(law.number, engine, found, "every state", (), (("states", 1234),), 1 if law.cover else None, trace)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    def searching(name: str, subject: str, report: Report) -> Iterator[Claim]:
        report("depth 1")
        yield from claims(name, Verdict.VIOLATED if subject != "shipped" else Verdict.HOLDS)

    engines = [Engine(name, f"searches, {name}", partial(searching, name)) for name in ("one", "two")]
    monkeypatch.setattr(check, "engines", lambda **_options: engines)
    monkeypatch.setattr(check, "planted", lambda _name: contextlib.nullcontext())
    monkeypatch.setattr(checking, "ENGINES", engines)
    monkeypatch.setattr(checking, "MUTANTS", {"split": MUTANTS["split"]})
    monkeypatch.setattr(drawing, "retrace", lambda _system, _trace: EXHIBIT)
    monkeypatch.setattr(replaying, "retrace", lambda _system, _trace, until=None: EXHIBIT._replace(fits=until or 2))
    return engines


@pytest.mark.usefixtures("engines")
def test_a_check_that_holds_names_every_law_and_where_the_evidence_lies(tmp_path: Path) -> None:
    result = run("check", "--out", tmp_path / "out")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(LAWS)]] == [law.number for law in LAWS]
    assert lines[0] == "M1   exact      holds        one, two"
    numbers = " ".join(law.number for law in LAWS)
    rest = [f"{name}  holds        {numbers}, 1,234 states" for name in ("one", "two")]
    assert lines[len(LAWS) : -2] == ["", *rest, ""]
    for name in ("one", "two"):
        assert f"{numbers}: {name}: every state (1,234 states)" in run("check", "-v", "--out", tmp_path).stdout
    assert lines[-2] == "shipped: holds"
    assert lines[-1] == f"evidence: {tmp_path / 'out' / 'evidence.json'} and {tmp_path / 'out' / 'summary.md'}"
    assert "one: searches, one" in result.stderr
    assert "\x1b" not in result.output


def test_mutants_are_counted_over_all_laws_for_each_has_its_own(
    engines: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killing(_subject: str, _report: Report) -> Iterator[Claim]:
        for number in ("M1", "M3"):
            yield Claim(number, "teeth", Verdict.HOLDS, "killed", counts=(("mutants killed", 2),))

    monkeypatch.setattr(check, "engines", lambda **_options: [engines[0].__class__("teeth", "kills", killing)])
    assert "M1 M3, 4 mutants killed" in run("check", "--out", tmp_path).stdout


@pytest.mark.usefixtures("engines")
def test_a_violation_is_drawn_and_ends_with_the_line_that_replays_it(tmp_path: Path) -> None:
    result = run("check", "--mutant", "split", "--out", tmp_path)
    assert result.exit_code == 1
    assert "M3 monotone is broken:" in result.stdout
    assert result.stdout.splitlines()[-1] == f"  strandline replay {tmp_path / 'traces' / 'M3-shipped.json'}"
    again = run("replay", tmp_path / "traces" / "M3-shipped.json")
    assert again.exit_code == 1
    assert "append a" in again.stdout


@pytest.mark.usefixtures("engines")
def test_json_on_standard_output_is_the_evidence_and_nothing_else(tmp_path: Path) -> None:
    result = run("check", "--format", "json", "--out", tmp_path)
    assert result.stdout_bytes == (tmp_path / "evidence.json").read_bytes()
    assert json.loads(result.stdout)["claims"]["verdict"] == "holds"


@pytest.mark.usefixtures("engines")
def test_an_engine_that_is_not_selected_is_named_as_skipped(tmp_path: Path) -> None:
    result = run("check", "--engine", "two", "--out", tmp_path)
    assert "one  skipped      not selected" in result.stdout
    assert "A skipped engine is not a pass." in result.stdout
    assert json.loads((tmp_path / "evidence.json").read_text())["claims"]["skipped"] == ["one"]


@pytest.mark.usefixtures("engines")
def test_evidence_that_cannot_be_written_in_the_end_is_said_after_the_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(folder, "require", lambda _path: None)  # as if the disk had filled up since
    result = run("check", "--out", tmp_path / "file")
    assert result.exit_code == 4
    assert "shipped: holds" in result.stdout
    assert "evidence:" not in result.stdout
    assert result.stderr.splitlines()[-1].startswith(f"strandline: {tmp_path / 'file'}")
    assert run("check", "--mutant", "split", "--out", tmp_path / "file").exit_code == 1


def test_of_two_broken_laws_each_is_drawn_with_its_own_line(
    engines: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(_subject: str, _report: Report) -> Iterator[Claim]:
        for number, steps in (("M1", 2), ("M3", 1)):
            trace = TRACE._replace(law=number, steps=TRACE.steps[:steps])
            yield Claim(number, "one", Verdict.VIOLATED, "broken", trace=trace)

    monkeypatch.setattr(check, "engines", lambda **_options: [engines[0].__class__("one", "searches", both)])
    monkeypatch.setattr(drawing, "retrace", lambda _system, trace: EXHIBIT._replace(trace=trace))
    said = run("check", "--out", tmp_path).stdout
    for law in ("M1 exact", "M3 monotone"):
        assert said.count(f"{law} is broken:") == 1
        assert said.count(f"  strandline replay {tmp_path / 'traces' / law.split()[0]}-shipped.json\n") == 1
    summary = (tmp_path / "summary.md").read_text()
    assert [summary.count(f"{law} is broken:") for law in ("M1 exact", "M3 monotone")] == [1, 1]


@pytest.mark.usefixtures("engines")
def test_a_mutant_is_checked_until_it_is_caught_unless_all_is_asked_for(tmp_path: Path) -> None:
    document = json.loads(run("check", "--mutant", "split", "--out", tmp_path, "--format", "json").stdout)["claims"]
    assert (document["until_broken"], document["skipped"]) == (True, ["two"])
    assert document["engines"][1]["detail"] == "M3 was broken before it began"
    options = ("--mutant", "split", "--all", "--out", tmp_path, "--format", "json")
    document = json.loads(run("check", *options).stdout)["claims"]
    assert (document["until_broken"], document["skipped"]) == (False, [])
    one_line(run("check", "--all", "--out", tmp_path), 2, "--all is for --mutant")


@pytest.mark.usefixtures("engines")
def test_a_check_by_one_law_says_so_in_its_evidence_and_what_is_left_out_is_no_pass(tmp_path: Path) -> None:
    result = run("check", "--law", "M3", "--for", "1m", "--out", tmp_path, "--format", "json")
    assert result.exit_code == 3
    document = json.loads(result.stdout)["claims"]
    assert document["only"] == ["M3"]
    assert {law["law"] for law in document["laws"] if law["claims"]} == {"M3"}
    assert {law["verdict"] for law in document["laws"] if law["law"] != "M3"} == {"inconclusive"}
    one_line(run("check", "--law", "M9", "--out", tmp_path), 2, "there is no law named 'M9'")


@pytest.mark.usefixtures("engines")
def test_unknown_mutants_and_engines_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    one_line(run("check", "--mutant", "x", "--out", tmp_path), 2, "there are shipped, split")
    one_line(run("check", "--engine", "x", "--out", tmp_path), 2, "there are one, two")
    assert list(tmp_path.iterdir()) == []


def test_specimens_are_listed_in_both_formats() -> None:
    assert [line.split()[0] for line in run("check", "--list-specimens").stdout.splitlines()] == list(SPECIMENS)
    listed = json.loads(run("check", "--list-specimens", "--format", "json").stdout)
    assert [specimen["name"] for specimen in listed] == list(SPECIMENS)


def test_a_specimen_that_nobody_knows_or_that_is_asked_for_beside_something_else_is_refused(tmp_path: Path) -> None:
    one_line(
        run("check", "--specimen", "D9", "--out", tmp_path), 2, "there is no specimen named 'D9'; there are D0, D1"
    )
    for other in (("--mutant", "split"), ("--engine", "fuzz")):
        one_line(run("check", "--specimen", "D1", *other, "--out", tmp_path), 2, "--specimen excludes")
    assert list(tmp_path.iterdir()) == []


def test_a_specimen_is_violated_with_a_trace_that_replays(tmp_path: Path) -> None:
    result = run("check", "--specimen", "D0", "--out", tmp_path, "--format", "json")
    assert result.exit_code == 1
    claims = json.loads(result.stdout)["claims"]
    assert (claims["subject"], claims["verdict"]) == ("specimen:D0", "violated")
    assert [engine["engine"] for engine in claims["engines"]] == ["exhaust specimen"]
    assert {law["law"]: law["verdict"] for law in claims["laws"]} == {
        law.number: "inconclusive" if law.holds is None else "violated" for law in LAWS
    }
    for name in claims["traces"]:
        replayed = run("replay", tmp_path / "traces" / name)
        assert replayed.exit_code == 1
        assert "is broken:" in replayed.stdout


def test_a_trace_through_a_specimen_that_nobody_knows_is_no_pass() -> None:
    unknown = Trace("specimen:D9", "appends", "M1", (Step("start", 0),))
    one_line(run("replay", "-", stdin=encode(unknown)), 3, "nothing here is named 'specimen:D9'")


@pytest.mark.usefixtures("engines")
def test_mutants_are_listed_in_both_formats() -> None:
    assert run("check", "--list-mutants").stdout.startswith("split ")
    (mutant,) = json.loads(run("check", "--list-mutants", "--format", "json").stdout)
    assert sorted(mutant) == ["hazard", "law", "name", "says"]


def test_a_drawing_that_fails_does_not_hide_the_violation(
    engines: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engines
    monkeypatch.setattr(drawing, "retrace", lambda _system, _trace: 1 / 0)
    result = run("check", "--mutant", "split", "--out", tmp_path)
    assert result.exit_code == 1
    assert "cannot be drawn: ZeroDivisionError" in result.stdout


# replay


@pytest.mark.usefixtures("engines")
def test_a_trace_is_replayed_from_standard_input_as_json() -> None:
    result = run("replay", "-", "--format", "json", stdin=encode(TRACE))
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["law"], document["broken"], document["fits"]) == ("M3", True, 2)
    assert document["frames"][0]["changes"] == [{"what": "log", "before": "empty", "after": "a"}]


def test_a_trace_that_fits_no_longer_is_no_pass(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(encode(TRACE))
    one_line(run("replay", path), 3, "nothing here is named 'pair'")
    path.write_bytes(encode(TRACE._replace(world="prune", steps=(Step("append"), Step("read", 0)))))
    result = run("replay", path)
    assert result.exit_code == 3
    said = " ".join(result.stdout.split())
    assert "step 2, read by r1, cannot be taken: r1 is not under way. This is not a pass." in said


def test_a_trace_of_a_law_that_judges_no_step_is_no_pass() -> None:
    one_line(run("replay", "-", stdin=encode(TRACE._replace(law="M4"))), 3, "M4 is proved")


@pytest.mark.parametrize("data", [b"", b"{}", b"\x00" * 100, b"[" * 5000])
def test_a_bad_trace_file_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(data)
    one_line(run("replay", path), 2, "not a trace file")
    one_line(run("replay", tmp_path), 2, "cannot be read")
    one_line(run("replay", tmp_path / "none"), 2, "cannot be read")
