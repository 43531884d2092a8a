"""The environment of the commands that talk to Doccano, made on first use, and the command run again in it.

doccano-client 1.2.8 needs pydantic 1, which would keep everything else at an old spaCy and off Python 3.13.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

from ar_news.data.files import ROOT, InputError, tell
from ar_news.environments import HINT, find_python, follow, inside, prepare

ENVIRONMENT = ROOT / ".venv-annotation"


PYTHONS = ("3.12", "3.11", "3.10")


# Set in what is run again, so that it is not run a third time.
ENTERED = "AR_NEWS_ANNOTATION"


def prepare_client() -> None:
    """Make the environment unless it is there; InputError if that fails."""
    python = find_python(PYTHONS)
    if python is None:
        raise InputError(
            f"no Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]} on the path, which doccano-client 1.2.8 needs; install one"
        )
    try:
        prepare(ENVIRONMENT, ROOT / "requirements-annotation.txt", "60 MB of disk and half a minute", python)
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError(f"{ENVIRONMENT} could not be made ({error}); {HINT}") from None
    except KeyboardInterrupt:
        raise InputError(f"stopped before {ENVIRONMENT} was complete; run the command again") from None


def enter() -> None:
    """Run this command again in that environment, if doccano-client is not here; then it does not return."""
    # Help needs no client, and nobody should wait for it.
    if find_spec("doccano_client") or ("--help" in sys.argv[1:] and find_spec("typer")):
        return
    try:
        if os.environ.get(ENTERED):
            raise InputError(f"{ENVIRONMENT} has no doccano-client; delete that folder and run the command again")
        prepare_client()
    except InputError as error:
        tell(error.messages, "error")
        sys.exit(1)
    os.environ[ENTERED] = "1"
    command = [str(inside(ENVIRONMENT, "python")), *sys.argv]
    if sys.platform == "win32":
        sys.exit(follow(command))
    # In the same process: what stops or kills it reaches the command itself.
    os.execv(command[0], command)
