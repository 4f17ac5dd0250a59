"""Claims about the one reader of documents: what can be read in two ways, or is too much, is refused in one line."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from strandline.properties.commands.report import READERS
from strandline.properties.evidence import bounded, strict
from strandline.properties.evidence.account import read
from strandline.properties.evidence.bounds import BYTES_MAX
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.reading import BadEvidenceError
from strandline.properties.evidence.reading import decode as decode_evidence
from strandline.properties.evidence.replay import BadTraceError
from strandline.properties.evidence.replay import parse as parse_trace
from strandline.properties.systems.memo.bench.report import Unlike, earlier
from strandline.properties.systems.memo.blackbox.wire import GarbageError, reply
from tests.properties.evidence.evidences import bitten

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRACE: Final = b'{"format": "strandline trace", "version": 2, "subject": "shipped", "world": "w", "law": "M1"}'


class Number(msgspec.Struct):
    n: float = 0.0


def accounted(data: bytes, folder: Path) -> object:
    (folder / "document").write_bytes(data)
    return read(str(folder / "document"), READERS)


def benched(data: bytes, folder: Path) -> object:
    (folder / "document").write_bytes(data)
    return earlier(folder / "document")


READ: Final[dict[str, tuple[Callable[[bytes, Any], object], type[Exception], bytes]]] = {
    "evidence": (lambda data, _folder: decode_evidence(data), BadEvidenceError, encode(bitten())),
    "account": (accounted, BadEvidenceError, encode(bitten())),
    "trace": (lambda data, _folder: parse_trace(data), BadTraceError, TRACE),
    "bench": (benched, Unlike, b'{"version": 2}'),
    "reply": (lambda data, _folder: reply(data), GarbageError, b'{"id": 1, "turns": []}'),
}
"""What reads documents, what it raises, and a document."""


@pytest.mark.parametrize("name", READ)
def test_a_key_that_stands_twice_is_refused_by_every_reader(name: str, tmp_path: Path) -> None:
    """A reviewer reads the first one, and a program takes the last."""
    reader, refusal, data = READ[name]
    first = next(iter(json.loads(data)))
    twice = b"{" + json.dumps(first).encode() + b": " + json.dumps(json.loads(data)[first]).encode() + b"," + data[1:]
    with pytest.raises(refusal):
        reader(twice, tmp_path)
    if name != "bench":
        with pytest.raises(refusal, match="stands twice"):
            reader(twice, tmp_path)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"a":' * 100_000, id="deep objects"),
        pytest.param(b'{"version": NaN}', id="NaN"),
        pytest.param(b'{"version": 1e999}', id="huge"),
        pytest.param(b'{"version": ' + b"9" * 5_000 + b"}", id="many digits"),
        pytest.param(b'{"a": "\xff"}', id="no text"),
        pytest.param(b"[" + b"[]," * 300_000 + b"[]]", id="many values"),
        pytest.param(b"", id="nothing"),
        pytest.param(b" " * (BYTES_MAX + 1), id="large"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(name: str, data: bytes, tmp_path: Path) -> None:
    reader, refusal, _ = READ[name]
    with pytest.raises(refusal) as refused:
        reader(data, tmp_path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1_000


def test_a_number_that_is_none_is_refused() -> None:
    assert strict.decode(b'{"n": 1e3}', Number).n == 1000.0
    for data in (b'{"n": 1e999}', b'{"n": NaN}', b'{"n": Infinity}', b'{"other": 1e999}'):
        with pytest.raises(strict.LooseError):
            strict.decode(data, Number)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_name_that_comes_to_lead_to_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    """It is opened first and looked at then, so that nothing can be put in its place between the two."""
    os.mkfifo(tmp_path / "document")
    said: list[str] = []

    def look() -> None:
        try:
            bounded.read(str(tmp_path / "document"), 9)
        except bounded.UnreadableError as error:
            said.append(str(error))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(60)
    assert said == ["cannot be read: not a regular file"]
