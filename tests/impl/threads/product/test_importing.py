"""Claims about imports: every line of codex is kept, none twice, and its folder is only read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.patch import Cell
from strandline.impl.threads.product import codex
from strandline.impl.threads.product.importing import Importer
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import said
from tests.impl.threads.product.written import ID, USUAL, digests, entry, meta, rollout, user

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.threads.product.importing import Imported, Totals
    from strandline.impl.threads.row import Row


def imported(source: Path, home: Path, names: dict[str, codex.Name] | None = None) -> tuple[list[Imported], Totals]:
    with ThreadStore(home) as store:
        importer = Importer(store, home, names or {})
        return list(importer.imports(codex.find(source).rollouts)), importer.totals


def row(home: Path, thread: str = ID) -> Row:
    with ThreadStore(home) as store:
        found = store.read(thread)
    assert found is not None
    return found


def lines(home: Path, thread: str = ID) -> list[dict[str, Any]]:
    text = (home / "rollouts" / f"{thread}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "ours"


def test_a_rollout_becomes_a_thread_with_its_own_times_and_the_folder_is_only_read(source: Path, home: Path) -> None:
    rollout(source, *USUAL)
    before = digests(source)
    (one,), totals = imported(source, home)
    assert (one.status, one.lines, one.thread, totals.unknown) == ("new", 5, ID, {})
    found = row(home)
    names = ("title", "preview", "cwd", "model", "tokens", "git_branch", "created_at")
    assert [found[name] for name in names] == ["fix it", "fix it", "/w", "m", 7, "main", 1767323040000]
    assert (found["recency_at"], found["updated_at"]) == (1767323043000, 1767323044000)
    assert [line["payload"] for line in lines(home)[1:]] == [entry["payload"] for entry in USUAL]
    assert lines(home)[4]["origin"]["rest"] == {"ordinal": 3}
    assert digests(source) == before


def test_importing_again_appends_what_is_new_and_nothing_twice(source: Path, home: Path) -> None:
    rollout(source, *USUAL, tail=b'{"timestamp":')
    (first,), _ = imported(source, home)
    assert (first.lines, first.unfinished) == (5, 13)
    (second,), totals = imported(source, home)
    assert (second.status, second.lines, totals.types) == ("unchanged", 0, {})
    rollout(source, *USUAL, user(9, "more"))
    (third,), _ = imported(source, home)
    assert (third.status, third.lines, third.unfinished) == ("grown", 1, 0)
    assert [line["payload"] for line in lines(home)[1:]] == [one["payload"] for one in (*USUAL, user(9, "more"))]


def test_a_thread_that_was_renamed_and_gone_on_with_here_still_takes_what_codex_appends(
    source: Path, home: Path
) -> None:
    rollout(source, *USUAL)
    imported(source, home)
    with ThreadStore(home) as store:
        thread = store.resume(ID)
        thread.append([said("ours")])
        thread.rename("mine")
    rollout(source, *USUAL, user(9, "more"))
    (one,), _ = imported(source, home)
    assert one.lines == 1
    assert row(home)["title"] == "mine"


ODD: dict[str, tuple[object, str, object]] = {
    "a type that is not known": (entry(5, "brand_new", {"a": [1, None]}), "brand_new", {"a": [1, None]}),
    "a payload that is no object": (entry(5, "x", [1]), "codex_object", {"line": entry(5, "x", [1])}),
    "an object of another shape": ({"record_type": "state"}, "codex_object", {"line": {"record_type": "state"}}),
    "no JSON": (b"{half", "codex_text", {"text": "{half\n"}),
    "no UTF-8": (b"\xff", "codex_text", {"base64": "/wo="}),
    "half a character": (
        rb'{"type":"x","payload":{"a":"\ud800"}}',
        "codex_text",
        {"text": '{"type":"x","payload":{"a":"\\ud800"}}\n'},
    ),
    "a type of ours": (entry(5, "thread_metadata", {"set": {"title": "no"}}), "codex_thread_metadata", None),
    "another thread's": (meta("other", cwd="/no"), "other_session_meta", None),
}


@pytest.mark.parametrize("case", ODD)
def test_a_line_of_whatever_kind_is_kept_counted_and_changes_no_column(source: Path, home: Path, case: str) -> None:
    given, kind, payload = ODD[case]
    rollout(source, *USUAL, given)
    (one,), totals = imported(source, home)
    assert (one.status, one.lines, sum(totals.types.values())) == ("new", 6, 6)
    last = lines(home)[-1]
    assert (last["type"], last["origin"]["line"]) == (kind, 6)
    assert payload is None or last["payload"] == payload
    assert [row(home)[name] for name in ("title", "cwd", "git_branch")] == ["fix it", "/w", "main"]


def test_a_name_of_the_index_is_an_explicit_title_once(source: Path, home: Path) -> None:
    rollout(source, *USUAL, at="sessions/2026/01/02")
    index = source / "session_index.jsonl"
    given = [
        {"id": ID, "thread_name": "old", "updated_at": "2026-01-02T03:05:00Z"},
        {"id": ID, "thread_name": " new ", "updated_at": "2026-01-02T03:06:00.123456789Z"},
        {"id": ID, "thread_name": "  "},
        {"id": "other", "thread_name": "x"},
    ]
    index.write_text("".join(json.dumps(one) + "\n" for one in given) + "no JSON\n")
    assert codex.index_of(source / "sessions" / "2026" / "01" / "02") == index
    names = codex.names(index)
    assert names[ID].title == "new"
    (one,), totals = imported(source, home, names)
    assert (one.named, totals.named) == (True, 1)
    assert row(home).patch.cells[0] == Cell("new", explicit=True)
    assert (row(home)["title"], row(home)["first_user_message"]) == ("new", "fix it")
    with ThreadStore(home) as store:
        store.resume(ID).rename("mine")
    (again,), _ = imported(source, home, names)
    assert (again.status, row(home)["title"]) == ("unchanged", "mine")


def test_a_rollout_that_is_not_the_one_before_gone_on_is_refused_and_the_others_go_on(source: Path, home: Path) -> None:
    other = "0199a213-81c0-7800-8aa1-000000000000"
    rollout(source, *USUAL)
    imported(source, home)
    rollout(source, meta(), user(2, "rewritten"))
    rollout(source, meta(other), thread=other)
    first, second = sorted(imported(source, home)[0], key=lambda one: one.status)
    assert (first.status, second.status) == ("new", "refused")
    assert second.why is not None
    assert "its line 2 is not the one that was imported" in second.why
    assert len(lines(home)) == 6


def test_a_copy_of_a_rollout_imports_nothing_more(source: Path, home: Path) -> None:
    rollout(source, *USUAL, at="archived")
    rollout(source, *USUAL[:3], at="sessions")
    assert [one.status for one in imported(source, home)[0]] == ["new", "unchanged"]


def test_a_thread_that_is_written_here_is_refused_with_its_process(source: Path, home: Path) -> None:
    rollout(source, *USUAL)
    imported(source, home)
    rollout(source, *USUAL, user(9, "more"))
    with ThreadStore(home) as store:
        store.resume(ID)
        (one,), _ = imported(source, home)
    assert one.status == "refused"
    assert one.why is not None
    assert "writes this rollout" in one.why


def test_a_rollout_of_no_whole_line_waits_and_one_of_no_thread_is_refused(source: Path, home: Path) -> None:
    rollout(source, tail=b"{")
    nameless = source / "rollout-x.jsonl"
    nameless.write_text("{}\n")
    first, second = sorted(imported(source, home)[0], key=lambda one: one.status)
    assert (first.status, second.status) == ("refused", "unchanged")
    assert first.why is not None
    assert "which thread it is" in first.why
    assert list((home / "rollouts").iterdir()) == []


def test_what_is_compressed_is_found_and_told(source: Path) -> None:
    path = rollout(source, *USUAL)
    packed = path.with_name(f"{path.name}.zst")
    packed.touch()
    (path.parent / "notes.jsonl").touch()
    assert codex.find(source) == ((path,), (packed,))
