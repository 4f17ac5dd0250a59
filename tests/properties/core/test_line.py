"""Claims about lines for people and for programs: nothing that a terminal obeys passes, and nothing is lost."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import pytest

from strandline.properties.core.line import Tinted, command, inert, printable, record, shown

TURNED = "\u061c\u200e\u2028\u2029\u202e\u2066\u2069\ufeff\ud800\U000e0001"
OBEYED = "\x00\x07\b\t\n\r\x1b[2J\x1b]0;title\x07\x7f\x85\x9b31m" + TURNED
"""What moves a cursor, rings, clears a screen, names a window, ends a line or turns text around."""


def test_no_part_of_a_line_keeps_what_a_terminal_obeys() -> None:
    line = ("a" + OBEYED, Tinted(OBEYED, "violated"), OBEYED)
    assert shown(line).isprintable()
    colored = shown(line, colors=True)
    assert colored.replace("\x1b[31m", "").replace("\x1b[0m", "").isprintable()
    assert colored.count("\x1b") == 2


def test_what_can_be_read_stays_as_it_is() -> None:
    assert shown("潮 é ✕ C:\\log") == "潮 é ✕ C:\\log"
    assert printable("a\x1b") == "a\\x1b"


def test_a_record_is_had_again_from_its_fields() -> None:
    rows = [("\t", "\\t"), ("\\", None), ("-", ""), ("a\nb", "\\\\")]
    assert len({record(row) for row in rows}) == len(rows)
    assert record(("\t", "\\t", None, "-")) == "\\t\t\\\\t\t\t-"


def test_json_says_the_same_without_what_a_terminal_obeys() -> None:
    said = {"a" + OBEYED.replace("\ud800", ""): [OBEYED.replace("\ud800", "") + "潮"]}
    document = inert(json.dumps(said, ensure_ascii=False, indent=1))
    assert json.loads(document) == said
    assert document.replace("\n", "").isprintable()
    assert "潮" in document


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks bash what it takes a line for")
def test_a_shell_takes_a_line_for_the_words_that_it_was_made_of() -> None:
    words = ["it's", "a b", OBEYED.replace("\x00", "").replace("\ud800", "\udcff"), "\\x1b", "潮", "'\x1b'"]
    line = command(["printf", "%s\\n", *words])
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=True)  # noqa: S607 - whichever there is
    assert done.stdout == b"".join(word.encode(errors="surrogateescape") + b"\n" for word in words)


def test_plain_words_are_quoted_as_usual() -> None:
    assert command(["strandline", "replay", "a b.json"]) == shlex.join(["strandline", "replay", "a b.json"])
