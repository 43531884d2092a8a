"""Virtual environments that are made on first use, and programs run in them; with the standard library alone.

.venv is that of everything but Doccano, whose server and client have .venv-doccano and .venv-annotation.
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
from collections.abc import Sequence
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

    def run(self, command: list[str], show: bool = True) -> None:
        """Run a command and tell how far it is.

        show: print the last lines of its errors if it fails; CalledProcessError.stderr has them in any case.
        Raises OSError or CalledProcessError if it fails.
        """
        last: deque[str] = deque(maxlen=SHOWN)

        def follow() -> None:
            for line in process.stdout or ():
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
                # It reads to the end of the pipe, which is closed behind this block.
                reader.join(self.every)
                raise
            finally:
                self.clear()
            if code:
                errors.seek(0)
                said = errors.read().decode("utf-8", "replace").splitlines() or last
                lines = [line.rstrip() for line in said if line.strip()][-SHOWN:]
                if show:
                    print("\n".join(lines), file=sys.stderr)
                raise subprocess.CalledProcessError(code, subprocess.list2cmdline(command), stderr="\n".join(lines))


def find_python(versions: Sequence[str], wished: str = "") -> str | None:
    """A Python of one of these versions, such as "3.11": the wished one, or this one or one on the path. None if none fits."""
    candidates = [wished] if wished else [sys.executable, *(f"python{version}" for version in versions)]
    for candidate in candidates:
        try:
            told = subprocess.run(
                [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True,
                encoding="utf-8",
                check=True,
            ).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            continue
        if told in versions:
            return candidate
    return None


def prepare(
    folder: Path,
    requirements: Path,
    cost: str,
    python: str = sys.executable,
    lock: Path | None = None,
    project: Path | None = None,
) -> None:
    """Make the environment with this interpreter and install the requirements, unless both are there already.

    cost: about how much disk and time that takes, told before it begins.
    lock: versions and hashes to install of these requirements, with pip and setuptools brought up to date first. Where
    one of its files cannot be had, a line says so and what the requirements allow is installed instead; a file with
    another hash is an error.
    project: folder of a project that is installed as it stands there, so that spaCy finds what it registers.

    Raises OSError or CalledProcessError if it fails; the next call then starts again.
    """
    stamp = folder / "installed.sha256"
    version = subprocess.run([python, "-c", "import sys; print(sys.version)"], check=True, capture_output=True).stdout
    locked = lock.read_bytes() if lock and lock.exists() else b""
    told = (project / "pyproject.toml").read_bytes() if project else b""
    wanted = hashlib.sha256(requirements.read_bytes() + locked + told + version).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {requirements.name} into {folder}, once; that takes about {cost}", file=sys.stderr, flush=True)
    progress = Progress()
    # Only with a lock: Doccano's packages may need setuptools as old as they are.
    progress.run([python, "-m", "venv", "--clear", *(["--upgrade-deps"] if lock else []), str(folder)])
    pip = [str(inside(folder, "python")), "-m", "pip", "install", "--disable-pip-version-check", "--no-color"]
    pip += ["--progress-bar", "off"]
    if not (lock and locked and _install_locked(progress, pip, lock, requirements)):
        progress.run([*pip, "-r", str(requirements)])
    if project:
        # Its requirements are there, and so is setuptools: nothing is fetched.
        progress.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(project)])
    stamp.write_text(wanted)
    seconds = time.monotonic() - progress.start
    print(f"{folder.name} is ready: {len(progress.packages)} packages in {seconds:.0f} s", file=sys.stderr, flush=True)


def _install_locked(progress: Progress, pip: list[str], lock: Path, requirements: Path) -> bool:
    """Install exactly what is locked; False, after a line that says so, if a file of it cannot be had."""
    try:
        progress.run([*pip, "--require-hashes", "-r", str(lock)], show=False)
    except subprocess.CalledProcessError as error:
        if "DO NOT MATCH THE HASHES" in error.stderr:
            print(error.stderr, file=sys.stderr)
            raise
        reason = error.stderr.rpartition("\n")[2].removeprefix("ERROR: ")
        print(
            f"{lock.name}: a file of it cannot be had here ({reason}); installing what {requirements.name} allows",
            file=sys.stderr,
            flush=True,
        )
        return False
    return True


def follow(command: Sequence[str | Path], cwd: Path | None = None) -> int:
    """Run a program with this one's streams; its exit code."""
    with subprocess.Popen(list(map(str, command)), cwd=cwd) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                # The program has got it too and stops in its own time, as Doccano's server does in order.
                continue
