"""Run Python with everything that this project needs, in a virtual environment made on first use.

    python scripts/in_venv.py -m spacy project run all
    python scripts/in_venv.py -m pytest

The environment is the folder .venv beside requirements.txt, with the versions of requirements.lock. It is filled
again whenever one of these files or the Python version changes. This script needs nothing but Python 3.10 to 3.13.
"""

import subprocess
import sys

from ar_news.data.files import ROOT
from ar_news.environments import HINT, follow, inside, prepare


def main(arguments: list[str]) -> int:
    """Exit code of Python with these arguments, run in the project's folder."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        print(f"error: Python {sys.version.split()[0]} does not fit; use Python 3.10 to 3.13", file=sys.stderr)
        return 1
    folder = ROOT / ".venv"
    try:
        requirements, lock = ROOT / "requirements.txt", ROOT / "requirements.lock"
        project = ROOT if (ROOT / "pyproject.toml").exists() else None
        prepare(folder, requirements, "700 MB of disk and 2 to 4 minutes", lock=lock, project=project)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"error: {folder} could not be made ({error}); {HINT}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"error: stopped before {folder} was complete; run the command again", file=sys.stderr)
        return 130
    return follow([inside(folder, "python"), *arguments], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
