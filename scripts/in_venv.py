"""Run Python with everything that this project needs, in a virtual environment made on first use.

    python scripts/in_venv.py -m spacy project run all
    python scripts/in_venv.py -m pytest

The environment is the folder .venv beside requirements.txt. It is filled again whenever that file or
the Python version changes. This script needs nothing but Python 3.10 to 3.13.
"""
import hashlib
import subprocess
import sys
import venv
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def prepare() -> None:
    """Make the environment and install the requirements, unless both are there already.

    Raises OSError or CalledProcessError if that fails; the next call then starts again.
    """
    stamp = FOLDER / "installed.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the requirements into {FOLDER}; this happens once and takes some minutes", file=sys.stderr)
    venv.create(FOLDER, clear=True, with_pip=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=True)
    stamp.write_text(wanted)


def main(arguments: List[str]) -> int:
    """Exit code of Python with these arguments, run in the project's folder."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        print(f"error: Python {sys.version.split()[0]} does not fit; use Python 3.10 to 3.13", file=sys.stderr)
        return 1
    try:
        prepare()
    except (OSError, subprocess.CalledProcessError) as error:
        print(
            f"error: {FOLDER} could not be made ({error}); check the network and the disk, on Debian and Ubuntu "
            "also that the package python3-venv is installed, and run the command again",
            file=sys.stderr,
        )
        return 1
    return subprocess.run([PYTHON, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
