"""Fetch the public corpora that best/project.yml lists as assets, and check them."""

import hashlib
import shutil
import urllib.request
import zipfile
from pathlib import Path
from typing import Annotated

import srsly
from tqdm import tqdm
from typer import Option

from ar_news.data.files import ROOT, InputError

MIRROR = "ARABIC_NER_MIRROR"
Mirror = Annotated[
    str,
    Option(
        "--mirror",
        envvar=MIRROR,
        help="Folder or address that holds the assets instead of their public addresses.",
    ),
]


FOLDER = "training/assets/"


TIMEOUT = 60


def read_assets() -> list[dict[str, str]]:
    """The assets of best/project.yml: dest, url, checksum, description."""
    listed = srsly.read_yaml(ROOT / "best" / "project.yml")["assets"]
    # That file names its places as its own folder sees them.
    return [{**asset, "dest": asset["dest"].removeprefix("../")} for asset in listed]


def checksum(path: Path, url: str) -> str:
    """The md5 of a file; of a zip that GitHub packs when asked, whose bytes vary, that of its content.

    The content is a line with name, size and CRC of each file, in the order of their names, without the first folder.
    Raises OSError or BadZipFile.
    """
    digest = hashlib.md5()
    if "/archive/" in url:
        with zipfile.ZipFile(path) as archive:
            files = [(i.filename.partition("/")[2], i.file_size, i.CRC) for i in archive.infolist() if not i.is_dir()]
        for name, size, crc in sorted(files):
            digest.update(f"{name} {size} {crc:08x}\n".encode())
        return digest.hexdigest()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fault(path: Path, asset: dict[str, str]) -> str:
    """What is wrong with a file, or ""."""
    if not path.exists():
        return "no such file"
    try:
        found = checksum(path, asset["url"])
    except (OSError, zipfile.BadZipFile) as error:
        return f"cannot be read ({error})"
    return "" if found == asset["checksum"] else f"its md5 is {found}, not {asset['checksum']}"


def copy(source: str, path: Path) -> None:
    """Copy a file or an address to a path; OSError (of which URLError is one) if that fails."""
    if "://" not in source:
        shutil.copyfile(source, path)
        return
    with urllib.request.urlopen(source, timeout=TIMEOUT) as answer, open(path, "wb") as file:
        size = int(answer.headers.get("Content-Length") or 0) or None
        with tqdm(total=size, desc=path.name.strip("."), unit="B", unit_scale=True, disable=None) as bar:
            while block := answer.read(1 << 16):
                file.write(block)
                bar.update(len(block))


def fetch(asset: dict[str, str], path: Path, mirror: str) -> str:
    """Bring one asset to its place; what is wrong with what came, or ""."""
    source = f"{mirror.rstrip('/')}/{asset['dest'].removeprefix(FOLDER)}" if mirror else asset["url"]
    temporary = path.with_name(f".{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy(source, temporary)
        wrong = fault(temporary, asset)
        if wrong:
            return f"{source}: {wrong}; try again later or use another mirror"
        temporary.replace(path)
        return ""
    except (OSError, ValueError) as error:
        return f"{source}: cannot be fetched ({error}); check the network, or name a mirror by --mirror or {MIRROR}"
    finally:
        temporary.unlink(missing_ok=True)


def ensure(wanted: list[dict[str, str]], root: Path, mirror: str, verify: bool = False) -> int:
    """See to it that some assets are there and are what they should be; how many had to be fetched.

    root: folder of the project that gets them. verify: fetch nothing, only check. Raises InputError with a line for each
    that is missing, cannot be fetched or is something else; no such file is left behind.
    """
    faults, fetched = [], 0
    for asset in tqdm(wanted, desc="assets", unit="file", disable=None):
        path = root / asset["dest"]
        wrong = fault(path, asset)
        if wrong and verify:
            faults.append(f"{path}: {wrong}; run python scripts/public_fetch.py")
        elif wrong:
            told = fetch(asset, path, mirror)
            fetched += not told
            faults.extend([told] if told else [])
    if faults:
        raise InputError(*faults)
    return fetched
