"""One environment does not dictate to the other: Doccano's commands without spaCy, and a lock of everything else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

DOORS = ("doccano_setup", "doccano_push", "doccano_pull")
# What the environment of these commands has not.
WITHOUT = """
import runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("spacy", "thinc", "numpy", "sklearn", "datasketch"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
sys.path.insert(0, "scripts")
sys.argv = [f"scripts/{sys.argv[1]}.py", *sys.argv[2:]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("name", DOORS)
def test_doccanos_commands_show_their_help_where_there_is_no_spacy(name):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, name, "--help"], capture_output=True, encoding="utf-8", cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "Usage" in done.stdout


@pytest.fixture
def project(tmp_path):
    """Doccano's commands in a project that has no environments yet."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (tmp_path / "requirements-annotation.txt").write_text("doccano-client\n", encoding="utf-8")
    return tmp_path


def start(project, *arguments, typed="", **variables):
    """doccano_push.py where doccano-client cannot be imported and no index can give it; the finished process."""
    return subprocess.run(
        [sys.executable, str(project / "scripts" / "doccano_push.py"), *arguments],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", **variables},
        cwd=project,
        check=False,
    )


def test_names_that_fit_no_token_are_told_where_spacy_is(script, jsonl, tmp_path):
    pulled = jsonl({"id": "a", "text": "وصل ترامب", "spans": [[4, 7, "PERSON"]]}, name="sara.jsonl")
    done = script("annotation_adjudicate", pulled, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    assert (
        "note: a [4, 7] PERSON ترا: no token boundary fits; kept, and counted as missed in training"
        in done.stdout.decode()
    )


def needs_no_client_here():
    if not (3, 10) <= sys.version_info[:2] <= (3, 12):
        pytest.skip("needs Python 3.10 to 3.12")
    try:
        import doccano_client  # noqa: F401
    except ImportError:
        return
    pytest.skip("doccano-client is in this Python")


@pytest.fixture
def pretend(project, monkeypatch):
    """Make an environment that counts as ready, whose Python runs the code before what it is given."""
    from ar_news.environments import Progress, prepare

    def ready(code):
        folder = project / ".venv-annotation"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        packages = next(folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")
        (packages / "sitecustomize.py").write_text(code, encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "run", lambda self, command: None)
            prepare(folder, project / "requirements-annotation.txt", "nothing")

    return ready


def test_a_command_runs_again_in_its_environment_with_arguments_streams_and_exit_code(project, pretend):
    needs_no_client_here()
    pretend(
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:] or sys.orig_argv[2:], sys.stdin.read()]), flush=True)\n"
        "print('told', file=sys.stderr, flush=True)\n"
        "os._exit(7)\n",
    )
    done = start(project, "a b.jsonl", "--annotators", "سارة", typed="typed")
    assert (done.returncode, done.stderr) == (7, "told\n")
    assert json.loads(done.stdout) == [["a b.jsonl", "--annotators", "سارة"], "typed"]


def test_a_command_does_not_run_again_and_again(project, pretend):
    needs_no_client_here()
    pretend("")
    done = start(project, "a.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {project / '.venv-annotation'} has no doccano-client; delete that folder and run the command again\n"
    )


def test_an_environment_that_cannot_be_made_is_one_clear_line(monkeypatch):
    from ar_news.annotation import own_environment
    from ar_news.data.files import InputError

    def fail(*arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr(own_environment, "find_python", lambda versions: sys.executable)
    monkeypatch.setattr(own_environment, "prepare", fail)
    with pytest.raises(InputError, match=r"venv-annotation could not be made \(the disk is full\); .* run the command"):
        own_environment.prepare_client()


def test_without_a_fitting_python_the_doccano_commands_tell_which_they_need(monkeypatch):
    from ar_news.annotation import own_environment
    from ar_news.data.files import InputError

    monkeypatch.setattr(own_environment, "find_python", lambda versions: None)
    with pytest.raises(InputError, match=r"no Python 3.12, 3.11 or 3.10 on the path, which doccano-client .* needs"):
        own_environment.prepare_client()


# --- the lock -------------------------------------------------------------------------------------------------


def locked():
    """Name and hashes of each requirement of the lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.split("\n") if line and not line.lstrip().startswith("#")]
    return [(line.partition("==")[0], re.findall(r"--hash=sha256:[0-9a-f]{64}", line)) for line in lines]


def names(path):
    lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
    return {re.match(r"[\w.-]+", line)[0].lower() for line in lines if line and not line.startswith("#")}


def test_the_lock_has_a_hash_for_every_requirement_and_covers_all_of_them():
    rows = locked()
    assert len(rows) > 50 and all(name and hashes for name, hashes in rows)
    assert names("requirements.txt") <= {name for name, _ in rows}


def test_neither_the_lock_nor_a_list_of_requirements_names_a_host():
    for path in (ROOT / "requirements.lock", *ROOT.glob("requirements*.txt")):
        lines = path.read_text(encoding="utf-8").split("\n")
        # A page about PyTorch for people to read is no place to install from.
        assert not [line for line in lines if line.startswith("-") or ("://" in line and not line.startswith("#"))], (
            path
        )


def test_spacy_is_not_held_back():
    for held in ("pydantic", "urllib3", "doccano-client"):
        assert held not in names("requirements.txt")
    assert "spacy" not in names("requirements-annotation.txt")


@pytest.fixture
def pip(monkeypatch, capsys, tmp_path):
    """Prepare an environment with a lock, by a pip whose answer to the lock is given; the commands and what is told."""
    import ar_news.environments as environments

    (tmp_path / "requirements.txt").write_text("spacy\n", encoding="utf-8")
    (tmp_path / "requirements.lock").write_text("spacy==1 --hash=sha256:0\n", encoding="utf-8")

    def prepare(said):
        commands = []

        def run(self, command, show=True):
            commands.append(command)
            if "--require-hashes" in command and said:
                raise subprocess.CalledProcessError(1, "pip", stderr=said)

        monkeypatch.setattr(environments.Progress, "run", run)
        (tmp_path / ".venv").mkdir(exist_ok=True)
        lists = {"requirements": tmp_path / "requirements.txt", "lock": tmp_path / "requirements.lock"}
        environments.prepare(tmp_path / ".venv", cost="nothing", **lists)
        return [Path(command[-1]).name for command in commands], capsys.readouterr().err

    return prepare


def test_the_lock_is_what_is_installed_and_a_change_of_it_counts(pip, tmp_path):
    assert pip("")[0] == [".venv", "requirements.lock"]
    assert pip("")[0] == []
    (tmp_path / "requirements.lock").write_text("spacy==2 --hash=sha256:0\n", encoding="utf-8")
    assert pip("")[0] == [".venv", "requirements.lock"]


def test_where_a_locked_file_cannot_be_had_a_line_says_so_and_the_requirements_do(pip):
    commands, told = pip("what pip says\nERROR: No matching distribution found for spacy==1")
    assert commands == [".venv", "requirements.lock", "requirements.txt"]
    assert (
        "requirements.lock: a file of it cannot be had here (No matching distribution found for spacy==1); "
        "installing what requirements.txt allows\n" in told
    )


def test_a_file_with_another_hash_is_not_installed(pip):
    with pytest.raises(subprocess.CalledProcessError):
        pip("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.")
