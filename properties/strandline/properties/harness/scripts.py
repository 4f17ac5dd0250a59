"""What a process began with, its ``__main__``, taken into another process only when something of it is needed there.

A script that searches a world runs from its first line. Another process that needs a function of it runs it once more,
and must not search in its turn: so there it runs up to the search, and what it defined until then is what is needed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pickle
import sys
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

MAIN: Final = "__main__"

AGAIN: Final = "__mp_main__"
"""What a script that is run once more is called, as :mod:`multiprocessing` calls it: it is not the main program."""


class SearchedHere(BaseException):
    """A script that is run once more comes to its search; it passes through what catches every exception."""


class Script(NamedTuple):
    """How a process began: the name of a module, or the path of a file, or neither at a prompt."""

    module: str | None
    path: str | None

    def run(self) -> None:
        """Run it once more up to its search, as the ``__main__`` of this process; what it prints goes nowhere.

        Raises:
            ImportError: there is nothing to run.
        """
        code, module = self._found()
        sys.modules[MAIN] = sys.modules[AGAIN] = module
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.suppress(SearchedHere),
        ):
            exec(code, module.__dict__)  # noqa: S102 - the program that this process was started by

    def _found(self) -> tuple[CodeType, ModuleType]:
        module = ModuleType(AGAIN)
        if self.module is not None:
            spec = importlib.util.find_spec(self.module)
            if spec is not None and spec.loader is not None and hasattr(spec.loader, "get_code"):
                module.__spec__, module.__package__, module.__file__ = spec, spec.parent, spec.origin
                code: CodeType = spec.loader.get_code(self.module)
                return code, module
        elif self.path is not None:
            module.__file__ = self.path
            return compile(Path(self.path).read_bytes(), self.path, "exec"), module
        raise ImportError("its functions were typed at a prompt, or came from standard input; define them in a file")


def here() -> Script:
    """Tell how this process began."""
    main = sys.modules[MAIN]
    spec = getattr(main, "__spec__", None)
    file = getattr(main, "__file__", None)
    path = Path(file).absolute() if file else None  # a script from standard input says <stdin>, and is no file
    return Script(spec.name if spec is not None else None, str(path) if path is not None and path.is_file() else None)


@contextmanager
def unseen() -> Iterator[None]:
    """Let a process that is started meanwhile not run the main program once more as it begins."""
    main = sys.modules[MAIN]
    sys.modules[MAIN] = ModuleType(MAIN)
    try:
        yield
    finally:
        sys.modules[MAIN] = main


class Unpickler(pickle.Unpickler):
    """Reads what another process sent; that process's script is run once more when something of it is needed."""

    def __init__(self, sent: bytes, script: Script) -> None:
        """Read these bytes, sent by a process that began so."""
        super().__init__(BytesIO(sent))
        self._script = script

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - a function or a class
        """Find something by its name.

        Raises:
            AttributeError: the script does not define it before its first search.
        """
        if module != MAIN:
            return super().find_class(module, name)
        if sys.modules[MAIN].__name__ != AGAIN:
            self._script.run()
        try:
            return super().find_class(module, name)
        except AttributeError:
            raise AttributeError(
                f"the script does not define {name!r} before its first search, or does below a guard; "
                "define it in a module, or above both"
            ) from None
