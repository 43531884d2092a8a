"""Run Python with everything that this project needs, in a virtual environment made on first use.

    python scripts/in_venv.py -m spacy project run all
    python scripts/in_venv.py -m pytest

The environment is the folder .venv beside requirements.txt. It is filled again whenever that file or
the Python version changes. This script needs nothing but Python 3.10 to 3.13.
"""
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parent.parent
HINT = (
    "check the network and the disk, on Debian and Ubuntu also that the package python3-venv is installed, "
    "and run the command again"
)


def inside(folder: Path, program: str) -> Path:
    """Where a virtual environment keeps a program, such as `python`."""
    return folder / (f"Scripts/{program}.exe" if sys.platform == "win32" else f"bin/{program}")


def prepare(folder: Path, requirements: Path, python: str = sys.executable) -> None:
    """Make the environment with this interpreter and install the requirements, unless both are there already.

    Raises OSError or CalledProcessError if that fails; the next call then starts again.
    """
    stamp = folder / "installed.sha256"
    version = subprocess.run([python, "-c", "import sys; print(sys.version)"], check=True, capture_output=True).stdout
    wanted = hashlib.sha256(requirements.read_bytes() + version).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {requirements.name} into {folder}; this happens once and takes some minutes", file=sys.stderr)
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([inside(folder, "python"), "-m", "pip", "install", "-qq", "-r", requirements], check=True)
    stamp.write_text(wanted)


def main(arguments: List[str]) -> int:
    """Exit code of Python with these arguments, run in the project's folder."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        print(f"error: Python {sys.version.split()[0]} does not fit; use Python 3.10 to 3.13", file=sys.stderr)
        return 1
    folder = ROOT / ".venv"
    try:
        prepare(folder, ROOT / "requirements.txt")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"error: {folder} could not be made ({error}); {HINT}", file=sys.stderr)
        return 1
    return subprocess.run([inside(folder, "python"), *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
