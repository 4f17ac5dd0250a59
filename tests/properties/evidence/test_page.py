"""The page: it needs nothing else, hides nothing, and nothing that is said in it can do anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from strandline.properties.evidence.document import Evidence
from strandline.properties.evidence.markup import CLIP, Markup, join, table, tag, text
from strandline.properties.evidence.page import page
from strandline.properties.evidence.shown import MEMO, PARTS, TraceShown
from strandline.properties.evidence.style import style
from strandline.properties.evidence.words import WORDS
from strandline.properties.systems.memo.traces.text import QUIETLY
from tests.properties.evidence.evidences import MUTANTS, holding, plain, violated

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: Final = 120
"""Seconds to wait for a browser; it is only used up when something is wrong."""

EVIL: Final = "</style></text></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&\u202egnp.\x1b[2J"
SHUT: Final = frozenset({"meta", "br"})
"""The elements that need no end."""


class Elements(HTMLParser):
    """Notes each element, and whether every one of them is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in SHUT:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += f"{data}\n"

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def everywhere(evil: str) -> Evidence:
    """Say something wherever a document says anything."""

    def spoiled(part: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(part, dict):
            return {key: spoiled(value) for key, value in part.items()}
        return [spoiled(one) for one in part] if isinstance(part, list) else f"{part}{evil}"

    document = plain(violated())
    claims = document["claims"]
    for law in claims["laws"]:
        law |= {key: spoiled(law[key]) for key in ("law", "name", "statement", "why", "says")}
        for claim in law["claims"]:
            claim |= {"says": evil, "engine": evil, "kind": "sampled", "bounds": {evil: evil}, "counts": {evil: 1}}
    claims["engines"] = [one | {"engine": evil, "says": evil, "detail": evil} for one in claims["engines"]]
    claims["machines"] = [{"engine": evil, "rules": {evil: 0}, "sometimes": {evil: 0}}]
    claims["mutants"] = [one | {"mutant": evil, "says": evil, "hazard": evil} for one in plain(MUTANTS)]
    claims["does_not_show"] = [evil]
    claims["subject"] = evil
    for trace in claims["traces"].values():
        trace |= {"subject": evil, "world": evil, "law": evil}
    for trace in claims["shown"].values():
        trace["first"] = {**trace["first"], evil: evil}
        trace["ending"] = [f"the answer:     {evil}", f"the full scan:  {evil}", evil]
        for step in trace["steps"]:
            step |= {"title": evil, "action": evil, "actor": evil if step["actor"] == "r2" else step["actor"]}
            step |= {"reads": spoiled(step["reads"]), "scan": evil, "now": evil}
            step["changes"] = [{"what": evil, "before": evil, "after": evil}, *spoiled(step["changes"])]
    document["run"] = {**document["run"], "python": evil, "system": evil, "tools": {evil: evil}, "began": evil}
    return msgspec.convert(document, Evidence)


def test_a_page_with_a_drawing_explains_the_words_on_it() -> None:
    said = Elements(page(violated())).said
    assert all(word in said and means in said for word, means in WORDS.items())
    assert "Words on the drawings" not in Elements(page(holding())).said


def test_every_part_of_a_memo_that_a_drawing_names_is_explained() -> None:
    assert {*PARTS[MEMO], *QUIETLY} <= set(WORDS)


@pytest.mark.parametrize("found", [holding(), violated(), everywhere(EVIL)], ids=["holds", "violated", "hostile"])
def test_the_page_is_whole_and_asks_for_nothing_from_anywhere(found: Evidence) -> None:
    elements = Elements(page(found))
    names = {name for name, _ in elements.seen}
    assert not names & {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "foreignobject"}
    for _, attributes in elements.seen:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "style", "action"}]
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in style(3)
    assert "@import" not in style(3)


def test_the_policy_allows_the_one_style_and_nothing_else() -> None:
    written = page(violated())
    held = re.search(r"<style>(.*?)</style>", written, re.DOTALL)
    assert held is not None
    digest = base64.b64encode(hashlib.sha256(held[1].encode()).digest()).decode()
    policy = next(one["content"] for one in Elements(written).named("meta") if "http-equiv" in one)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert written.index("Content-Security-Policy") < written.index("<style>")


def test_nothing_that_is_said_becomes_markup_or_turns_the_text_round() -> None:
    written = page(everywhere(EVIL))
    assert "<script" not in written
    assert "<img" not in written
    assert not {"\u202e", "\x1b"} & set(written)
    assert "\\u202egnp." in written


def test_only_plain_text_is_escaped_and_what_is_long_is_cut() -> None:
    assert tag("p", "<b>", tag("i", "&"), title='"') == '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>'
    assert join("<", Markup("<br>")) == "&lt;<br>"
    assert table(("a<",), [("b<",)]).count("&lt;") == 3
    assert len(text("x" * CLIP * 3)) == CLIP + 2


def test_what_is_no_pass_stands_before_every_law() -> None:
    document = plain(holding())
    document["claims"]["engines"][2] |= {"state": "skipped", "detail": "not selected"}
    document["claims"] |= {"skipped": ["fuzz"], "verdict": "inconclusive"}
    document["claims"]["machines"][0]["rules"]["drop"] = 0
    said = Elements(page(msgspec.convert(document, Evidence))).said
    assert said.index("fuzz skipped: not selected") < said.index("Engines and laws")
    assert said.index("rules that never fired: drop") < said.index("Engines and laws")
    assert "nothing was skipped" not in said
    assert "nothing was skipped" in Elements(page(holding())).said


def test_what_a_pass_does_not_show_comes_last() -> None:
    said = Elements(page(violated())).said.rstrip().splitlines()
    assert said[-1] == violated().claims.does_not_show[-1]


def test_each_step_can_be_pointed_at_or_moved_to_and_has_its_note() -> None:
    written = page(violated())
    groups = Elements(written).named("g")
    steps = [one for one in groups if (one["class"] or "").startswith("step ")]
    notes = [one["class"] for one in groups if (one["class"] or "").startswith("note ")]
    assert [one["tabindex"] for one in steps] == ["0"] * 13
    assert notes == [f"note n{number}" for number in range(1, 14)]
    assert all(f".s{number}:is(:hover,:focus)~.n{number}" in written for number in range(1, 14))
    label = steps[-1]["aria-label"] or ""
    for words in (
        "13. refresh 1: swap the memo",
        "memo before: no row",
        "cursor after: 1",
        "a full scan of the log by then: no turn",
        "over what refresh 2 stored in 10, which it saw in 11",
    ):
        assert words in label, words


def test_an_answer_stands_beside_the_full_scan_with_what_differs_marked() -> None:
    document = plain(violated())
    shown = next(iter(document["claims"]["shown"].values()))
    shown["ending"] = ["the answer:     p (m), q (m)", "the full scan:  q (m), r (m)"]
    marked = page(msgspec.convert(document, Evidence))
    assert '<span class="wrong">p (m)</span>, q (m)' in marked
    assert 'q (m), <span class="missed">r (m)</span>' in marked


def test_each_mutant_stands_with_the_engine_that_must_catch_it() -> None:
    document = plain(violated())
    document["claims"]["mutants"] = plain(MUTANTS)
    said = Elements(page(msgspec.convert(document, Evidence))).said
    assert "caught: M1, 5 steps" in said
    assert "mutant slow was not caught by fuzz, which must catch it" in said


def test_a_trace_of_no_step_and_one_of_a_thousand_are_drawn() -> None:
    document = plain(violated())
    shown = document["claims"]["shown"]["M3-no-second-look.json"]
    lengths: tuple[list[Any], ...] = ([], shown["steps"] * 76)
    for steps in lengths:
        changed = {**document["claims"], "shown": {"M3-no-second-look.json": {**shown, "steps": steps}}}
        drawn = Elements(page(msgspec.convert({**document, "claims": changed}, Evidence)))
        assert len([one for one in drawn.named("g") if "tabindex" in one]) == len(steps)
    assert msgspec.convert(shown, TraceShown).steps


def test_what_is_broken_and_its_picture_come_first_and_what_is_not_shown_is_counted_there_and_folded_away() -> None:
    document = plain(violated())
    document["claims"]["mutants"] = plain(MUTANTS)
    written = page(msgspec.convert(document, Evidence))
    order = ["<h1>", "Broken: ", 'href="#open"', "<svg", "In short", '<details class="box open"', "<nav", "Laws</h2>"]
    places = [written.index(one) for one in order]
    assert places == sorted(places)
    (fold,) = [one for one in Elements(written).named("details") if one.get("class") == "box open"]
    assert "open" not in fold
    assert written.count("1 thing not shown, and so no pass") == 2


def test_a_page_without_a_picture_says_what_the_broken_laws_say_and_counts_once_what_is_not_shown() -> None:
    document = plain(violated())
    name = next(iter(document["claims"]["traces"]))
    document["claims"]["shown"] = {}
    written = page(msgspec.convert(document, Evidence))
    assert "<strong>M3 monotone is broken. </strong>A write-back never" in written
    assert f"traces that could not be taken again: {name}" in written
    assert written.count("1 thing not shown, and so no pass") == 1


def asked(browser: str, folder: Path, url: str, *options: str) -> tuple[str, str]:
    """Let a headless browser do something with a page; give what it wrote, and its log."""
    common = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={folder}")
    done = subprocess.run(
        [browser, *common, *options, url], check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE
    )
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


@pytest.mark.parametrize("found", [violated(), everywhere(EVIL)], ids=["violated", "hostile"])
def test_a_browser_shows_the_page_with_its_style_and_refuses_nothing_of_it(
    tmp_path: Path, browser: str, found: Evidence
) -> None:
    """A wrong digest in the policy would leave the page without style, and the browser's log would say so."""
    (tmp_path / "page.html").write_text(page(found), "utf-8")
    shot = tmp_path / "page.png"
    url = (tmp_path / "page.html").as_uri()
    _, log = asked(browser, tmp_path / "browser", url, "--window-size=900,1400", f"--screenshot={shot}")
    assert shot.stat().st_size > 20_000, log
    assert "CONSOLE" not in log
    assert "Content Security Policy" not in log


PHONE: Final = (390, 844)
"""The width and the height of a phone's screen, in CSS pixels."""

MEASURING: Final = """<!DOCTYPE html><body><iframe src="page.html" width="%d" height="%d" style="border:0"></iframe>
<script>onload = () => {
  const page = document.querySelector("iframe").contentDocument, fold = page.querySelector("details.open");
  const top = page.querySelector("figure").getBoundingClientRect().top, folded = fold.offsetHeight;
  const seen = {top, wide: page.documentElement.scrollWidth, folded};
  fold.open = true;
  seen.unfolded = fold.offsetHeight;
  document.title = JSON.stringify(seen);
}</script>"""


def test_on_a_phone_the_picture_is_on_the_first_screen_and_what_is_not_shown_takes_a_line_or_two(
    tmp_path: Path, browser: str
) -> None:
    """However many laws are broken, and however much was left open."""
    document = plain(violated())
    document["claims"]["mutants"] = plain(MUTANTS) * 9
    document["claims"]["laws"] = [law | {"verdict": "violated"} for law in document["claims"]["laws"]]
    (tmp_path / "page.html").write_text(page(msgspec.convert(document, Evidence)), "utf-8")
    (tmp_path / "frame.html").write_text(MEASURING % PHONE, "utf-8")
    url = (tmp_path / "frame.html").as_uri()
    written, log = asked(browser, tmp_path / "browser", url, "--allow-file-access-from-files", "--dump-dom")
    told = re.search(r"<title>(.*?)</title>", written)
    assert told is not None, log
    seen = json.loads(html.unescape(told[1]))
    assert seen["top"] < PHONE[1] * 0.6
    assert seen["wide"] <= PHONE[0]
    assert seen["folded"] < 120
    assert seen["unfolded"] > 3 * seen["folded"]
