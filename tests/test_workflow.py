"""The whole workflow in a copy of the project, and its wheel in a clean environment."""
import json
import os
import re
import shutil
import subprocess
import sys
import venv

import pytest
from conftest import ROOT, gold

# Enough steps for the pipeline to find some names, few enough for a test.
SHORT = "--training.max_steps 300 --training.eval_frequency 100"
PROJECT = ("configs", "corpus", "scripts", "project.yml")
CONSUMER = """
import json, sys, spacy
if __name__ == "__main__":
    text = sys.argv[1]
    nlp = spacy.load("ar_news_ner_sm")
    ents = lambda doc: [(e.text, e.label_, e.start_char, e.end_char) for e in doc.ents]
    assert nlp(text).text == text
    print(json.dumps({
        "one": ents(nlp(text)),
        "two": [ents(doc) for doc in nlp.pipe([text] * 4, n_process=2, batch_size=2)],
        "tokens": [token.text for token in nlp.make_doc("وترامب بكازاخستان للاتفاقات لـ«رويترز» بوتين")],
        "meta": nlp.meta,
        "ours": [name for name in sys.modules if name in ("ar_news", "articles", "wordfreq")],
    }))
"""


def run(*command, cwd, **environment):
    """A command that has to succeed; its output."""
    environment = {**os.environ, "PYTHONUTF8": "1", **environment}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in which `spacy project run all` was run with a short training."""
    folder = tmp_path_factory.mktemp("project")
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    run(sys.executable, "-m", "spacy", "project", "run", "all", cwd=folder, SPACY_CONFIG_OVERRIDES=SHORT)
    return folder


@pytest.fixture(scope="module")
def installed(project, tmp_path_factory):
    """What a program that knows only spaCy sees of the wheel in an environment of its own."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (wheel,) = (project / "training" / "packages").glob("*/dist/*.whl")
    done = subprocess.run([python, "-m", "pip", "install", "-q", wheel], capture_output=True, encoding="utf-8", check=False)
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"needs a package index for pip: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    (folder / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    text = gold("test")[0]["text"]
    return {"text": text, **json.loads(run(python, "consumer.py", text, cwd=folder, PYTHONPATH=""))}


def test_the_scores_count_every_gold_name(project):
    scores = json.loads((project / "training" / "scores" / "test.json").read_text(encoding="utf-8"))
    assert scores["exact"]["ALL"]["support"] == sum(len(article["spans"]) for article in gold("test"))


def test_a_short_training_already_finds_countries(project):
    scores = json.loads((project / "training" / "scores" / "test.json").read_text(encoding="utf-8"))
    assert scores["exact"]["COUNTRY"]["f1"] > 0.5


def test_a_second_run_has_nothing_to_do(project):
    text = run(sys.executable, "-m", "spacy", "project", "run", "all", cwd=project, SPACY_CONFIG_OVERRIDES=SHORT)
    assert len(re.findall(r"Skipping '", text)) == 6


def test_the_wheel_is_under_twenty_megabytes(project):
    (wheel,) = (project / "training" / "packages").glob("*/dist/*.whl")
    assert wheel.stat().st_size < 20_000_000


def test_the_wheel_gives_bare_names_in_a_clean_environment(installed):
    assert installed["one"]
    for surface, label, start, end in installed["one"]:
        assert installed["text"][start:end] == surface
        assert label in ("PERSON", "COUNTRY", "MEDIA", "AGREEMENT")


def test_the_wheel_splits_proclitics(installed):
    assert installed["tokens"] == "و ترامب ب كازاخستان ل لاتفاقات لـ « رويترز » بوتين".split()


def test_the_wheel_needs_nothing_of_the_project(installed):
    assert installed["ours"] == []


def test_the_wheel_finds_in_two_processes_what_it_finds_in_one(installed):
    assert installed["two"] == [installed["one"]] * 4


def test_the_wheel_tells_labels_scores_sources_and_licence(project, installed):
    meta = installed["meta"]
    scores = json.loads((project / "training" / "scores" / "test.json").read_text(encoding="utf-8"))
    assert meta["labels"]["ner"] == ["AGREEMENT", "COUNTRY", "MEDIA", "PERSON"]
    assert meta["performance"]["ents_f"] == pytest.approx(scores["exact"]["ALL"]["f1"])
    assert meta["license"] == "CC BY-SA 4.0"
    assert all(source["name"] and source["license"] for source in meta["sources"])
    assert set(meta["label_definitions"]) == set(meta["labels"]["ner"])


def test_the_wheel_holds_no_path_of_the_machine_that_built_it(project):
    package = next((project / "training" / "packages").glob("ar_news_ner_sm-*"))
    for path in package.rglob("*"):
        if path.suffix in (".json", ".cfg", ".py"):
            assert str(project) not in path.read_text(encoding="utf-8"), path
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path
