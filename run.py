#!/usr/bin/env python3
"""Run strandline from a checkout, with nothing on the machine but Python and pip.

    python3 run.py check          judge the real scanner: `strandline check`
    python3 run.py test           pass the tests: `pytest -n auto`
    python3 run.py PROGRAM ...    any other program of the environment: strandline, ruff, mypy ...

The first run makes an environment from requirements/lock.txt under .venv-run, one for each Python, with the project in
it as an editable install; later runs start at once. Standard library only, in a syntax that Python 3.6 can read,
because this file has to say so when the Python is too old.
"""

import signal

if hasattr(signal, "pthread_sigmask"):  # Ctrl-C waits until somebody can tell of it in one line
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])

import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
LOCK = ROOT / "requirements" / "lock.txt"
ENVIRONMENT = ROOT / ".venv-run" / str(sys.implementation.cache_tag)
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "complete"
NEWEST = (
    3,
    14,
)  # of the Pythons that this was tried on; properties/strandline/properties/commands/pythons.py has it too
SHORT = {"check": ["strandline", "check"], "test": ["pytest", "-n", "auto"]}


def wanted() -> str:
    """Return the digest of all that the environment rests on, its own place included: it cannot be moved."""
    rests_on = [sys.version, str(ROOT), LOCK.read_text("utf-8"), (ROOT / "pyproject.toml").read_text("utf-8")]
    return hashlib.sha256("\0".join(rests_on).encode()).hexdigest()


def make() -> None:
    """Make the environment anew; the stamp comes last, so that an interrupted run is not taken for a finished one."""
    print(f"run.py: making {ENVIRONMENT.relative_to(ROOT)}, once; this takes a minute", file=sys.stderr)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    # This Python's pip fills the environment from outside: some systems ship a venv module that cannot install pip.
    # And neither is taken from the folder that this is run from, which may have a venv.py or a pip.py.
    python = [sys.executable, "-P", "-m"]
    subprocess.check_call([*python, "venv", "--without-pip", str(ENVIRONMENT)])
    pip = [*python, "pip", "--python", str(PYTHON), "--disable-pip-version-check", "-qq"]
    # Bytecode comes with the first import; to make it of all that nobody imports takes a third of the time.
    install = [*pip, "install", "--no-compile"]
    subprocess.check_call([*install, "--require-hashes", "--requirement", str(LOCK)])
    subprocess.check_call([*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    STAMP.write_text(wanted(), "utf-8")


def hear() -> None:
    """Let Ctrl-C interrupt, one that has come already too."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def unable() -> str:
    """Say in one line what helps if this Python has no pip and so can make no environment; empty if it has."""
    if importlib.util.find_spec("pip") is not None:
        return ""
    settings = pathlib.Path(sys.prefix) / "pyvenv.cfg"
    lines = settings.read_text("utf-8").splitlines() if settings.is_file() else []
    if any(line.partition("=")[0].strip() == "uv" for line in lines):
        helps = "an environment of uv has none: write `uv run strandline check`, or `uv pip install pip` first"
    elif sys.prefix != sys.base_prefix:
        helps = f"leave this environment, or run `{sys.executable} -m ensurepip` first"
    else:
        helps = f"run `{sys.executable} -m ensurepip` first, or install a package such as python3-pip"
    return f"run.py: needs pip, and {sys.executable} has none: {helps}"


def start(command: "list[str]") -> int:
    """Become the command where the system can, else wait for it; Ctrl-C belongs to the command either way."""
    os.environ["PATH"] = str(PROGRAMS) + os.pathsep + os.environ.get("PATH", "")
    program = shutil.which(command[0], path=str(PROGRAMS))
    if program is None:
        sys.exit(f"run.py: the environment has no program {command[0]!r}")
    if os.name != "nt":
        if command[0] != "strandline":  # which hears what has come as soon as it can
            hear()
        os.execv(program, command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call([program, *command[1:]])


def main() -> int:
    """Make the environment when it is missing or out of date, then run what was asked for."""
    if sys.version_info < (3, 11):
        sys.exit(f"run.py: needs Python 3.11 or newer, and this is {sys.version.split()[0]}")
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    if sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0
    command = SHORT.get(sys.argv[1], [sys.argv[1]]) + sys.argv[2:]
    is_made = STAMP.is_file() and STAMP.read_text("utf-8") == wanted()
    if sys.version_info[:2] > NEWEST and not (is_made and command[0] == "strandline"):  # which says so itself
        this, newest = ("{}.{}".format(*version) for version in (sys.version_info, NEWEST))
        print(f"run.py: Python {this} is newer than any that strandline was tried on, up to {newest}", file=sys.stderr)
    if not is_made:
        if unable():
            sys.exit(unable())
        try:
            hear()
            make()
        except subprocess.CalledProcessError as failed:
            sys.exit(f"run.py: stopped, because this failed: {' '.join(failed.cmd)}")
        except KeyboardInterrupt:
            sys.exit("run.py: interrupted; the next run makes the environment anew")
    return start(command)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
