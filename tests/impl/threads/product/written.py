"""Rollouts as codex writes them, for tests of what reads them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ID = "0199a213-81c0-7800-8aa1-bbab2a035a53"


def entry(second: int, kind: str, payload: object, **more: object) -> dict[str, Any]:
    return {"timestamp": f"2026-01-02T03:04:{second:02d}.000Z", "type": kind, "payload": payload, **more}


def meta(thread: str = ID, **more: object) -> dict[str, Any]:
    return entry(0, "session_meta", {"id": thread, "cwd": "/w", "git": {"branch": "main"}, **more})


def user(second: int, message: str) -> dict[str, Any]:
    return entry(second, "event_msg", {"type": "user_message", "message": message})


USUAL = [
    meta(),
    entry(1, "event_msg", {"type": "task_started"}),
    user(2, "fix it"),
    entry(3, "turn_context", {"model": "m", "cwd": "/elsewhere"}, ordinal=3),
    entry(4, "event_msg", {"type": "token_count", "info": {"total_token_usage": {"total_tokens": 7}}}),
]


def rollout(folder: Path, *entries: object, thread: str = ID, at: str = "2026/01/02", tail: bytes = b"") -> Path:
    """Write a rollout where codex would; an entry is an object, or the bytes of a line."""
    path = folder / at / f"rollout-2026-01-02T03-04-00-{thread}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in entries]
    path.write_bytes(b"".join(line + b"\n" for line in lines) + tail)
    return path


def digests(folder: Path) -> dict[str, str]:
    """What a folder holds, to see that it is only read."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
