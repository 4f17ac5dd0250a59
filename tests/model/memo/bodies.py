"""Bodies of rows as codex writes them, from their parts."""

from __future__ import annotations

from strandline.model.memo.facts import Fact

UNREADABLE = Fact("unreadable")


def submission(op: str, name: str = 'id: "t"', rest: str = "") -> str:
    """A submission body, which has its turn in the message."""
    return f"loop{{thread_id=h}}: Submission sub=Submission {{ {name}, op: {op}, trace: None }}{rest}"


def some(tier: str) -> str:
    """A tier as a start asks for it."""
    return f'Some("{tier}")'


def both(tier: str) -> str:
    """A tier as the settings of a thread ask for it."""
    return f"Some({some(tier)})"


def settings(tier: str, model: str = "None") -> str:
    """The settings of a thread as a submission prints them."""
    return f"thread_settings: Overrides {{ model: {model}, service_tier: {tier}, personality: None }}"


ASKING = f"UserInput {{ items: [], {settings(both('priority'))} }}"
