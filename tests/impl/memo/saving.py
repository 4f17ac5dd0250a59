"""A program and no test: it saves a memo over another one, and something may strike it at any of its system calls."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.impl.memo.shelved import keeper, memo, never

BEFORE = memo(*range(1, 700))
AFTER = memo(*range(300, 1300))


def main() -> None:
    """Save the second memo where the first one is, and print what came of it."""
    keeping = keeper(Path(sys.argv[1]))
    keeping.offer(AFTER, keeping.look(None, 0, never).mark)
    keeping.save(now=True)
    keeping.close()
    print(keeping.persistence.unsaved or keeping.persistence.ignored or "saved")  # noqa: T201 - whoever started it reads this


if __name__ == "__main__":
    main()
