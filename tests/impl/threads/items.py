"""Items and small helpers that the tests of threads share."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from strandline.impl.threads.lines import Item

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
"""Seconds after which a test that waits for an event has failed."""


def said(text: str) -> Item:
    return Item("event_msg", {"type": "user_message", "message": text})


def model(name: str) -> Item:
    return Item("turn_context", {"model": name})


def counted(tokens: int) -> Item:
    return Item("event_msg", {"type": "token_count", "info": {"total_token_usage": {"total_tokens": tokens}}})


def noise(text: str = "x") -> Item:
    return Item("response_item", {"text": text})


def child(program: str, *arguments: Path | str) -> subprocess.Popen[str]:
    """Start a program in a process of its own, with a pipe to and from it."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=PATIENCE)
