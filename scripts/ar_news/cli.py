"""A typer function as a program: help that a terminal wraps, and faults of the input as plain lines."""

import inspect
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ar_news.data.files import InputError, tell

try:
    import typer
except ModuleNotFoundError:
    sys.exit(
        "error: the project's packages are not installed in this Python; put `python scripts/in_venv.py` before the "
        "script, or activate its environment .venv"
    )


# One thread for numpy's products, in this process and its workers, unless the user asks for more: the products are small,
# and trainings with another number of threads are another draw. Set here, as numpy reads it when it is first imported.
if "OMP_NUM_THREADS" not in os.environ:
    for backend in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(backend, "1")


def help_text(function: Callable) -> str:
    """The docstring with every paragraph on one line, for a terminal of any width to wrap; examples keep their lines."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(function) or "")
    return "\n\n".join(p if p.startswith(" ") else " ".join(p.split()) for p in paragraphs)


def command(main: Callable) -> typer.Typer:
    """A typer function as a program of its own."""
    app = typer.Typer(add_completion=False)
    app.command(help=help_text(main))(main)
    return app


def run(main: Callable) -> None:
    """Run a typer function as a script: an InputError becomes plain lines and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(call(main, None))


def call(main: Callable, arguments: Sequence[str | Path] | None) -> int:
    """Exit code of a typer function with these arguments, those of the process if None; faults go to standard error."""
    try:
        command(main)(None if arguments is None else list(map(str, arguments)), standalone_mode=True)
    except SystemExit as end:
        return int(end.code or 0)
    except InputError as error:
        tell(error.messages, "error")
        return 1
    return 0
