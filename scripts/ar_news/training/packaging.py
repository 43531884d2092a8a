"""A wheel of a described pipeline, which a program that knows only spaCy can load, save and load again."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from importlib import metadata as packages
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from spacy.cli.package import package as spacy_package

from ar_news.data.files import ROOT, InputError, placing, read_json, write_text

# The package whose files go along, and those that go along always: once.py is imported before all others.
SHIPPED = "ar_news.pipeline"
ALWAYS = ("ar_news.pipeline.once", "ar_news.pipeline.looks", "ar_news.pipeline.bare")
# The first setuptools that puts licence files where PEP 639 wants them, in dist-info/licenses.
SETUPTOOLS = 77
# The line of spaCy's setup.py that names the pipeline and nothing else.
MODELS = "entry_points={'spacy_models': ['{m} = {m}'.format(m=model_name)]}"


def pyproject() -> str:
    """The project's pyproject.toml, as text: Python 3.10 cannot read TOML."""
    try:
        return (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{ROOT / 'pyproject.toml'}: cannot be read ({error.strerror}); restore it") from None


def stated(key: str) -> str:
    """A text of the table [project] of pyproject.toml; InputError if it is not there."""
    table = re.search(r"^\[project\]$(.*?)(?=^\[|\Z)", pyproject(), re.DOTALL | re.MULTILINE)
    found = table and re.search(rf'^{key} *= *"(.*)"', table[1], re.MULTILINE)
    if not found:
        raise InputError(f"{ROOT / 'pyproject.toml'}: says no {key} under [project]; restore it")
    return found[1]


def registered() -> list[tuple[str, str, str]]:
    """(group, name, place) of each entry point of the project whose code ships, as pyproject.toml has them."""
    found, group = [], ""
    for line in pyproject().splitlines():
        if line.startswith("["):
            table = re.fullmatch(r"\[project\.entry-points\.(\w+)\]", line.strip())
            group = table[1] if table else ""
        elif group and (point := re.match(rf'"?([\w.]+)"? *= *"({re.escape(SHIPPED)}\.[\w.]+:\w+)"', line)):
            found.append((group, point[1], point[2]))
    return found


def entry_points(package: str, modules: list[str]) -> dict[str, list[str]]:
    """What a wheel tells spaCy of itself and of what its modules register, as setuptools wants it.

    modules: those of the project that go along, by their full names.
    """
    found = {"spacy_models": [f"{package} = {package}"]}
    for group, name, place in registered():
        if place.partition(":")[0] in modules:
            point = f"{name} = {place}".replace(f"{SHIPPED}.", f"{package}.")
            found.setdefault(group, []).append(point)
    return found


def own_distributions() -> set[str]:
    """The installed packages that bring our code: this project, and its pipelines."""
    names = {name for _, name, _ in registered()}
    return {
        canonicalize_name(found.metadata["Name"])
        for found in packages.distributions()
        if any(point.name in names for point in found.entry_points)
    }


def lay_out(pipeline: Path, modules: list[str], name: str, version: str, folder: Path) -> Path:
    """Write the sources of a wheel, as `spacy package --code` does, below a folder; where they are.

    They go beyond spaCy's in what they register, the Python versions, the licence files, and in that no package of ours
    is required. Raises InputError for what spaCy refuses.
    """
    for module in modules:
        import_module(module)
    try:
        spacy_package(pipeline, folder, name=name, version=version, create_sdist=False, require_parent=True)
    except SystemExit:
        raise InputError(f"{pipeline}: spaCy cannot package it as {name!r} {version!r}; correct the name") from None
    (sources,) = folder.iterdir()
    package = sources.name.rpartition("-")[0]
    inner = sources / package
    init = (inner / "__init__.py").read_text(encoding="utf-8")
    imports = "".join(f"from . import {module.rpartition('.')[2]}\n" for module in modules)
    (inner / "__init__.py").write_text(init.replace("\n\n\n\n", f"\n\n{imports}\n", 1), encoding="utf-8")
    for module in modules:
        shutil.copy(str(sys.modules[module].__file__), inner)

    meta = json.loads((sources / "meta.json").read_text(encoding="utf-8"))
    own = own_distributions()
    meta["requirements"] = [
        need for need in meta["requirements"] if canonicalize_name(Requirement(need).name) not in own
    ]
    (sources / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=2), encoding="utf-8")
    for readme in (sources / "README.md", inner / sources.name / "README.md"):
        # spaCy makes a link of the author even where it knows no address.
        readme.write_text(re.sub(r"\[([^]]*)\]\(\)", r"\1", readme.read_text(encoding="utf-8")), encoding="utf-8")

    setup = (sources / "setup.py").read_text(encoding="utf-8")
    if MODELS not in setup:
        raise InputError("this spaCy writes another setup.py; install the one of requirements.txt")
    more = [
        f"entry_points={entry_points(package, modules)!r}",
        f"python_requires={stated('requires-python')!r}",
        "license_files=['LICENSE', 'LICENSES_SOURCES']",
    ]
    # An empty address would stand in the wheel as one.
    setup = re.sub(r"meta\.get\('(url|email)'\)", r"meta.get('\1') or None", setup)
    (sources / "setup.py").write_text(setup.replace(MODELS, ",\n        ".join(more)), encoding="utf-8")
    system = f'[build-system]\nrequires = ["setuptools>={SETUPTOOLS}"]\nbuild-backend = "setuptools.build_meta"\n'
    (sources / "pyproject.toml").write_text(system, encoding="utf-8")
    return sources


def build(sources: Path) -> tuple[Path | None, str]:
    """The wheel that `python -m build` makes of sources, None if it makes none, and what it said.

    Where setuptools is new enough nothing is fetched.
    """
    command = [sys.executable, "-m", "build", "--wheel"]
    try:
        here = int(packages.version("setuptools").partition(".")[0])
    except packages.PackageNotFoundError:
        here = 0
    if here >= SETUPTOOLS:
        command.append("--no-isolation")
    done = subprocess.run(
        [*command, str(sources)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    wheels = sorted((sources / "dist").glob("*.whl"))
    return (wheels[0] if wheels and not done.returncode else None), done.stdout


@dataclass(frozen=True)
class Wheel:
    """A wheel that was built; score: F on the test articles, None if its pipeline was not scored."""

    path: Path
    score: float | None


def make_wheel(pipeline: Path, output: Path, name: str, code: list[Path], version: str = "") -> Wheel:
    """Put a wheel of a described pipeline, and what its build said, into a folder; an old one is replaced.

    code: files of scripts/ar_news/pipeline that go along beside those that always do. version: that of pyproject.toml
    if none is given. Raises InputError for a file that is not there, and where no wheel comes out.
    """
    meta = read_json(pipeline / "meta.json", "run `spacy project run describe` first")
    for path in code:
        if not path.is_file():
            raise InputError(f"{path}: no such file; give one of scripts/ar_news/pipeline")
    modules = list(dict.fromkeys([*ALWAYS, *(f"{SHIPPED}.{path.stem}" for path in code)]))
    with tempfile.TemporaryDirectory() as folder:
        sources = lay_out(pipeline, modules, name, version or stated("version"), Path(folder))
        wheel, said = build(sources)
        if wheel is None:
            write_text(output / "build.log", said)
            last = (said.strip().splitlines() or ["nothing"])[-1]
            raise InputError(f"{pipeline}: no wheel came out ({last}); see {output / 'build.log'}")
        with placing(output, holds="build.log") as temporary:
            temporary.mkdir()
            shutil.copy(wheel, temporary)
            write_text(temporary / "build.log", said)
    return Wheel(output / wheel.name, meta.get("performance", {}).get("ents_f"))
