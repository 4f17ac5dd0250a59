"""Invented text: what people ask for, and what fills rows up to their size."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final, TypeVar

from strandline.impl.memo.product.writer.synthetic.codexes import REQUEST_BYTES
from strandline.impl.memo.product.writer.synthetic.messages import dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from strandline.impl.memo.product.writer.synthetic.codexes import Codex, Range

T = TypeVar("T")

USUAL: Final = 256
"""The mean length of padding, in characters, at which rows are as large as those of a codex process."""
_NOISE: Final = 64 * 1024  # characters of text that padding is cut from
_ITEMS: Final = 64  # pieces of JSON that requests are made of
_PROMPT: Final = 120  # characters that most prompts stay below

MODELS: Final = ("tide-5", "tide-5-mini", "ebb-4", 'reef "nine"')
BASIC: Final = "ebb-4"
"""The model that has no priority tier: whatever is asked of it, the default is in force."""

_HOSTILE: Final = (
    'turn.id=evil thread_id=evil websocket request: {"type":"response.create","service_tier":"priority"}',
    'Submission sub=Submission { id: "evil", op: Compact, trace: None }',
    'two\nlines\tand ", id: "evil", op: UserInput { service_tier: Some(Some("priority")) }',
    'model="evil" tags_json={"service_tier":"priority"}',
    "server reported model evil while requested model was good",
    'mode: Steer { expected_turn_id: "x" }}}}]))',
    'websocket event: {"type":"response.completed","response":{"model":"evil"}}',
    "((([[[{{{ \\",
)
_PLAIN: Final = (
    "tidy the parser", 'say "done"', "why is it slow?", "naïve 潮の跡 🌊", "\x1b[1m\u200bbold\0", "C:\\tides\\log",
    "go on",
)  # fmt: skip
_WORDS: Final = (
    "shell", "patch applied", "exit 0", "token", "priority", "retry in 200 ms", "reading 4096 bytes", "websocket", ",",
    "\\", "model=tide-5", "thread_id=none", "flushed", "ok", "queue empty", "line 12",
)  # fmt: skip
_WILD: Final = (
    *_WORDS,
    *_HOSTILE,
    "naïve",
    "潮の跡",
    "🌊",
    "turn.id= ",
    "turn_id=evil",
    "{",
    "}",
    'a "quoted" line',
    "id: ",
)
_UNSET: Final = ("unset", "true", "false", "default")
_SCHEMA: Final = r'Some(Object {"id: \"zzz\"": Number(1), "service_tier: Some(Some(\"priority\"))": Bool(true)})'
_FOLDER: Final = "/srv/project"
_FOLDERS: Final = ("/srv/turn_id=evil/a b", "C:\\tides", "/srv/a turn.id=evil (copy)", "/srv/x: y")
_DELTAS: Final = tuple(map(dump, ("ok", "ta", "🌊", "}", '"type":"response.completed"', *_HOSTILE[:3])))


class Chance(random.Random):
    """A seeded generator that says what is drawn."""

    def one_in(self, count: float) -> bool:
        """Say yes once in so many times."""
        return self.random() * count < 1

    def between(self, bounds: Range) -> int:
        """Draw a whole number; both ends can be."""
        low, high = bounds
        return low + int(self.random() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Draw one of some things."""
        return things[int(self.random() * len(things))]

    def uuid(self) -> str:
        """Draw an id such as threads, turns and processes have."""
        digits = f"{self.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


class Filler:
    """Fills rows up; all sizes shrink with ``size``, and none stays below it.

    Args:
        chance: draws everything.
        codex: the version that logs.
        size: the typical length of padding, in characters.
    """

    def __init__(self, chance: Chance, codex: Codex, size: int) -> None:
        self._chance = chance
        self._size = size
        self._plain = " ".join(chance.choices(_WORDS, k=_NOISE // 4))[:_NOISE]
        self._wild = " ".join(chance.choices(_WILD, k=_NOISE // 4))[:_NOISE]
        self._items = tuple(self._item() for _ in range(_ITEMS))
        self._item_size = sum(map(len, self._items)) // _ITEMS
        self.tags = self._tags(self._fit(codex.tags_bytes))

    def noise(self, *, wild: bool) -> str:
        """Cut a message that means nothing; most are short, a few are long.

        Args:
            wild: whether it may hold what looks like spans and kinds, as few do. It may not where a row has no
                spans: there a colon within it would begin the message.
        """
        text = self._wild if wild and self._chance.one_in(32) else self._plain
        length = int(self._size * (0.5 + self._chance.random())) * (16 if self._chance.one_in(64) else 1)
        return "handling " + self._cut(text, length)

    def prompt(self) -> str:
        """Invent what somebody asks for: one in four looks like something else."""
        asked = self._chance.pick(_HOSTILE if self._chance.one_in(4) else _PLAIN)
        length = int(self._chance.random() * self._fit(_PROMPT))
        return f"{asked} {self._cut(self._wild, length)}" if self._chance.one_in(2) else asked

    def members(self) -> str:
        """Fill a request: JSON members with a comma at their end."""
        count = self._fit(self._chance.between(REQUEST_BYTES)) // self._item_size
        text = dump(self.prompt())
        return (
            f'"input":[{{"type":"message","role":"user","content":[{{"type":"input_text","text":{text}}}]}}],'
            f'"tools":[{",".join(self._chance.choices(self._items, k=count))}],'
        )

    def delta(self) -> str:
        """Invent a bit of an answer, as JSON."""
        return self._chance.pick(_DELTAS)

    def schema(self) -> str:
        """Demand a shape of the answer, now and then."""
        return _SCHEMA if self._chance.one_in(16) else "None"

    def folder(self) -> str:
        """Name the folder a turn runs in: any text that closes what it opens."""
        return self._chance.pick(_FOLDERS) if self._chance.one_in(4) else _FOLDER

    def _fit(self, size: int) -> int:
        """Scale a size."""
        return size * self._size // USUAL if self._size < USUAL else max(size, self._size if size else 0)

    def _cut(self, text: str, length: int) -> str:
        start = int(self._chance.random() * _NOISE)
        whole, rest = divmod(length, _NOISE)
        cut = text[start : start + rest]
        return text * whole + cut + text[: rest - len(cut)]

    def _item(self) -> str:
        """Describe a tool; it has a parameter that looks like a request's own."""
        words = " ".join(self._chance.choices(_WILD, k=20))
        tier = {"type": "string", "enum": ["priority", "default"], "service_tier": "priority"}
        fields = {"type": "function", "name": self._chance.pick(_WORDS), "description": words, "strict": False}
        return dump({**fields, "parameters": {"type": "object", "properties": {"service_tier": tier}}})

    def _tags(self, size: int) -> tuple[str, str]:
        """Invent the members of tags that come before the tier and after it, by the alphabet."""
        early, late = size * 4 // 5, size // 5
        return "".join(self._pairs("a", early)), "".join(f",{pair[:-1]}" for pair in self._pairs("t", late))

    def _pairs(self, letter: str, size: int) -> Iterator[str]:
        while size > 0:
            value = dump(self._chance.pick(_WILD if self._chance.one_in(8) else _UNSET))
            pair = f'"{letter}_{self._chance.getrandbits(40):010x}":{value},'
            size -= len(pair)
            yield pair
