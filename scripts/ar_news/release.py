"""The released pipelines, which lie in training/release as wheels: which one reads, and where its files are."""

import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from ar_news.data.files import ROOT, InputError, in_project, placing
from ar_news.data.stamps import digest

RELEASE = in_project("training/release")
# The one that reads best comes first.
PACKAGES = ("ar_ent_news_md", "ar_ent_news_sm")
# Where wheels are unpacked, once each.
UNPACKED = ROOT / "training" / ".release"


def released(folder: Path) -> Path | None:
    """The wheel in a folder that reads best, None if it holds none of ours."""
    wheels = [wheel for package in PACKAGES for wheel in sorted(folder.glob(f"{package}-*.whl"))]
    return wheels[0] if wheels else None


def unpacked(wheel: Path) -> Path:
    """The folder of a wheel's pipeline, as `spacy.load` takes it. Raises InputError for a file that is no such wheel."""
    folder = UNPACKED / f"{wheel.stem}-{digest(wheel)[:12]}"
    if folder.exists():
        return folder
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            tempfile.TemporaryDirectory() as scratch,
            placing(folder) as temporary,
        ):
            names = archive.namelist()
            # ar_ent_news_md/ar_ent_news_md-3.8.0/ beside the package's own files.
            (inner,) = {name.removesuffix("config.cfg") for name in names if name.endswith("/config.cfg")}
            archive.extractall(scratch, [name for name in names if name.startswith(inner)])
            shutil.move(Path(scratch) / inner, temporary)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{wheel}: no wheel of a pipeline ({error}); restore it") from None
    return folder


def folder_of(pipeline: Path) -> Path:
    """The folder of a pipeline that is given as a folder, as a wheel, or as a folder of released wheels.

    Raises InputError for anything else.
    """
    if (pipeline / "config.cfg").exists():
        return pipeline
    wheel = released(pipeline) if pipeline.is_dir() else pipeline
    if wheel is None or not wheel.is_file():
        raise InputError(f"{pipeline}: no pipeline and no wheel of one; give its folder or the wheel")
    return unpacked(wheel)


def chosen(pipeline: str) -> str:
    """The pipeline that reads: the one that is asked for or, where nothing has been trained there yet, a released one.

    pipeline: folder, or name of an installed package. Says on standard error that another one was taken.
    """
    wheel = released(RELEASE)
    if Path(pipeline).exists() or not Path(pipeline).match("training/*/pipeline") or not wheel:
        return pipeline
    print(f"{pipeline} is not there yet: {wheel} reads", file=sys.stderr)
    return str(unpacked(wheel))
