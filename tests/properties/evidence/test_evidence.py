"""The evidence document, and that it is written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from strandline.model.terms import Step
from strandline.properties import __version__
from strandline.properties.core.findings import Findings, Run
from strandline.properties.core.verdict import Claim, Exhibit, Trace, Verdict
from strandline.properties.evidence import evidence
from strandline.properties.evidence.document import Evidence, Machine
from strandline.properties.evidence.evidence import DOES_NOT_SHOW, digest, encode, gather
from strandline.properties.evidence.folder import UnwrittenError, save, write
from strandline.properties.evidence.replay import decode
from strandline.properties.systems.memo.spec.laws import LAWS

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE = Trace("dominance", "pair", "M3", (Step("append"), Step("start", 0)))
FINDINGS = Findings(
    "dominance",
    (
        Claim("M1", "exhaust impl", Verdict.HOLDS, "every state", (("world", "pair"),), (("states", 12),), 3),
        Claim("M3", "exhaust impl", Verdict.VIOLATED, "a state", (), (("states", 7),), 1, TRACE),
        Claim("M4", "prove", Verdict.HOLDS, "confirmed"),
    ),
    (Run("exhaust impl", "searches", "ran"), Run("fuzz", "samples", "skipped", "not selected")),
    LAWS,
)


def gathered(day: int = 1) -> Evidence:
    return gather(FINDINGS, datetime(2026, 3, day, tzinfo=UTC), 1.5 * day)


def test_the_document_says_what_was_found_of_what_and_where() -> None:
    document = json.loads(encode(gathered()))
    assert (document["format"], document["version"]) == ("strandline evidence", 3)
    claims = document["claims"]
    assert (claims["subject"], claims["verdict"], claims["skipped"]) == ("dominance", "violated", ["fuzz"])
    laws = {law["law"]: law for law in claims["laws"]}
    assert [laws[number]["verdict"] for number in ("M1", "M2", "M3", "M4")] == [
        "holds", "inconclusive", "violated", "holds",
    ]  # fmt: skip
    assert laws["M1"]["claims"] == [
        {
            "engine": "exhaust impl",
            "kind": "searched",
            "verdict": "holds",
            "says": "every state",
            "bounds": {"world": "pair"},
            "counts": {"states": 12},
            "reached": 3,
        }
    ]
    assert laws["M4"]["kind"] == "proved"
    assert laws["M4"]["sometimes"] is None
    assert claims["traces"]["M3-dominance.json"]["steps"] == [{"name": "append"}, {"name": "start", "actor": "r1"}]
    assert any("not between bytecodes" in line for line in claims["does_not_show"])
    assert document["run"]["strandline"] == __version__
    assert document["run"]["seconds"] == 1.5


def test_what_a_machine_reached_is_told_once_whatever_number_of_laws_it_judged() -> None:
    counts = (("append", 7), ("drop", 0))
    said = [
        Claim(law, "fuzz", Verdict.HOLDS, "no", reached=number, fired=counts) for number, law in enumerate(("M1", "M2"))
    ]
    findings = Findings("shipped", (*FINDINGS.claims, *said), FINDINGS.runs, LAWS)
    found = gather(findings, datetime(2026, 3, 1, tzinfo=UTC), 1.0).claims
    assert found.machines == (Machine("fuzz", {"append": 7, "drop": 0}, {"M1": 0, "M2": 1}),)
    assert gathered().claims.machines == ()


def test_two_runs_differ_in_their_run_section_only() -> None:
    one, two = gathered(day=1), gathered(day=2)
    assert one.run != two.run
    assert msgspec.json.encode(one.claims) == msgspec.json.encode(two.claims)


def test_the_document_can_be_read_back() -> None:
    assert msgspec.json.decode(encode(gathered()), type=Evidence) == gathered()


def test_the_digest_of_sources_moves_with_every_byte_and_every_name(tmp_path: Path) -> None:
    seen = set()

    def changed(text: str, name: str = "a.py") -> str:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
        seen.add(digest(tmp_path))
        return digest(tmp_path)

    first = changed("x = 1\n")
    changed("x = 2\n")
    changed("x = 2\n", "sub/b.py")
    (tmp_path / "sub/b.py").rename(tmp_path / "sub/c.py")
    changed("x = 2\n")
    assert len(seen) == 4
    (tmp_path / "sub/c.py").unlink()
    (tmp_path / "notes.txt").write_text("no source")
    assert changed("x = 1\n") == first


def test_the_digest_is_of_the_packages_that_run() -> None:
    sources = gathered().claims.sources
    assert sorted(sources) == ["strandline.impl", "strandline.model", "strandline.properties"]
    assert sources["strandline.properties"] == digest(Path(evidence.__file__).parents[1])
    assert len(set(sources.values())) == 3


def test_evidence_summary_and_traces_are_saved(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    save(
        gathered(),
        {trace: Exhibit(trace, (), (), 0, broken=True) for trace in FINDINGS.traces()},
        [["a drawing"], ["another one"]],
        out,
    )
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert files == ["evidence.json", "summary.md", "traces/M3-dominance.json"]
    assert decode((out / "traces/M3-dominance.json").read_bytes()) == TRACE
    assert (out / "evidence.json").read_bytes() == encode(gathered())
    text = (out / "summary.md").read_text(encoding="utf-8")
    assert "```text\na drawing\n```" in text
    assert "```text\nanother one\n```" in text


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "evidence.json"
    write(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwrittenError, match="no space left on device"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["evidence.json"]


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwrittenError, match="cannot be written") as refused:
        write(tmp_path / "file" / "evidence.json", b"")
    assert "\n" not in str(refused.value)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield folder
    folder.chmod(stat.S_IRWXU)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind the superuser, nor Windows folders"
)
def test_a_folder_that_may_not_be_written_to_is_named_in_one_line(locked: Path) -> None:
    with pytest.raises(UnwrittenError, match="permission denied"):
        write(locked / "evidence.json", b"")


def test_what_a_pass_does_not_show_is_never_left_out() -> None:
    assert gathered().claims.does_not_show == DOES_NOT_SHOW
    assert len(DOES_NOT_SHOW) > 3
