"""What goes wrong with input, reading and writing files whole, and the places of this project."""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
# The program files that shape what a step makes are among its inputs.
LIBRARY = ROOT / "scripts" / "ar_news"


SHOWN = 20


class InputError(Exception):
    """What is wrong with the user's input, one message a fault."""

    def __init__(self, *messages: str):
        super().__init__("\n".join(messages))
        self.messages = messages


def in_project(path: str) -> Path:
    """A path of this project, wherever the command was started; short where it was started in the project."""
    return Path(path) if Path.cwd() == ROOT else ROOT / path


def read_bytes(path: Path) -> bytes:
    """What a file, or for `-` standard input, holds, without a byte order mark.

    Raises InputError for a file that is missing, unreadable or empty.
    """
    if str(path) == "-":
        raw = sys.stdin.buffer.read()
    else:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            raise InputError(f"{path}: no such file; check the path") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None
    if not raw.strip():
        raise InputError(f"{path}: the file is empty; give it at least one article")
    return raw.removeprefix(b"\xef\xbb\xbf")


def numbered_lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Number from 1, text and fault ("" for none) of every line that holds anything, split at line feeds only."""
    # str.splitlines would cut articles at U+2028 and form feeds, which JSON strings may hold.
    for number, line in enumerate(read_bytes(path).split(b"\n"), 1):
        try:
            text, fault = line.rstrip(b"\r").decode("utf-8"), ""
        except UnicodeDecodeError as error:
            text, fault = "", f"{path}:{number}: not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
        if text.strip() or fault:
            yield number, text, fault


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and lines that hold anything; InputError for a line that is not UTF-8."""
    for number, line, fault in numbered_lines(path):
        if fault:
            raise InputError(fault)
        yield number, line


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """A text file open for writing that takes its name only when the block ends well.

    Who may read it is what the umask of the process says.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(temporary, "x", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from None
    try:
        with file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def placing(path: Path, holds: str = "") -> Iterator[Path]:
    """A temporary path for a file or folder, which takes the place of an old one only when the block ends well.

    For what other libraries write; text goes through `writing`.
    holds: a file that a folder of this kind has; an old folder without it is somebody else's and is not replaced.

    Raises InputError if the place cannot be written or is not ours to replace.
    """
    temporary = path.with_name(f".{path.name}")
    if path.is_dir() and any(path.iterdir()) and not (holds and (path / holds).exists()):
        what = f"holds no {holds}, so it is not one of this command's" if holds else "is a folder"
        raise InputError(f"{path}: there already, and {what}; choose another name")
    try:
        _remove(temporary)
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}); choose another folder") from None
    try:
        yield temporary
        try:
            if temporary.is_dir():
                _remove(path)
            temporary.replace(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror or error}); choose another folder") from None
    except OSError as error:
        # A library names the file that it could not read or write; where it names none, it is this one.
        raise InputError(
            f"{error.filename or path}: {error.strerror or error}; check the path and the space on the disk"
        ) from None
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    """Remove a file or folder; what cannot be removed shows when its name is taken."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    with writing(path) as file:
        file.write(text)


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path, todo: str) -> Any:
    """What a JSON file holds; InputError, with what to do, if it is not there or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {todo}") from None
    except ValueError as error:
        raise InputError(f"{path}: broken JSON ({error}); {todo}") from None


def tell(messages: Sequence[str], kind: str) -> None:
    """Print the first messages on standard error, a line each, and how many more there are."""
    for message in messages[:SHOWN]:
        print(f"{kind}: {message}", file=sys.stderr)
    if len(messages) > SHOWN:
        print(f"{kind}: and {len(messages) - SHOWN} more faults like these", file=sys.stderr)
