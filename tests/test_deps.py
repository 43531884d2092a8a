"""Nothing stale is called done: every command of project.yml names all that it reads and writes."""

import copy
import json
import re
import shutil
import subprocess
import sys

import pytest
import srsly

from conftest import ROOT
from workflow_deps import PATHS, commands, faults

MAIN, BEST = commands("project.yml"), commands("best/project.yml")
COMMANDS = {**MAIN, **{f"best: {name}": command for name, command in BEST.items()}}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_names_every_file_that_it_reads_and_writes(name):
    assert faults(COMMANDS[name]) == []


@pytest.mark.parametrize("name, dep", [(name, dep) for name, command in COMMANDS.items() for dep in command["deps"]])
def test_a_dependency_that_is_left_out_is_noticed(name, dep):
    planted = copy.deepcopy(COMMANDS[name])
    planted["deps"].remove(dep)
    assert [fault for fault in faults(planted) if dep in fault]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_path_is_quoted_so_that_it_may_hold_a_space(name):
    for line in COMMANDS[name]["script"]:
        bare = re.sub(r'"[^"]*"', "", line)
        assert not [path for path in (*PATHS, "${vars.name}", "${vars.config}") if path in bare], line


@pytest.mark.parametrize("name", ["best: corpora", "setup", "push", "pull"])
def test_what_talks_to_a_server_is_never_skipped(name):
    assert COMMANDS[name]["no_skip"] is True


def test_the_quick_path_fetches_nothing():
    assert "assets" not in srsly.read_yaml(ROOT / "project.yml")
    assert all(asset["extra"] is True for asset in srsly.read_yaml(ROOT / "best" / "project.yml")["assets"])


@pytest.mark.parametrize("project", ["project.yml", "best/project.yml"])
def test_a_workflow_names_its_own_commands_only(project):
    workflows = srsly.read_yaml(ROOT / project)["workflows"]
    assert workflows and all(name in commands(project) for steps in workflows.values() for name in steps)


@pytest.mark.parametrize("name", ["train", "best: seeds", "curve", "best: pretrain", "best: ablation"])
def test_overrides_reach_every_training(name):
    trained = [line for line in COMMANDS[name]["script"] if "compare_seeds.py" not in line]
    assert trained and all('--overrides "${vars.overrides}"' in line for line in trained)


def test_no_program_takes_what_lies_there_for_done():
    for path in (ROOT / "scripts").rglob("*.py"):
        assert "there already; remove it" not in path.read_text(encoding="utf-8"), path


def test_a_corpus_in_a_folder_with_a_space_is_checked(tmp_path):
    for name in ("configs", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "project.yml", tmp_path)
    for number, split in enumerate(("train", "dev", "test")):
        record = {"id": split, "text": f"وصل ترامب إلى كازاخستان {number}", "spans": [[4, 9, "PERSON"]]}
        path = tmp_path / "my corpus" / f"{split}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "spacy",
        "project",
        "run",
        "check",
        ".",
        "--vars.corpus",
        "my corpus",
        "--vars.name",
        "my_ner",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        json.loads((tmp_path / "training" / "my_ner" / "manifest.json").read_text(encoding="utf-8"))["all"]["articles"]
        == 3
    )
