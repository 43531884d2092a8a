"""What a wheel is made of, and that several of our pipelines live in one process; test_workflow.py installs a real one."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import spacy
from spacy.util import load_config, registry

from ar_news.data.files import InputError
from ar_news.data.labels import label_names, load_labels
from ar_news.pipeline import looks
from ar_news.training import packaging
from ar_news.training.description import forget_training, licence_lines
from conftest import ROOT

MODULES = [*packaging.ALWAYS, "ar_news.pipeline.tokenizer", "ar_news.pipeline.tagger"]


@pytest.fixture(scope="module")
def packages(toy_model, tmp_path_factory):
    """A folder with the importable packages of two pipelines of one release, which have a tagger too."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("ent_news_sm", "ent_news_md"):
        place = folder / name
        place.mkdir()
        sources = packaging.lay_out(toy_model, MODULES, name, "3.8.0", place)
        shutil.copytree(sources / f"ar_{name}", folder / f"ar_{name}")
        shutil.copy(sources / "meta.json", folder / f"ar_{name}")
    return folder


def told(folder, program, *python_path):
    """What a program says in a process that finds the packages of a folder, and the errors that it ended with."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [folder, *python_path])), "PYTHONUTF8": "1"},
        check=False,
    )
    return done.stdout, done.stderr


TWO = """
import importlib, sys
first, second = [importlib.import_module(name).load() for name in {}]
for nlp in (first, second):
    print([ent.text for ent in nlp("وصل ترامب إلى بكازاخستان").ents])
    nlp.add_pipe("ar_news_tagger")
assert type(first.tokenizer) is type(second.tokenizer)
importlib.reload(sys.modules["ar_ent_news_sm"])
importlib.reload(sys.modules["ar_ent_news_sm.tagger"])
importlib.reload(sys.modules["ar_ent_news_md.once"])
"""


@pytest.mark.parametrize("names", [["ar_ent_news_sm", "ar_ent_news_md"], ["ar_ent_news_md", "ar_ent_news_sm"]])
def test_two_pipelines_of_a_release_live_in_one_process(packages, names):
    out, error = told(packages, TWO.format(names))
    assert out == "['ترامب', 'كازاخستان']\n" * 2, error
    assert not error


@pytest.mark.parametrize(
    "order", ["import ar_news.docs, ar_ent_news_sm", "import ar_ent_news_sm, ar_news.docs"], ids=["project", "wheel"]
)
def test_a_pipeline_lives_beside_the_project(packages, order):
    program = order + "\nfrom ar_news.pipeline import tagger, tokenizer\nassert tagger is ar_ent_news_sm.tagger\n"
    program += "assert tokenizer is ar_ent_news_sm.tokenizer\nprint(ar_ent_news_sm.load().pipe_names)"
    out, error = told(packages, program, ROOT / "scripts")
    assert out == "['entity_ruler']\n", error


def test_a_pipeline_of_another_release_is_refused_in_one_line(packages, tmp_path):
    shutil.copytree(packages, tmp_path / "two")
    changed = tmp_path / "two" / "ar_ent_news_md" / "tokenizer.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "# Another release.\n", encoding="utf-8")
    out, error = told(tmp_path / "two", "import ar_ent_news_sm\nprint('loaded')\nimport ar_ent_news_md")
    assert out == "loaded\n"
    assert error.splitlines()[-1] == (
        "ImportError: ar_ent_news_md has another tokenizer.py than ar_ent_news_sm, which is loaded already: they are of "
        "two releases; install both of one release, or each in an environment of its own"
    )
    assert told(tmp_path / "two", "import ar_ent_news_md\nprint('loaded')")[0] == "loaded\n"


def test_a_package_whose_import_failed_is_in_nobodys_way(packages, tmp_path):
    shutil.copytree(packages, tmp_path / "two")
    with open(tmp_path / "two" / "ar_ent_news_md" / "tokenizer.py", "a", encoding="utf-8") as file:
        file.write("import a_package_that_is_not_there\n")
    program = "try:\n    import ar_ent_news_md\nexcept ImportError:\n    pass\nimport ar_ent_news_sm\nprint('loaded')"
    assert told(tmp_path / "two", program) == ("loaded\n", "")


def test_a_wheel_registers_what_the_project_registers():
    points = packaging.entry_points("ar_x", MODULES)
    assert points["spacy_models"] == ["ar_x = ar_x"]
    assert points["spacy_tokenizers"] == ["ar_news.tokenizer.v1 = ar_x.tokenizer:create_tokenizer"]
    assert "ar_news_tagger = ar_x.tagger:make_tagger" in points["spacy_factories"]
    assert points["spacy_displacy_colors"] == ["ar_x.looks = ar_x.looks:colours"]
    assert "spacy_architectures" not in points and "lists" not in str(points)
    whole = packaging.entry_points("ar_x", [*MODULES, "ar_news.pipeline.windows"])
    assert whole["spacy_architectures"] == ["ar_news.TransformerModel.v1 = ar_x.windows:make_transformer"]


def test_every_registered_name_of_the_shipped_files_has_an_entry_point():
    points = {name for _, name, _ in packaging.registered()}
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts/ar_news/pipeline").glob("*.py"))
    names = re.findall(r'^@registry\.\w+\("(.+)"\)|^@Language\.factory\(\s*"([^"]+)"', text, re.MULTILINE)
    assert len(names) > 3 and {a or b for a, b in names} <= points


def test_every_entry_point_leads_to_something():
    for _, _, place in packaging.registered():
        module, _, name = place.partition(":")
        if module != "ar_news.pipeline.windows":
            assert callable(getattr(importlib.import_module(module), name))


def test_who_trains_a_wheels_pipeline_further_needs_nothing_that_the_wheel_does_not_bring(small_pipeline, tmp_path):
    shutil.copytree(small_pipeline, tmp_path / "pipeline")
    forget_training(tmp_path / "pipeline")
    before, after = (load_config(folder / "config.cfg") for folder in (small_pipeline, tmp_path / "pipeline"))
    assert before["corpora"]["train"]["augmenter"]["@augmenters"].startswith("ar_news.")
    assert "ar_news" not in str(after["corpora"]) + str(after["training"])
    before["corpora"]["train"]["augmenter"] = None
    assert after.to_str() == before.to_str()


def test_the_version_stands_in_one_place(monkeypatch, tmp_path):
    assert packaging.stated("version") in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(packaging, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[a]\nversion = "1"\n[project]\nversion = "2.0"\n[b]\nversion = "3"\n')
    assert packaging.stated("version") == "2.0"
    with pytest.raises(InputError, match="says no name under"):
        packaging.stated("name")


def test_no_package_of_ours_is_required(toy_model, monkeypatch, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(toy_model, folder)
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    meta["requirements"] = ["ar-news>=3.8.0,<3.9.0", "spacy-transformers>=1.3,<1.4"]
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    monkeypatch.setattr(packaging, "own_distributions", lambda: {"ar-news"})
    (tmp_path / "made").mkdir()
    sources = packaging.lay_out(folder, MODULES, "x", "1.0", tmp_path / "made")
    needs = json.loads((sources / "meta.json").read_text(encoding="utf-8"))["requirements"]
    assert [re.split("[<>]", need)[0] for need in needs] == ["spacy-transformers", "spacy"]


def test_the_readme_of_a_wheel_has_no_empty_link(toy_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(toy_model, folder)
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    (folder / "meta.json").write_text(json.dumps({**meta, "author": "Sara", "url": ""}), encoding="utf-8")
    (tmp_path / "made").mkdir()
    sources = packaging.lay_out(folder, MODULES, "x", "1.0", tmp_path / "made")
    readmes = [path.read_text(encoding="utf-8") for path in sources.rglob("README.md")]
    assert len(readmes) == 2
    assert all("| **Author** | Sara |" in text and "]()" not in text for text in readmes)


def test_a_name_that_is_no_package_name_is_refused(toy_model, tmp_path):
    with pytest.raises(InputError, match="cannot package it as 'a b'"):
        packaging.lay_out(toy_model, MODULES, "a b", "1.0", tmp_path)


def test_displacy_and_explain_know_every_label():
    colours = {
        name: colour for found in registry.displacy_colors.get_all().values() for name, colour in found().items()
    }
    assert {row["label"]: row["colour"] for row in load_labels()}.items() <= colours.items()
    assert spacy.explain("PERSON") == "People, including fictional"
    definitions = {row["label"]: row["definition_en"] for row in load_labels()}
    for label in set(label_names()) - {"PERSON"}:
        assert spacy.explain(label) == definitions[label]


def test_a_wheel_knows_the_labels_of_its_own_corpus(tmp_path):
    assert looks.looks(tmp_path) == {}
    meta = {"lang": "ar", "name": "x", "version": "1.0.0", "spacy_version": ">=3.8.11,<3.9.0"}
    meta |= {"label_definitions": {"SHIP": "A ship."}, "label_colours": {"SHIP": "#aabbcc"}}
    (tmp_path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    assert looks.looks(tmp_path) == {"SHIP": ("#aabbcc", "A ship.")}


def test_licences_of_the_sources_are_told_one_a_line():
    sources = [
        {"name": "A", "author": "B", "url": "https://c", "license": "D"},
        {"name": "E", "url": "", "license": "F"},
    ]
    assert licence_lines(sources) == "A; B; https://c; D\nE; F\n"


def test_a_code_file_that_is_not_there_is_named(script, toy_model, tmp_path):
    code = ["--code", "scripts/ar_news/tokenizer.py"]
    done = script("package_build", toy_model, tmp_path / "out", "--name", "x", *code)
    assert done.returncode == 1
    assert b"scripts/ar_news/tokenizer.py: no such file" in done.stderr
    assert not (tmp_path / "out").exists()


def test_everything_that_is_registered_can_be_imported_without_pytorch():
    """spaCy imports all of it when it looks for any name, in environments of every kind."""
    places = [place.partition(":") for _, _, place in packaging.registered()]
    assert len(places) > 4
    program = (
        "import importlib, sys\nsys.modules.update(dict.fromkeys(('torch', 'spacy_transformers', 'transformers')))\n"
    )
    program += f"for module, _, name in {places!r}: getattr(importlib.import_module(module), name)\nprint('all')"
    out, errors = told(ROOT / "scripts", program)
    assert out == "all\n", errors
