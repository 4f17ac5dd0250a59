"""The alternating-bit protocol: one value at a time over two channels that lose messages.

Published counts: the TLA+ examples, SpecifyingSystems/manifest.json, TLC/MCAlternatingBit.cfg: with two
values and at most two messages in each channel 240 distinct states, and the longest of the
shortest ways has 10 states. There any bit and any values are a first state. Here one step leads
from nothing to any of them.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Component, Eventually, Sometimes, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

ROOM = 2
"""Messages that a channel holds."""

VALUES = ("a", "b")


def begin(at: Reading) -> Outcomes:
    if at["bit"] is not None:
        return None
    return [
        {"bit": bit, "acknowledged": bit, "noted": bit, "sent": sent, "received": received}
        for bit, sent, received in product((0, 1), VALUES, VALUES)
    ]


def send(at: Reading) -> Outcomes:
    if at["bit"] is None or at["acknowledged"] != at["bit"] or len(at["channel"]) == ROOM:
        return None
    bit = 1 - at["bit"]
    return [{"bit": bit, "sent": value, "channel": (*at["channel"], (bit, value))} for value in VALUES]


def send_again(at: Reading) -> Outcomes:
    if at["acknowledged"] == at["bit"] or len(at["channel"]) == ROOM:
        return None
    return {"channel": (*at["channel"], (at["bit"], at["sent"]))}


def deliver(at: Reading) -> Outcomes:
    if not at["channel"]:
        return None
    (bit, value), *rest = at["channel"]
    return {"channel": tuple(rest), "noted": bit, "received": value}


def acknowledge(at: Reading) -> Outcomes:
    if at["noted"] is None or len(at["way back"]) == ROOM:
        return None
    return {"way back": (*at["way back"], at["noted"])}


def deliver_back(at: Reading) -> Outcomes:
    return {"way back": at["way back"][1:], "acknowledged": at["way back"][0]} if at["way back"] else None


def lose(channel: str, at: Reading) -> Outcomes:
    messages = at[channel]
    return [{channel: messages[:place] + messages[place + 1 :]} for place in range(len(messages))]


def arrived(at: Reading) -> bool:
    return at["bit"] is not None and at["noted"] == at["bit"] and at["received"] == at["sent"]


def full(at: Reading) -> bool:
    return len(at["channel"]) == len(at["way back"]) == ROOM


def alternating_bit(*, once: bool = False) -> World:
    """Declare the protocol; ``once``: nothing is ever sent again."""
    again = () if once else (
        Action("send again", ("acknowledged", "bit", "channel", "sent"), ("channel",), send_again, "sender"),
    )  # fmt: skip
    return World(
        "alternating bit",
        components=(
            Component("bit", None),
            Component("acknowledged", None),
            Component("noted", None),
            Component("sent", ""),
            Component("received", ""),
            Component("channel", ()),
            Component("way back", ()),
        ),
        actions=(
            Action("begin", ("bit",), ("bit", "acknowledged", "noted", "sent", "received"), begin, "outset"),
            Action("send", ("bit", "acknowledged", "channel"), ("bit", "sent", "channel"), send, "sender"),
            *again,
            Action("deliver", ("channel",), ("channel", "noted", "received"), deliver, "channel"),
            Action("acknowledge", ("noted", "way back"), ("way back",), acknowledge, "receiver"),
            Action("deliver back", ("way back",), ("way back", "acknowledged"), deliver_back, "way back"),
            *(
                Action(f"lose from the {channel}", (channel,), (channel,), partial(lose, channel))
                for channel in ("channel", "way back")
            ),
        ),
        laws=(
            Eventually(
                "what is sent arrives",
                ("bit", "noted", "received", "sent"),
                arrived,
                ("lose from the channel", "lose from the way back"),
            ),
            Eventually("whatever is lost it arrives", ("bit", "noted", "received", "sent"), arrived),
            Sometimes("both channels are full", ("channel", "way back"), full),
        ),
    )
