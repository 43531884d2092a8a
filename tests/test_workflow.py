"""The whole workflow in a copy of the project, and its wheel in a clean environment."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile

import pytest

from ar_news.data.articles import EVERYDAY, SPLITS
from conftest import ROOT, gold

# Enough steps for the pipeline to find some names, few enough for a test.
SHORT = "training.max_steps=300 training.eval_frequency=100"
RUN = "training/ent_news_sm"
PROJECT = ("configs", "corpus", "scripts", "training/release", "project.yml", "pyproject.toml", "LICENSE")
PACKAGE = "training/packages/ent_news_sm"
CONSUMER = """
import json, sys, spacy
from importlib.metadata import distribution
if __name__ == "__main__":
    text, folder = sys.argv[1:]
    nlp = spacy.load("ar_ent_news_sm")
    ents = lambda doc: [(e.text, e.label_, e.start_char, e.end_char) for e in doc.ents]
    assert nlp(text).text == text
    nlp.to_disk(folder)
    print(json.dumps({
        "one": ents(nlp(text)),
        "two": [ents(doc) for doc in nlp.pipe([text] * 4, n_process=2, batch_size=2)],
        "tokens": [token.text for token in nlp.make_doc("وترامب بكازاخستان للاتفاقات لـ«رويترز» بوتين")],
        "meta": nlp.meta,
        "files": [str(path) for path in distribution("ar_ent_news_sm").files],
        "ours": [name for name in sys.modules if name in ("ar_news", "articles", "wordfreq")],
    }))
"""
# A new process that has imported nothing of ours: the pipeline as a folder, what is explained, and the colours.
AGAIN = """
import json, sys, spacy
from spacy import displacy
text, folder = sys.argv[1:]
doc = spacy.load(folder)(text)
print(json.dumps({
    "saved": [(e.text, e.label_, e.start_char, e.end_char) for e in doc.ents],
    "explained": {label: spacy.explain(label) for label in ("PERSON", "COUNTRY", "MEDIA", "AGREEMENT")},
    "page": displacy.render(
        [{"text": "abcd", "ents": [
            {"start": i, "end": i + 1, "label": label}
            for i, label in enumerate(("PERSON", "COUNTRY", "MEDIA", "AGREEMENT"))
        ]}], style="ent", manual=True, jupyter=False),
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


def project_run(folder, *variables, command="all"):
    return run(
        sys.executable,
        "-m",
        "spacy",
        "project",
        "run",
        command,
        ".",
        f"--vars.overrides={SHORT}",
        *variables,
        cwd=folder,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in which `spacy project run all` was run with a short training."""
    folder = tmp_path_factory.mktemp("project")
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*_trf-*"))
        else:
            shutil.copy(source, folder / name)
    project_run(folder)
    return folder


@pytest.fixture(scope="module")
def installed(project, tmp_path_factory):
    """What a program that knows only spaCy sees of the wheel in an environment of its own."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (wheel,) = (project / PACKAGE).glob("*.whl")
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", wheel], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"needs a package index for pip: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    (folder / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    (folder / "again.py").write_text(AGAIN, encoding="utf-8")
    text = gold("test")[0]["text"]
    found = {"python": python, "text": text}
    for program in ("consumer.py", "again.py"):
        found.update(json.loads(run(python, program, text, "saved", cwd=folder, PYTHONPATH="")))
    return found


def test_the_scores_count_every_gold_name(project):
    scores = json.loads((project / RUN / "scores" / "test.json").read_text(encoding="utf-8"))
    assert scores["exact"]["ALL"]["support"] == sum(len(article["spans"]) for article in gold("test"))


def test_a_short_training_already_finds_countries(project):
    scores = json.loads((project / RUN / "scores" / "test.json").read_text(encoding="utf-8"))
    assert scores["exact"]["COUNTRY"]["f1"] > 0.5


def packaged(project, output, name, *more):
    """What package_build.py says of the pipeline of the run, packaged under another name or version."""
    command = [sys.executable, "scripts/package_build.py", f"{RUN}/pipeline", output, "--name", name]
    code = [
        "--code",
        "scripts/ar_news/pipeline/tokenizer.py",
        "--code",
        "scripts/ar_news/pipeline/listener.py",
        "--code",
        "scripts/ar_news/pipeline/word_layers.py",
        "--code",
        "scripts/ar_news/pipeline/name_rules.py",
        "--code",
        "scripts/ar_news/pipeline/second_look.py",
        "--code",
        "scripts/ar_news/pipeline/edges.py",
    ]
    return run(*command, *code, *more, cwd=project)


def test_packaging_says_in_one_line_what_came_out(project, tmp_path):
    said = packaged(project, tmp_path / "made", "ent_news_sm", "--version", "0.1.0")
    pattern = r".*made.ar_ent_news_sm-0\.1\.0-py3-none-any\.whl: \d+\.\d MB, F \d+\.\d on the test articles\n"
    assert re.fullmatch(pattern, said)
    assert "Successfully built" in (tmp_path / "made" / "build.log").read_text(encoding="utf-8")


def test_a_folder_of_packages_holds_the_wheel_of_this_version_and_the_log(project):
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    found = sorted(path.name for path in (project / PACKAGE).iterdir())
    assert found == [f"ar_ent_news_sm-{version}-py3-none-any.whl", "build.log"]


def test_a_second_run_has_nothing_to_do(project):
    text = project_run(project)
    # All but convert and describe, which may read a file more and give the same bytes, and train, which decides by its stamp.
    assert len(re.findall(r"Skipping '", text)) == 4
    assert f"{RUN}/model: up to date" in text


def test_the_wheel_is_under_twenty_megabytes(project):
    (wheel,) = (project / PACKAGE).glob("*.whl")
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
    scores = json.loads((project / RUN / "scores" / "test.json").read_text(encoding="utf-8"))
    assert meta["labels"]["ner"] == ["AGREEMENT", "COUNTRY", "MEDIA", "PERSON"]
    assert meta["performance"]["ents_f"] == pytest.approx(scores["exact"]["ALL"]["f1"])
    assert meta["license"] == "CC BY-SA 4.0"
    assert all(source["name"] and source["license"] for source in meta["sources"])
    assert set(meta["label_definitions"]) == set(meta["labels"]["ner"])


def test_the_wheel_holds_no_path_of_the_machine_that_built_it(project):
    (wheel,) = (project / PACKAGE).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            text = archive.read(name)
            assert str(project).encode() not in text and str(ROOT).encode() not in text, name


def test_a_pipeline_that_was_saved_is_loaded_by_a_process_that_imported_nothing_of_ours(installed):
    assert installed["saved"] == installed["one"]


def test_the_wheel_explains_and_colours_its_labels(project, installed):
    rows = json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))
    assert {**installed["explained"], "PERSON": ""} == {
        row["label"]: "" if row["label"] == "PERSON" else row["definition_en"] for row in rows
    }
    assert all(f"background: {row['colour']};" in installed["page"] for row in rows)


def test_the_wheel_holds_its_licences(installed):
    held = [name.replace("\\", "/") for name in installed["files"]]
    for name in ("LICENSE", "LICENSES_SOURCES"):
        assert any(file.endswith(f".dist-info/licenses/{name}") for file in held), held
    assert "[" not in installed["meta"]["url"] and installed["meta"]["label_colours"]


def test_two_wheels_of_a_release_are_loaded_at_once_and_one_of_another_is_refused(project, installed, tmp_path):
    python = installed["python"]
    # spaCy finds a package that pip put there; a folder does not do.
    packaged(project, tmp_path / "md", "ent_news_md")
    (wheel,) = (tmp_path / "md").glob("*.whl")
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    both = "import spacy; print([spacy.load(f'ar_ent_news_{size}').meta['name'] for size in ('sm', 'md')])"
    assert run(python, "-c", both, cwd=tmp_path, PYTHONPATH="") == "['ent_news_sm', 'ent_news_md']\n"

    other = tmp_path / "other"
    for name in PROJECT[:1] + PROJECT[2:]:
        copy = shutil.copytree if (project / name).is_dir() else shutil.copy
        other.mkdir(exist_ok=True)
        copy(project / name, other / name)
    with open(other / "scripts" / "ar_news" / "pipeline" / "tokenizer.py", "a", encoding="utf-8") as file:
        file.write("# Another release.\n")
    shutil.copytree(project / RUN / "pipeline", other / RUN / "pipeline")
    packaged(other, tmp_path / "later", "ent_news_md", "--version", "99.0.0")
    (wheel,) = (tmp_path / "later").glob("*.whl")
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        [python, "-c", both], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "they are of two releases; install both of one release" in done.stderr.splitlines()[-1]
    # Beside the tests that follow, the environment is as it was.
    run(python, "-m", "pip", "uninstall", "-q", "-y", "ar_ent_news_md", cwd=tmp_path)


def test_the_wheel_tells_what_it_was_made_of(installed):
    made = installed["meta"]["made_of"]
    assert set(made["data"]) == {f"{split}.jsonl" for split in (*SPLITS, *EVERYDAY)} and all(
        len(sha) == 64 for sha in made["data"].values()
    )
    assert any(package.startswith("spacy==") for package in made["lock"]["packages"]) and made["kernels"]
    assert "commit" in made


def test_other_overrides_train_again(project, tmp_path):
    stamp = project / RUN / "model.stamp.json"
    before = json.loads(stamp.read_text(encoding="utf-8"))
    assert before["settings"]["overrides"]["training.max_steps"] == 300
    shutil.copytree(project / RUN, tmp_path / "run")
    command = [
        sys.executable,
        "scripts/train_pipeline.py",
        "configs/cpu.cfg",
        tmp_path / "run" / "model",
        "--train",
        f"{RUN}/data/train.spacy",
    ]
    command += ["--dev", f"{RUN}/data/dev.spacy", "--overrides", "training.max_steps=2 training.eval_frequency=1"]
    assert "trained with seed 0" in run(*command, cwd=project)
    assert (
        json.loads((tmp_path / "run" / "model.stamp.json").read_text(encoding="utf-8"))["settings"]["overrides"][
            "training.max_steps"
        ]
        == 2
    )
    assert "up to date" in run(*command, cwd=project)


def test_the_config_is_complete(project):
    # The project is installed in the environment that in_venv.py makes, so that spaCy knows what the config names.
    command = ["debug", "data", "configs/cpu.cfg"]
    said = run(
        sys.executable,
        "-m",
        "spacy",
        *command,
        "--paths.train",
        f"{RUN}/data/train.spacy",
        "--paths.dev",
        f"{RUN}/data/dev.spacy",
        cwd=project,
    )
    assert "Good amount of examples for all labels" in said


@pytest.fixture(scope="module")
def own_run(project):
    """A run on a small corpus of one's own, under a name and in a folder with a space, beside the finished main run."""
    for split in ("train", "dev", "test"):
        path = project / "my corpus" / f"{split}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(article) + "\n" for article in gold(split)[:4]), encoding="utf-8")
    main = {path: path.read_bytes() for path in (project / RUN).rglob("*") if path.is_file()}
    variables = [
        "--vars.corpus",
        "my corpus",
        "--vars.name",
        "my_ner",
        "--vars.author",
        "Sara",
        "--vars.source",
        "Sara's news",
        "--vars.start",
        "",
    ]
    few = "--vars.overrides=training.max_steps=4 training.eval_frequency=2"
    said = run(sys.executable, "-m", "spacy", "project", "run", "all", ".", few, *variables, cwd=project)
    return main, said


def test_a_run_of_ones_own_leaves_the_main_one_alone(project, own_run):
    main, _ = own_run
    assert {path: path.read_bytes() for path in (project / RUN).rglob("*") if path.is_file()} == main


def test_a_pipeline_of_another_corpus_claims_nothing_of_this_one(project, own_run):
    _, said = own_run
    meta = json.loads((project / "training" / "my_ner" / "pipeline" / "meta.json").read_text(encoding="utf-8"))
    assert (meta["author"], meta["license"]) == ("Sara", "")
    assert next(source["name"] for source in meta["sources"]) == "Sara's news"
    assert "Arabic news NER gold corpus" not in json.dumps(meta)
    assert "warning: the pipeline will tell no license" in said and "--vars.license" in said


def test_the_figures_of_another_corpus_are_refused(project, own_run):
    done = subprocess.run(
        [sys.executable, "scripts/docs_render.py", "training/my_ner"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1 and "the run is of another corpus than corpus/" in done.stderr
    assert not (project / "docs" / "measured.json").exists()


def test_quality_of_a_corpus_that_nobody_annotated_twice_goes_on(project, own_run):
    command = ["project", "run", "agreement", ".", "--vars.corpus", "my corpus", "--vars.name", "my_ner"]
    assert "so no agreement is told" in run(sys.executable, "-m", "spacy", *command, cwd=project)
