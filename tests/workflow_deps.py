"""What a command of project.yml reads, found by reading its script: program files, files of configs/, and its arguments."""

import ast
import json
import re
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path

import srsly

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
CONFIGS = {path.name: path for path in (ROOT / "configs").iterdir()}


@cache
def reads(script):
    """The project's files that a program file imports, runs or reads by name, itself included."""
    found, todo = set(), [script]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            todo.extend(_named(node, path))
    # A package whose __init__.py says nothing but what it is.
    return {
        path
        for path in found
        if path.name != "__init__.py" or len(ast.parse(path.read_text(encoding="utf-8")).body) > 1
    }


def _named(node, path):
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = f"{'.'.join(path.parent.relative_to(SCRIPTS).parts)}." if node.level else ""
        module = base + (node.module or "")
        modules = [module.rstrip("."), *(f"{module.rstrip('.')}.{alias.name}" for alias in node.names)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        name = node.value
        if name in CONFIGS:
            yield CONFIGS[name]
        if name.endswith(".py"):
            yield from (place / name for place in (SCRIPTS, SCRIPTS / "ar_news") if (place / name).is_file())
        # A module that is imported by its name when it is needed.
        modules = [name] if re.fullmatch(r"\w+(\.\w+)+", name) else []
    else:
        return
    for module in modules:
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            place = SCRIPTS.joinpath(*parts[:end])
            yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file())


CORPUS = "${vars.corpus}"
RUN = "training/${vars.name}"
# Variables of project.yml that hold a path.
PATHS = (
    CORPUS,
    "${vars.held_out}",
    "${vars.articles}",
    "${vars.real}",
    "${vars.encoder}",
    "${vars.start}",
    "${vars.more}",
)
# What may be missing cannot be a dependency, so a command that reads it is no_skip and decides by itself.
OPTIONAL = (
    "${vars.real}",
    "${vars.more}",
    "${vars.encoder}",
    "${vars.start}",
    "${vars.articles}",
    f"{CORPUS}/everyday/dev.jsonl",
    f"{CORPUS}/double/first.jsonl",
    f"{CORPUS}/double/second.jsonl",
    f"{RUN}/pipeline",
)
# What a program reads in a folder that it is given, or by a name that it puts together.
INSIDE = {
    ("corpus_check.py", CORPUS): [f"{CORPUS}/{split}.jsonl" for split in ("train", "dev", "test")],
    ("train_convert.py", CORPUS): [f"{CORPUS}/{split}.jsonl" for split in ("train", "dev")],
    ("package_describe.py", CORPUS): [f"{CORPUS}/{split}.jsonl" for split in ("train", "dev", "test")],
    ("train_curve.py", f"{RUN}/data"): [f"{RUN}/data/{split}.spacy" for split in ("train", "dev")],
    ("compare_ablation.py", CORPUS): [f"{CORPUS}/train.jsonl"],
    ("public_gold.py", "training/assets"): [
        f"training/assets/{name}"
        for name in ("ANERCorp_CamelLab_train.txt", "ANERCorp_CamelLab_test.txt", "WikiFANE_2014_Gold_standard.zip")
    ],
    ("public_raw.py", "training/assets"): [
        "training/assets/saudinewsnet",
        "training/assets/antcorpus.multisource.data-f117ce44a9cfad0dcbd341b7d744e4c3cdb4fed8.zip",
    ],
    ("public_fetch.py", ""): ["best/project.yml"],
    ("standoff_fetch.py", ""): ["best/project.yml", "corpus/standoff"],
    ("package_describe.py", ""): ["LICENSE"],
    ("package_build.py", ""): ["pyproject.toml"],
    ("doccano_setup.py", ""): ["corpus/guideline.ar.md", "corpus/guideline.en.md"],
    ("docs_render.py", ""): [
        *(
            "README.md",
            "corpus/datasheet.md",
            "docs/best.md",
            "docs/speed.md",
            "docs/experiments.json",
            "docs/trials.json",
            "training/release",
        ),
        *(f"corpus/{split}.jsonl" for split in ("train", "dev", "test")),
    ],
}


def commands(project):
    """The commands of a project file by name; paths of best/project.yml, which is one folder deeper, as the project sees them."""
    text = (ROOT / project).read_text(encoding="utf-8")
    if Path(project).parent != Path():
        text = text.replace('"project.yml"', f'"{project}"').replace("../", "")
    return {command["name"]: command for command in srsly.yaml_loads(text)["commands"]}


def script_deps(line):
    """The files of the project that a line `python scripts/X.py …` reads by itself, whatever its arguments, as project.yml names them."""
    program = SCRIPTS / Path(shlex.split(line)[1]).name
    return sorted(
        {*(path.relative_to(ROOT).as_posix() for path in reads(program)), *INSIDE.get((program.name, ""), [])}
    )


def arguments(line):
    """The arguments of a line that are paths, NAME=PATH included; a variable alone may be one."""
    words = shlex.split(line)[2:]
    found = [word.partition("=")[2] if re.match(r"\w+=", word) else word for word in words]
    return [word for word in found if ("/" in word and "://" not in word) or word in PATHS]


def ablation_reads(line):
    """What compare_ablation.py reads of a run: the files of the steps that it is to make, by configs/ablation.json."""
    words = shlex.split(line)
    only = [name for option, name in pairwise(words) if option == "--only"]
    yield f"{RUN}/data/dev.spacy"
    for step in json.loads((ROOT / "configs" / "ablation.json").read_text(encoding="utf-8")):
        if not only or step["name"] in only:
            for file in (*step.get("train", {}), *map(str, step.get("overrides", {}).values())):
                if file.startswith("{run}/"):
                    yield file.replace("{run}", RUN)


def read_by(line):
    """The paths that a line reads by its arguments; what is written counts too, as a word does not tell."""
    program = Path(shlex.split(line)[1]).name
    for word in arguments(line):
        if (program, word) == ("compare_ablation.py", RUN):
            yield from ablation_reads(line)
        else:
            yield from INSIDE.get((program, word), [word])


def faults(command):
    """What is wrong with the deps and outputs of a command of project.yml, a line each."""
    name, deps, outputs = command["name"], command.get("deps", []), command.get("outputs", [])
    found = []
    for line in command["script"]:
        found += [
            f"{name}: reads {file}, which is not among its deps" for file in script_deps(line) if file not in deps
        ]
        for path in read_by(line):
            if path in OPTIONAL and command.get("no_skip"):
                continue
            written = any(
                Path(path) == Path(file) or Path(path) in Path(file).parents or Path(file) in Path(path).parents
                for file in outputs
            )
            if not written and not any(Path(path) == Path(file) or Path(file) in Path(path).parents for file in deps):
                found.append(f"{name}: {path} is neither among its deps nor its outputs")
    if not outputs and not command.get("no_skip"):
        found.append(f"{name}: without outputs it runs every time; name them or mark it no_skip")
    return found
