"""Fetch the public corpora that project.yml lists as assets, and check them."""
from articles import ROOT, InputError, run  # isort: skip
import hashlib
import shutil
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Annotated, Dict, List, Optional

import srsly
import typer
from tqdm import tqdm

MIRROR = "ARABIC_NER_MIRROR"
FOLDER = "training/assets/"
TIMEOUT = 60


def read_assets() -> List[Dict[str, str]]:
    """The assets of project.yml: dest, url, checksum, description."""
    return srsly.read_yaml(ROOT / "project.yml")["assets"]


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


def fault(path: Path, asset: Dict[str, str]) -> str:
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


def fetch(asset: Dict[str, str], path: Path, mirror: str) -> str:
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


def main(
    names: Annotated[
        Optional[List[str]], typer.Argument(help="Beginnings of the files wanted, such as ANERCorp or saudinewsnet/2015-07; all if not given.")
    ] = None,
    mirror: Annotated[
        str, typer.Option(envvar=MIRROR, help="Folder or address that holds the same files instead of their public addresses.")
    ] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Fetch nothing, only check what is there.")] = False,
    root: Annotated[Path, typer.Option(help="Folder of the project that gets the files.")] = ROOT,
):
    """Fetch the assets of project.yml that are missing or damaged, and check every one by its md5.

    Ends with an error if one is missing, cannot be fetched or is not what it should be, and leaves no such file
    behind. (`spacy project assets` knows the same list, but takes a bad file for good and ends without an error.)
    """
    wanted = [a for a in read_assets() if not names or a["dest"].removeprefix(FOLDER).startswith(tuple(names))]
    if not wanted:
        raise InputError(f"{', '.join(names or [])}: no such asset in project.yml; see its section assets")
    faults, fetched = [], 0
    for asset in tqdm(wanted, desc="assets", unit="file", disable=None):
        path = root / asset["dest"]
        wrong = fault(path, asset)
        if wrong and verify:
            faults.append(f"{path}: {wrong}; run python scripts/fetch.py")
        elif wrong:
            told = fetch(asset, path, mirror)
            fetched += not told
            faults.extend([told] if told else [])
    if faults:
        raise InputError(*faults)
    print(f"{len(wanted)} assets are as they should be, {fetched} of them fetched now", file=sys.stderr)


if __name__ == "__main__":
    run(main)
