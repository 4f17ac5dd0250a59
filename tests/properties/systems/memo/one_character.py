"""Changes one character of a text of the definition, and asks ``strandline check`` whether anything is wrong.

    python3 run.py python tests/properties/systems/memo/one_character.py --sample 60 --seed 1
    python3 run.py python tests/properties/systems/memo/one_character.py --only impl/strandline/impl/memo/parse.py

Run by hand or at night: each change costs one check or more. The changed tree is a copy in a temporary folder; the
engines run one by one, the cheapest first, until one notices. A violation, a broken engine and a hang all count as
noticed; what no engine notices survives, and docs/one-character.md says why each survivor of the last run did.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT: Final = Path(__file__).parents[4]
ROOTS: Final = ("model", "impl", "properties")
MODEL: Final = (
    "oracle",
    "facts",
    "bodies",
    "truth",
    "days",
    "memo",
    "order",
    "log",
    "ranks",
    "refresh",
    "environment",
    "bounds",
    "state",
    "world",
)
IMPL: Final = (
    *(
        "parse",
        "structure",
        "debugprint",
        "ruststring",
        "codex",
        "joined",
        "projection",
        "sql",
        "scan",
        "log",
        "memo",
        "answer",
        "window",
        "order",
    ),
    *("refresh", "connection", "host", "store"),
)
TEXTS: Final = (
    *(f"model/strandline/model/memo/{name}.py" for name in MODEL),
    *(f"impl/strandline/impl/memo/{name}.py" for name in IMPL),
)
"""The files whose characters are changed."""

ENGINES: Final = ("agree", "exhaust impl", "fuzz", "exhaust model", "prove")
"""The cheapest for most changes first."""

PROGRAM: Final = """
import sys
from strandline.properties.systems.memo.engines import ENGINES
from strandline.properties.core.verdict import Verdict

if __name__ == "__main__":
    (engine,) = [engine for engine in ENGINES if engine.name == sys.argv[1]]
    for claim in engine.run("shipped", lambda line: None):
        if claim.verdict is Verdict.VIOLATED:
            sys.exit(3)
"""
"""Runs one engine as ``strandline check`` does, and ends at the first violation with an exit code of its own."""

ENDS: Final = {0: None, 3: "violated"}
"""What each exit code means; any other is an engine that broke."""

HANG: Final = 900.0
"""Seconds after which an engine counts as hanging; a shared machine may be ten times slower than an idle one."""

_SWAPS: Final = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "+": "-",
    "-": "+",
    "//": "%",
    "and": "or",
    "or": "and",
    "True": "False",
    "False": "True",
    "min": "max",
    "max": "min",
}
"""Tokens that stand for one another at the cost of a character or a word."""

_SIGNS: Final = {"<": ">", ">": "<", "=": "<", "?": "1"} | {str(digit): str((digit + 1) % 10) for digit in range(10)}
"""What a sign or a digit inside of a string becomes."""

_TRIPLE: Final = {'"""', "'''"}


class Change(NamedTuple):
    """One character, or one small token, in place of another."""

    file: str
    line: int
    column: int
    before: str
    after: str

    def told(self) -> str:
        """Say where it is and what it does."""
        return f"{self.file}:{self.line}:{self.column}: {self.before!r} becomes {self.after!r}"


def changes(file: str, source: str) -> Iterator[Change]:
    """List every change that says something else and not only something else to a person."""
    passed = _passed(ast.parse(source))
    for token in _tokens(source):
        line, column = token.start
        if (line, column) in passed or any(low <= (line, column) < high for low, high in passed.values()):
            continue
        if token.type == tokenize.NUMBER:
            digit = str((int(token.string[-1], 16) + 1) % 10)
            yield Change(file, line, column + len(token.string) - 1, token.string[-1], digit)
        elif token.type in {tokenize.OP, tokenize.NAME} and token.string in _SWAPS:
            yield Change(file, line, column, token.string, _SWAPS[token.string])
        elif token.type == tokenize.STRING:
            yield from _letters(file, token)


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Give the tokens of a text; an f-string is one of them, as it was before Python 3.12."""
    lines = source.splitlines(keepends=True)
    opened: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":
            opened.append(token)
        if not opened:
            yield token
        if kind == "FSTRING_END":
            first = opened.pop()
            (row, column), (last, end) = first.start, token.end
            inner = [*lines[row - 1 : last - 1], lines[last - 1][:end]]
            text = "".join(inner)[column:]
            if not opened:
                yield first._replace(type=tokenize.STRING, string=text, end=token.end)


def _letters(file: str, token: tokenize.TokenInfo) -> Iterator[Change]:
    """Change the first and the last letter of a string, and each sign and digit; not the expressions of an f-string."""
    text = token.string
    opening = next(place for place, character in enumerate(text) if character in "'\"")
    formatted, quotes = "f" in text[:opening].lower(), 3 if text[opening : opening + 3] in _TRIPLE else 1
    places = list(_places(text, opening + quotes, len(text) - quotes, formatted=formatted))
    letters = [place for place in places if text[place].isalpha()]
    for place in places:
        if text[place] in _SIGNS or place in {*letters[:1], *letters[-1:]}:
            above = text[:place].count("\n")
            column = place - text.rfind("\n", 0, place) - 1 + (0 if above else token.start[1])
            other = _SIGNS.get(text[place]) or ("y" if text[place] == "x" else "x")
            yield Change(file, token.start[0] + above, column, text[place], other)


def _places(text: str, start: int, end: int, *, formatted: bool) -> Iterator[int]:
    """Find the characters of a string that stand for themselves."""
    depth = 0
    for place in range(start, end):
        if formatted and text[place] in "{}":
            depth += 1 if text[place] == "{" else -1
        elif depth == 0 and text[place - 1] != "\\" and text[place].isascii():
            yield place


def _passed(tree: ast.Module) -> dict[tuple[int, int], tuple[tuple[int, int], tuple[int, int]]]:
    """Find what no program reads: docstrings, annotations, imports, messages, names of types."""
    found = {}
    for node in ast.walk(tree):
        for part in _unread(node):
            begin = (part.lineno, part.col_offset)
            found[begin] = (begin, (part.end_lineno or part.lineno, part.end_col_offset or part.col_offset))
    return found


def _unread(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    match node:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom() | ast.Raise():
            yield node
        case ast.AnnAssign(annotation=annotation):
            yield annotation
            if isinstance(annotation, ast.Name) and annotation.id == "TypeAlias":
                yield node
        case ast.arg(annotation=ast.expr() as annotation):
            yield annotation
        case ast.FunctionDef(returns=ast.expr() as returns):
            yield returns
        case (
            ast.Assign(targets=[ast.Name(id="message" | "__all__")])
            | ast.Assign(value=ast.Call(func=ast.Name("TypeVar")))
        ):
            yield node
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            yield node


def copied(to: Path) -> None:
    """Copy the sources of the three layers, without what the interpreter left beside them."""
    for root in ROOTS:
        shutil.copytree(CHECKOUT / root, to / root, ignore=shutil.ignore_patterns("__pycache__"))


def applied(change: Change, source: str) -> str:
    """Change the character."""
    lines = source.splitlines(keepends=True)
    line = lines[change.line - 1]
    assert line[change.column :].startswith(change.before), change
    lines[change.line - 1] = line[: change.column] + change.after + line[change.column + len(change.before) :]
    return "".join(lines)


def noticed(tree: Path, engine: str) -> str | None:
    """Run one engine on a changed tree; say how it noticed, None if it did not."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(str(tree / root) for root in ROOTS),
        "PYTHONDONTWRITEBYTECODE": "1",  # a change of the same length within a second looks unchanged to a .pyc
    }
    program = tree / "program.py"  # a file, since the workers of a search import the program anew
    program.write_text(PROGRAM, "utf-8")
    command = [sys.executable, str(program), engine]
    try:
        done = subprocess.run(command, env=environment, cwd=tree, capture_output=True, timeout=HANG, check=False)
    except subprocess.TimeoutExpired:
        return "hangs"
    return ENDS.get(done.returncode, "broken")


def main() -> int:
    """Sample changes, check each, and tell what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=60, help="how many changes (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="chooses them (default 1)")
    parser.add_argument("--only", action="append", default=[], metavar="FILE", help="changes of these files alone")
    parser.add_argument("--engine", action="append", default=[], choices=ENGINES, help="ask these engines alone")
    asked = parser.parse_args()
    found = [change for file in asked.only or TEXTS for change in changes(file, (CHECKOUT / file).read_text("utf-8"))]
    chosen = random.Random(asked.seed).sample(found, min(asked.sample, len(found)))  # noqa: S311 - a seed gives the same again
    tally: Counter[str] = Counter()
    for number, change in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as folder:
            tree = Path(folder)
            copied(tree)
            target = tree / change.file
            target.write_text(applied(change, target.read_text("utf-8")), "utf-8")
            by = next(
                (f"{engine}: {how}" for engine in asked.engine or ENGINES if (how := noticed(tree, engine))), "survives"
            )
        tally[by.split(":")[0]] += 1
        line = {"number": number, "of": len(chosen), "change": change.told(), "by": by}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps({"candidates": len(found), **tally}) + "\n")
    return int(tally["survives"] > 0)


if __name__ == "__main__":
    sys.exit(main())
