"""The command ``strandline report``: what people, scripts and a GitHub job see of a document."""

from __future__ import annotations

import html
import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import outputs
from strandline.properties.commands.report import JOB_SUMMARY
from strandline.properties.evidence.evidence import encode, schema
from strandline.properties.evidence.summary import SIZE_MAX
from strandline.properties.systems.memo.spec.laws import LAWS
from tests.properties.evidence.evidences import holding, plain, violated, written
from tests.properties.evidence.test_page import EVIL, everywhere

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(autouse=True)
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(JOB_SUMMARY, raising=False)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return written(tmp_path / "evidence.json", violated())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


def test_the_summary_goes_to_standard_output_with_the_trace_as_lanes(document: Path) -> None:
    result = run(document)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "# strandline: no second look violated"
    assert "| M3 monotone | violated |" in lines[4]
    (last,) = [line for line in lines if line.startswith("  13  |")]
    assert "swap the memo" in last
    assert lines[-1] == f"- {violated().claims.does_not_show[-1]}"


def test_summary_and_page_go_to_their_files(document: Path, tmp_path: Path) -> None:
    out, html = tmp_path / "deep" / "summary.md", tmp_path / "page.html"
    result = run(document, "--out", out, "--html", html)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text("utf-8").startswith("# strandline: no second look violated")
    assert html.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_standard_input_is_read_and_json_is_brief() -> None:
    result = CliRunner().invoke(main, ["report", "-", "--format", "json"], input=encode(violated()))
    found = json.loads(result.stdout)
    assert (found["verdict"], found["laws"]["M3"], found["traces"]) == (
        "violated",
        "violated",
        ["M3-no-second-look.json"],
    )


def test_the_summary_is_added_to_that_of_a_github_job(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = tmp_path / "job.md"
    job.write_text("before\n")
    monkeypatch.setenv(JOB_SUMMARY, str(job))
    assert run(document).exit_code == 0
    assert job.read_text("utf-8").startswith("before\n# strandline: no second look violated\n")


@pytest.mark.parametrize("option", ["--out", "--html", "--junit", JOB_SUMMARY])
def test_what_cannot_be_written_in_the_end_is_broken_and_one_line(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    wrong = tmp_path / "evidence.json" / "below.md"
    if option == JOB_SUMMARY:
        monkeypatch.setitem(os.environ, JOB_SUMMARY, str(wrong))
    monkeypatch.setattr(outputs, "require", lambda *_paths: None)  # as if the disk had filled up since
    result = run(document, *((option, wrong) if option != JOB_SUMMARY else ()))
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a", "b"),
        ("--compare", "a"),
        ("--compare", "a", "b", "--html", "x"),
        ("--compare", "a", "b", "--junit", "x"),
        ("--compare", "a", "b", "c"),
    ],
)
def test_too_many_or_too_few_documents_are_a_mistake_in_the_call(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where no check has left evidence, which would be taken
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_the_schema_is_printed_and_nothing_is_read() -> None:
    result = run("--schema")
    assert (result.exit_code, result.stdout_bytes) == (0, schema())


def test_a_hostile_document_makes_a_summary_that_is_inert_and_fits(tmp_path: Path) -> None:
    result = run(written(tmp_path / "evidence.json", everywhere(f"{EVIL} @everyone [x](javascript:0) `` ``` |")))
    assert result.exit_code == 0
    outside = re.sub(r"^(`{3,})text\n.*?^\1\n", "", result.stdout, flags=re.DOTALL | re.MULTILINE)
    assert outside != result.stdout
    assert outside.rstrip().splitlines()[-1].startswith("- `")
    assert len(result.stdout) <= SIZE_MAX
    inert = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", outside)
    assert not any(live in inert for live in ("<script", "<img", "@everyone", "](javascript"))
    assert not {"\u202e", "\x1b"} & set(result.stdout)


def test_a_law_is_quoted_in_the_words_of_the_document_alone(tmp_path: Path) -> None:
    says = "What is said of somebody else's scanner."
    found = plain(violated())
    for law in found["claims"]["laws"]:
        law["statement"] = says
    files = [tmp_path / name for name in ("summary.md", "page.html", "junit.xml")]
    options = [part for pair in zip(("--out", "--html", "--junit"), files, strict=True) for part in pair]
    assert run(written(tmp_path / "evidence.json", found), *options).exit_code == 0
    ours = [word for law in LAWS for word in (law.says, law.says[:60])]
    for path in files:
        text = " ".join(path.read_text("utf-8").split())
        assert (path.name, [word for word in ours if word in text]) == (path.name, [])
        assert says in html.unescape(text)


def test_a_run_that_holds_is_told_without_a_trace(tmp_path: Path) -> None:
    result = run(written(tmp_path / "evidence.json", holding()))
    assert result.exit_code == 0
    assert "Not shown" not in result.stdout
    assert "## Traces" not in result.stdout
