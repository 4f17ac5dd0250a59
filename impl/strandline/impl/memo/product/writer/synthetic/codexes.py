"""The versions of codex that can be played: what each logs, how often, and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Name: TypeAlias = Literal["0.140", "0.149", "0.158", "0.171"]
Range: TypeAlias = tuple[int, int]
"""The fewest and the most; each number between is as likely."""

REQUEST_BYTES: Final[Range] = (13_000, 40_000)
"""How large the input of a request over a websocket is; its spans add a little."""


@dataclass(frozen=True, slots=True)
class Codex:
    """How one version logs.

    Args:
        name: the version.
        operation: what it calls the operation that starts a turn.
        settings: the fields of a thread's settings, in a submission.
        start: the fields of how a turn is to start, in a submission; empty if it has no such part.
        tail: the fields of a submission after the operation; empty if submissions are not printed.
        submission_line: where in its sources submissions are logged.
        tags_line: the same of tags.
        reroute_line: the same of reroutes.
        tags_bytes: the length of the JSON of tags; 0 if it has none.
        websocket: whether it logs requests and events of websockets.
        opening: rows that mean nothing, before the first sampling request of a turn.
        step: rows that mean nothing, of each sampling request.
        events: other events of each sampling request.
        threadless: the share of rows that name no thread.
        levels: of rows that mean nothing, each as likely.
    """

    name: Name
    operation: str
    settings: tuple[str, ...]
    start: tuple[str, ...]
    tail: tuple[str, ...]
    submission_line: int
    tags_line: int
    reroute_line: int
    tags_bytes: int
    websocket: bool
    opening: Range
    step: Range
    events: Range
    threadless: float
    levels: tuple[str, ...]

    @property
    def terse(self) -> bool:
        """Whether it logs a few fields of a submission and does not print it."""
        return not self.tail


_POLICIES: Final = ("approval_policy", "approvals_reviewer", "sandbox_policy", "permission_profile")
_CHOICES: Final = ("windows_sandbox_level", "model", "effort", "summary", "service_tier", "collaboration_mode")
_PERMISSIONS: Final = ("profile_workspace_roots", *_POLICIES, "active_permission_profile", *_CHOICES, "personality")
_PARENTS: Final = ("parent_turn_id", "root_turn_id")
_LEVELS: Final = ("TRACE", "DEBUG", "INFO")

CODEXES: Final[dict[str, Codex]] = {
    "0.140": Codex(
        name="0.140",
        operation="user_input",
        settings=("environments", "workspace_roots", *_PERMISSIONS),
        start=(),
        tail=("client_user_message_id", "trace"),
        submission_line=705,
        tags_line=0,
        reroute_line=2704,
        tags_bytes=0,
        websocket=True,
        opening=(6, 10),
        step=(8, 12),
        events=(42, 54),
        threadless=0.3,
        levels=("TRACE", "TRACE", "TRACE", "TRACE", "DEBUG", "INFO"),
    ),
    "0.149": Codex(
        name="0.149",
        operation="turn_input",
        settings=("environments", *_PERMISSIONS),
        start=("final_output_json_schema", *_PARENTS),
        tail=("trace", *_PARENTS),
        submission_line=523,
        tags_line=0,
        reroute_line=3300,
        tags_bytes=0,
        websocket=False,
        opening=(8, 14),
        step=(9, 15),
        events=(0, 0),
        threadless=0.5,
        levels=_LEVELS,
    ),
    "0.158": Codex(
        name="0.158",
        operation="turn_input",
        settings=("environments", "runtime_workspace_roots", *_PERMISSIONS, "disabled_plugin_ids"),
        start=("turn_trigger", "final_output_json_schema", "service_tier", *_PARENTS, "cyber_access_program"),
        tail=("trace", *_PARENTS, "residency_guard"),
        submission_line=429,
        tags_line=2479,
        reroute_line=4004,
        tags_bytes=6_600,
        websocket=False,
        opening=(8, 14),
        step=(8, 14),
        events=(0, 0),
        threadless=0.5,
        levels=_LEVELS,
    ),
    "0.171": Codex(
        name="0.171",
        operation="turn_input",
        settings=_POLICIES,
        start=(),
        tail=(),
        submission_line=605,
        tags_line=2960,
        reroute_line=4806,
        tags_bytes=9_750,
        websocket=False,
        opening=(8, 14),
        step=(8, 14),
        events=(0, 0),
        threadless=0.5,
        levels=_LEVELS,
    ),
}
"""Each version by its name, the newest last."""

NEWEST: Final[Name] = "0.171"
