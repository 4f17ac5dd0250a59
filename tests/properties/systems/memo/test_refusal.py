"""Claims about how the oracle names what it cannot read: as the scanner does, by a table of its own."""

from __future__ import annotations

import ast
import errno
import os
import sqlite3
from pathlib import Path
from typing import Final

import pytest

from strandline.impl.memo.failures import failure
from strandline.properties.systems.memo.live import refusal, truth
from strandline.properties.systems.memo.live.refusal import EXPECTED

CODES: Final = sorted(
    name
    for name in dir(sqlite3)
    if name.startswith("SQLITE_")
    and isinstance(getattr(sqlite3, name), int)
    and name.partition("_")[2].split("_")[0]
    in {"BUSY", "LOCKED", "PROTOCOL", "CORRUPT", "NOTADB", "PERM", "AUTH", "READONLY", "CANTOPEN", "NOMEM", "FULL"}
    | {"INTERRUPT", "ERROR", "IOERR", "INTERNAL", "ABORT", "SCHEMA", "TOOBIG", "CONSTRAINT", "MISUSE", "RANGE"}
)
WORDS: Final = (
    "no such function: own",
    "unknown function: own()",
    "no such collation sequence: own",
    "unsupported file format",
    'malformed database schema (a) - near "STRICT": syntax error',
    "malformed database schema (a) - unsafe use of json_extract()",
    "malformed database schema (a) - invalid rootpage",
    "malformed database schema (?)",
    "no such table: logs",
)


def raised(code: str, words: str = "words") -> sqlite3.Error:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorname, error.sqlite_errorcode = code, getattr(sqlite3, code)
    return error


def test_what_judges_takes_no_name_of_a_failure_from_what_is_judged() -> None:
    for module in (refusal, truth):
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        taken = {name.module or "" for name in ast.walk(tree) if isinstance(name, ast.ImportFrom)}
        assert taken.isdisjoint({"strandline.impl.memo.failures", "strandline.impl.memo.files"})


@pytest.mark.parametrize("code", CODES)
def test_a_code_means_to_the_oracle_what_it_means_to_the_scanner(code: str, tmp_path: Path) -> None:
    error = raised(code)
    assert refusal.refusal(tmp_path / "log", error).reason == failure(tmp_path / "log", error).reason


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("code", ["SQLITE_ERROR", "SQLITE_ERROR_MISSING_COLLSEQ", "SQLITE_CORRUPT", "SQLITE_IOERR"])
def test_words_mean_to_the_oracle_what_they_mean_to_the_scanner(code: str, words: str, tmp_path: Path) -> None:
    error = raised(code, words)
    assert refusal.refusal(tmp_path / "log", error).reason == failure(tmp_path / "log", error).reason


@pytest.mark.parametrize(
    "error",
    [MemoryError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), *(OSError(n, "x") for n in errno.errorcode)],
)
def test_what_the_system_raises_means_the_same_to_both(error: Exception, tmp_path: Path) -> None:
    assert isinstance(error, EXPECTED)
    assert refusal.refusal(tmp_path / "log", error).reason == failure(tmp_path / "log", error).reason


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_matter_of_permission(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch(0o000)
    assert refusal.refusal(path, raised("SQLITE_CANTOPEN")).reason == "permission"


def test_a_detail_is_one_line(tmp_path: Path) -> None:
    found = refusal.refusal(tmp_path / "log", raised("SQLITE_ERROR", "two\nlines"))
    assert found.detail == f"{tmp_path / 'log'}: two lines"
