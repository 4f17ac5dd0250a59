"""A program and no test: it refreshes a log again and again, and saves each memo in a file that others save in too."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.keeper import Keeper
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window

ALWAYS = Window(None, None, ZoneInfo("UTC"))


def main() -> None:
    """Refresh so many times, and print what the last answer and the keeping came to."""
    log, memo, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    defaults = Keeper.__init__.__kwdefaults__ or {}
    defaults["every"] = 0.0
    with Scanner(log, memo=memo) as scanner:
        for _ in range(rounds):
            found = scanner.turns(ALWAYS)
            if not isinstance(found, Answer):
                raise SystemExit(str(found))
    print(json.dumps(scanner.persistence))  # noqa: T201 - whoever started it reads this


if __name__ == "__main__":
    main()
