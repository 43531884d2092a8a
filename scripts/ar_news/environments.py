"""Run Python with everything that this project needs, in a virtual environment made on first use.

    python scripts/in_venv.py -m spacy project run all
    python scripts/in_venv.py -m pytest

The environment is the folder .venv beside requirements.txt. It is filled again whenever that file or
the Python version changes. This script needs nothing but Python 3.10 to 3.13.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

HINT = (
    "check the network and the disk, on Debian and Ubuntu also that the package python3-venv is installed, "
    "and run the command again"
)


# Lines of an error that are shown.
SHOWN = 10


def inside(folder: Path, program: str) -> Path:
    """Where a virtual environment keeps a program, such as `python`."""
    return folder / (f"Scripts/{program}.exe" if sys.platform == "win32" else f"bin/{program}")


class Progress:
    """What pip is doing, told on standard error: on one line in a terminal, elsewhere by a line now and then.

    every: seconds between two lines; by default 1 in a terminal and 10 elsewhere.
    """

    def __init__(self, every: float | None = None):
        self.terminal = sys.stderr.isatty()
        self.every = every or (1 if self.terminal else 10)
        self.start = time.monotonic()
        self.packages: list[str] = []
        self.doing = "preparing the folder"
        self.width = 0

    def read(self, line: str) -> None:
        """Take in one line of pip's output."""
        found = re.match(r"\s*Collecting ([\w.-]+)", line)
        if found:
            if found[1] not in self.packages:
                self.packages.append(found[1])
            self.doing = f"{len(self.packages)} packages collected, now {found[1]}"
        elif line.startswith("Installing collected packages:"):
            self.packages = line.partition(":")[2].split(",")
            self.doing = f"installing {len(self.packages)} packages"

    def tell(self) -> None:
        line = f"  {self.doing}, {time.monotonic() - self.start:.0f} s"
        if self.terminal:
            # A line that wraps cannot be overwritten.
            line = line[: shutil.get_terminal_size().columns - 1]
            print("\r" + line.ljust(self.width), end="", file=sys.stderr, flush=True)
            self.width = len(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Empty the terminal's line for what comes next."""
        if self.width:
            print("\r" + " " * self.width + "\r", end="", file=sys.stderr, flush=True)
            self.width = 0

    def run(self, command: list[str]) -> None:
        """Run a command and tell how far it is.

        Raises OSError or CalledProcessError if it fails, after the last lines of its errors.
        """
        last: deque[str] = deque(maxlen=SHOWN)

        def follow() -> None:
            for line in process.stdout:
                self.read(line)
                last.append(line)

        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
            ) as process,
        ):
            reader = threading.Thread(target=follow, daemon=True)
            reader.start()
            try:
                reader.join(self.every)
                while reader.is_alive():
                    self.tell()
                    reader.join(self.every)
                code = process.wait()
            except BaseException:
                process.kill()
                raise
            finally:
                self.clear()
            if code:
                errors.seek(0)
                said = errors.read().decode("utf-8", "replace").splitlines() or last
                for line in [line.rstrip() for line in said if line.strip()][-SHOWN:]:
                    print(line, file=sys.stderr)
                raise subprocess.CalledProcessError(code, subprocess.list2cmdline(command))


def prepare(folder: Path, requirements: Path, cost: str, python: str = sys.executable) -> None:
    """Make the environment with this interpreter and install the requirements, unless both are there already.

    cost: about how much disk and time that takes, told before it begins.
    Raises OSError or CalledProcessError if it fails; the next call then starts again.
    """
    stamp = folder / "installed.sha256"
    version = subprocess.run([python, "-c", "import sys; print(sys.version)"], check=True, capture_output=True).stdout
    wanted = hashlib.sha256(requirements.read_bytes() + version).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {requirements.name} into {folder}, once; that takes about {cost}", file=sys.stderr, flush=True)
    progress = Progress()
    progress.run([python, "-m", "venv", "--clear", str(folder)])
    progress.run(
        [
            str(inside(folder, "python")),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-color",
            "--progress-bar",
            "off",
            "-r",
            str(requirements),
        ]
    )
    stamp.write_text(wanted)
    seconds = time.monotonic() - progress.start
    print(f"{folder.name} is ready: {len(progress.packages)} packages in {seconds:.0f} s", file=sys.stderr, flush=True)
