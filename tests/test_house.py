"""The house: doors that call one room each, rooms that know only those below them, and a light front door."""

import ast
import importlib.metadata
import subprocess
import sys

import pytest

from conftest import ROOT

SCRIPTS = ROOT / "scripts"
LIBRARY = SCRIPTS / "ar_news"
DOORS = sorted(SCRIPTS.glob("*.py"))

# What each room may import of the others, from the ground up; a room is a folder of scripts/ar_news/ or a module in it.
ROOMS = {
    "pipeline": set(),
    "data": {"pipeline"},
    "environments": {"data"},
    "cli": {"data"},
    "docs": {"pipeline", "data"},
    "release": {"data"},
    "lists_component": {"data", "docs"},
    "scores": {"pipeline", "data", "docs"},
    "quality": {"pipeline", "data", "docs", "scores"},
    "annotation": {"pipeline", "data", "docs", "environments", "lists_component", "scores", "quality"},
    "training": {"pipeline", "data", "docs", "release", "scores"},
    "transformer": {"pipeline", "data", "docs", "scores"},
    "encoder": {"data"},
    "public": {"pipeline", "data", "docs"},
    "standoff": {"pipeline", "data", "docs", "quality", "public"},
    "comparison": {"pipeline", "data", "docs", "release", "lists_component", "scores", "training"},
    "figures": {"data", "docs", "release", "scores", "quality"},
}
# The longest that a door's function may be, without its arguments and docstring.
LINES = 25


def imported(path):
    """The modules that a program file imports, by their whole names, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Only what is copied into wheels names its neighbours so, as the package has another name there.
            assert not node.level or (node.level == 1 and path.parent.name == "pipeline"), f"{path}: a relative import"
            if node.level:
                yield f"ar_news.pipeline.{node.module}"
                continue
            yield node.module
            if node.module == "ar_news":
                yield from (f"ar_news.{alias.name}" for alias in node.names)


def room(module):
    """The room of a module of ar_news, "" for the package itself and "" for all else."""
    parts = module.split(".")
    return parts[1] if parts[0] == "ar_news" and len(parts) > 1 else ""


def place(path):
    """The room that a file of the library stands in."""
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


FILES = sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


def test_every_room_is_in_the_table_and_every_entry_is_a_room():
    assert {place(path) for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_only_those_that_the_table_allows(name):
    seen = {(path.name, room(module)) for path in FILES if place(path) == name for module in imported(path)}
    assert [pair for pair in sorted(seen) if pair[1] not in {"", name} | ROOMS[name]] == []


def test_the_table_has_no_circle():
    below = set()
    for name, allowed in ROOMS.items():
        assert allowed <= below, f"{name} stands above {allowed - below}"
        below.add(name)


def test_what_ships_in_wheels_imports_nothing_of_ours():
    for path in (LIBRARY / "pipeline").glob("*.py"):
        assert {room(module) for module in imported(path)} <= {"", "pipeline"}, path


@pytest.mark.parametrize("path", DOORS, ids=lambda path: path.stem)
def test_no_door_imports_another(path):
    assert {module.split(".")[0] for module in imported(path)} & {door.stem for door in DOORS} == set()


@pytest.mark.parametrize("path", DOORS, ids=lambda path: path.stem)
def test_no_door_takes_the_name_of_another_module(path):
    """What stands in scripts/ comes first when a program there imports something: `coverage` was once a door."""
    assert path.stem not in sys.stdlib_module_names
    assert path.stem not in importlib.metadata.packages_distributions()


@pytest.mark.parametrize("path", DOORS, ids=lambda path: path.stem)
def test_a_door_is_arguments_and_a_call(path):
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == ["main"]
    first, *rest = functions[0].body
    assert isinstance(first, ast.Expr) and isinstance(first.value.value, str)
    assert rest[-1].end_lineno - rest[0].lineno < LINES


def test_the_package_alone_imports_nothing_heavy():
    code = "import sys, ar_news; print({'spacy', 'sklearn', 'torch', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("path", DOORS, ids=lambda path: path.stem)
def test_no_default_depends_on_where_a_command_is_started(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            for default in node.args.defaults:
                called = ast.unparse(default)
                # `-` is a standard stream.
                assert not called.startswith("Path(") or called == "Path('-')", f"{path}: {called}"
