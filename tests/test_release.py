"""The released pipelines: one reads where nothing is trained yet, a training may begin with its word layers, and it is said."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import spacy

from ar_news import release
from ar_news.data.files import InputError
from ar_news.data.stamps import digest
from conftest import ROOT, gold

TEXT = "قال ترامب إن كازاخستان تنضم"
FEW = "training.max_steps=4 training.eval_frequency=2"


def zipped(pipeline, wheel):
    """A wheel as pip knows it, without what only pip reads: a pipeline's folder in a package of that name."""
    package, version, *_ = wheel.stem.split("-")
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{package}/__init__.py", "")
        archive.writestr(f"{package}/meta.json", "{}")
        for path in sorted(pipeline.rglob("*")):
            if path.is_file():
                archive.write(path, f"{package}/{package}-{version}/{path.relative_to(pipeline).as_posix()}")
    return wheel


@pytest.fixture
def shelf(toy_model, tmp_path, monkeypatch):
    """A folder of releases that holds two sizes, and nothing else of this project."""
    monkeypatch.setattr(release, "RELEASE", tmp_path / "training" / "release")
    monkeypatch.setattr(release, "UNPACKED", tmp_path / "training" / ".release")
    for size in ("sm", "md"):
        zipped(toy_model, release.RELEASE / f"ar_ent_news_{size}-3.8.0-py3-none-any.whl")
    return release.RELEASE


def test_where_nothing_is_trained_yet_the_best_release_reads_and_says_so(shelf, tmp_path, script):
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    missing = tmp_path / "training" / "my_news" / "pipeline"
    done = script("annotate", tmp_path / "news.txt", "--pipeline", missing)
    assert done.returncode == 0
    assert [span["text"] for span in json.loads(done.stdout)["spans"]] == ["ترامب", "كازاخستان"]
    first, second = done.stderr.decode().splitlines()[:2]
    assert first == f"{missing} is not there yet: {shelf / 'ar_ent_news_md-3.8.0-py3-none-any.whl'} reads"
    assert second.startswith(f"reading with {release.UNPACKED / 'ar_ent_news_md-3.8.0-py3-none-any'}")


def test_the_release_is_measured_kind_by_kind_before_anything_is_trained(shelf, jsonl, tmp_path, script):
    sentences = jsonl({"id": "a", "kind": "plain", "text": TEXT, "spans": [[4, 9, "PERSON"], [13, 22, "COUNTRY"]]})
    missing = tmp_path / "training" / "my_news" / "pipeline"
    done = script("evaluate_kinds", missing, sentences)
    assert b"exactly right: 1 of 1" in done.stdout and done.stderr.startswith(f"{missing} is not there yet".encode())


def test_the_release_suggests_before_anything_is_trained(shelf, tmp_path, script):
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    missing = tmp_path / "training" / "my_news" / "pipeline"
    done = script("annotation_suggest", tmp_path / "news.txt", tmp_path / "suggested.jsonl", "--pipeline", missing)
    assert done.returncode == 0, done.stderr.decode()
    assert b"2 names suggested by" in done.stdout and str(release.UNPACKED).encode() in done.stdout


def test_a_pipeline_that_was_trained_reads_itself(shelf, toy_model, tmp_path, script):
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    done = script("annotate", tmp_path / "news.txt", "--pipeline", toy_model)
    assert done.returncode == 0
    (line,) = [line for line in done.stderr.decode().splitlines() if "read" in line]
    assert line.startswith("reading with") and line.endswith(str(toy_model))
    assert not release.UNPACKED.exists()


def test_another_pipeline_that_is_missing_is_told_and_not_replaced(shelf, tmp_path, script):
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    done = script("annotate", tmp_path / "news.txt", "--pipeline", tmp_path / "mine")
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1 and line.startswith(f"error: {tmp_path / 'mine'}: no such pipeline")


def test_a_wheel_is_unpacked_once_and_anew_when_it_is_another(shelf, toy_model):
    wheel = shelf / "ar_ent_news_md-3.8.0-py3-none-any.whl"
    folder = release.unpacked(wheel)
    assert release.unpacked(wheel) == folder and spacy.load(folder)(TEXT).ents[0].text == "ترامب"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more", "")
    assert release.unpacked(wheel) != folder


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_a_broken_wheel_is_told(tmp_path, content, monkeypatch):
    monkeypatch.setattr(release, "UNPACKED", tmp_path / ".release")
    (tmp_path / "ar_ent_news_md-3.8.0-py3-none-any.whl").write_bytes(content)
    with pytest.raises(InputError, match="no wheel of a pipeline"):
        release.folder_of(tmp_path)
    assert not list(tmp_path.glob(".release/*"))


@pytest.fixture(scope="module")
def data(nlp, tmp_path_factory):
    """Folder of train.spacy and dev.spacy, of a few articles."""
    from ar_news.comparison.ablation import write_docs

    folder = tmp_path_factory.mktemp("data")
    for name, articles in (("train", gold("dev")[:4]), ("dev", gold("dev")[4:6])):
        path = folder / f"{name}.jsonl"
        path.write_text(
            "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles), encoding="utf-8"
        )
        write_docs({str(path): 1}, folder / f"{name}.spacy")
    return folder


def trained(script, data, output, *more):
    """What train_pipeline.py did with a learning rate at which nothing is learnt, and its pipeline."""
    arguments = ("--train", data / "train.spacy", "--dev", data / "dev.spacy")
    still = f"{FEW} training.optimizer.learn_rate=0.0"
    return script("train_pipeline", "configs/cpu.cfg", output, *arguments, "--overrides", still, *more)


def test_a_training_may_begin_with_the_word_layers_of_a_released_pipeline(script, data, tmp_path, monkeypatch):
    from ar_news.training.pipelines import train_pipeline

    monkeypatch.setattr(release, "UNPACKED", tmp_path / "training" / ".release")
    larger = {"components.tok2vec.model.embed.rows": [300, 200, 100], "training.max_steps": 2}
    paths = {"paths.train": str(data / "train.spacy"), "paths.dev": str(data / "dev.spacy"), "system.seed": 3}
    train_pipeline(ROOT / "configs" / "cpu.cfg", tmp_path / "larger", {**larger, **paths})
    wheel = zipped(tmp_path / "larger" / "model-last", tmp_path / "shelf" / "ar_ent_news_md-3.8.0-py3-none-any.whl")
    assert trained(script, data, tmp_path / "own", "--start", wheel.parent).returncode == 0
    assert trained(script, data, tmp_path / "other").returncode == 0
    begun, own, other = (
        spacy.load(path).get_pipe("tok2vec").model.to_bytes()
        for path in (
            tmp_path / "larger" / "model-last",
            tmp_path / "own" / "model-last",
            tmp_path / "other" / "model-last",
        )
    )
    assert own == begun and other != begun
    assert b"up to date" in trained(script, data, tmp_path / "own", "--start", wheel.parent).stdout
    assert b"trained with seed" in trained(script, data, tmp_path / "own").stdout


def test_what_another_pipeline_taught_stands_among_the_sources(shelf, toy_model, tmp_path, script):
    """Its texts, lists and their licences go along with its word layers."""
    meta = json.loads((toy_model / "meta.json").read_text(encoding="utf-8"))
    taught = {"name": "Some news", "url": "", "author": "An agency", "license": "CC BY-SA 4.0"}
    begun = shutil.copytree(toy_model, tmp_path / "begun")
    (begun / "meta.json").write_text(json.dumps({**meta, "version": "3.8.9", "sources": [taught]}), encoding="utf-8")
    row = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    scores = json.dumps({"exact": {"ALL": row}, "words_per_second": 1})
    (tmp_path / "scores.json").write_text(scores, encoding="utf-8")
    for start, sources in ((begun, [taught]), ("", [])):
        done = script(
            "package_describe",
            toy_model,
            tmp_path / "scores.json",
            tmp_path / "out",
            "--start",
            start,
            "--corpus",
            ROOT / "corpus",
        )
        assert done.returncode == 0, done.stderr.decode()
        told = json.loads((tmp_path / "out" / "meta.json").read_text(encoding="utf-8"))
        assert [source for source in told["sources"] if source == taught] == sources
        assert ("start" in told["made_of"]) == bool(start)
        assert (b"Some news" in (tmp_path / "out" / "LICENSES_SOURCES").read_bytes()) == bool(start)


def test_a_pipeline_without_word_layers_is_refused_as_a_start(script, data, toy_model, tmp_path):
    done = trained(script, data, tmp_path / "own", "--start", toy_model)
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1 and line.startswith(f"error: {toy_model}: has no word layers")
    done = trained(script, data, tmp_path / "own", "--start", tmp_path / "nothing")
    (line,) = done.stderr.decode().splitlines()
    assert line == f"error: {tmp_path / 'nothing'}: no pipeline and no wheel of one; give its folder or the wheel"
    assert not (tmp_path / "own").exists()


@pytest.fixture
def wheels(toy_model, tmp_path):
    """Make a wheel of a size whose pipeline says of what commit it was made."""

    def make(size, commit="0" * 40):
        folder = shutil.copytree(toy_model, tmp_path / "pipelines" / size)
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        made_of = {"commit": commit, "data": {"train.jsonl": "1"}, "lock": {"sha256": "2", "packages": []}}
        meta.update(name=f"ent_news_{size}", version="3.8.0", license="CC BY-SA 4.0", sources=[], made_of=made_of)
        (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        return zipped(folder, tmp_path / "packages" / size / f"ar_ent_news_{size}-3.8.0-py3-none-any.whl")

    return make


@pytest.fixture
def articles(jsonl):
    spans = [{"start": 4, "end": 9, "label": "PERSON"}, {"start": 13, "end": 22, "label": "COUNTRY"}]
    return jsonl({"id": "1", "text": TEXT, "spans": spans}, name="gold.jsonl")


def test_a_release_says_what_made_each_wheel_and_how_well_it_reads(wheels, articles, tmp_path, script, monkeypatch):
    import hashlib

    from ar_news.comparison import releasing

    monkeypatch.setattr(release, "UNPACKED", tmp_path / ".release")
    made = [wheels("sm"), wheels("trf")]
    monkeypatch.setattr(releasing, "LARGEST", made[0].stat().st_size)
    with zipfile.ZipFile(made[1], "a") as archive:
        archive.writestr("weights", "0" * 999)
    done = script("package_release", *made, "--test", f"real={articles}", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    assert b"MB, too large to be copied, F real 100.0" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [made[0].name, "release.json"]
    told = json.loads((tmp_path / "out" / "release.json").read_text(encoding="utf-8"))
    small = told["ar_ent_news_sm"]
    assert small["sha256"] == hashlib.sha256((tmp_path / "out" / made[0].name).read_bytes()).hexdigest()
    assert small["made_of"]["commit"] == "0" * 40 and small["made_of"]["command"].endswith(
        'spacy project run all . --vars.start ""'
    )
    assert small["tests"]["real"]["ALL"]["f1"] == 1.0 and small["words_per_second"]["median"] > 0
    assert not told["ar_ent_news_trf"]["shipped"] and told["ar_ent_news_trf"]["tests"]["real"]["ALL"]["f1"] == 1.0


def test_what_was_made_of_files_in_no_commit_is_not_released(wheels, articles, tmp_path, script, monkeypatch):
    monkeypatch.setattr(release, "UNPACKED", tmp_path / ".release")
    wheel = wheels("md", commit="0" * 40 + "+")
    done = script("package_release", wheel, "--test", f"real={articles}", "--output", tmp_path / "out")
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1 and line.startswith(f"error: {wheel}: was made of files that are in no commit")
    done = script("package_release", tmp_path / "no.whl", "--test", f"real={articles}", "--output", tmp_path / "out")
    assert done.stderr.decode().startswith(f"error: {tmp_path / 'no.whl'}: no such wheel")
    assert not (tmp_path / "out").exists()


SCORER = """
import json, sys
import spacy

package, *files = sys.argv[1:]
nlp, found = spacy.load(package), {}
for file in files:
    right = gold = guessed = 0
    records = [json.loads(line) for line in open(file, encoding="utf-8") if line.strip()]
    for record, doc in zip(records, nlp.pipe(record["text"] for record in records)):
        wanted = {(span["start"], span["end"], span["label"]) for span in record["spans"]}
        names = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}
        right, gold, guessed = right + len(wanted & names), gold + len(wanted), guessed + len(names)
    found[file] = 2 * right / (gold + guessed)
print(json.dumps({"f1": found, "ours": [name for name in sys.modules if name.split(".")[0] == "ar_news"]}))
"""
SHIPPED = sorted(release.RELEASE.glob("*.whl"))


def lend_pytorch(environment):
    """Let a new environment have the packages of this one but our own, as PyTorch is too large to be fetched for a test."""
    pytest.importorskip("spacy_transformers", reason="needs PyTorch: pip install -r requirements-best.txt")
    (packages,) = environment.glob("[Ll]ib/**/site-packages")
    for path in Path(sys.modules["spacy_transformers"].__file__).parents[1].iterdir():
        if "ar_news" not in path.name and not (packages / path.name).exists():
            (packages / path.name).symlink_to(path)


@pytest.mark.parametrize("wheel", SHIPPED or [None], ids=lambda wheel: wheel.name if wheel else "none")
def test_a_released_wheel_in_an_empty_environment_gets_its_recorded_scores(wheel, tmp_path):
    """The file itself, by pip, with spaCy alone beside it; sums and scores are those of release.json."""
    if wheel is None:
        pytest.skip("needs a release in training/release")
    told = json.loads((release.RELEASE / "release.json").read_text(encoding="utf-8"))[wheel.name.partition("-")[0]]
    assert told["wheel"] == wheel.name and told["sha256"] == digest(wheel)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if "_trf-" in wheel.name:
        lend_pytorch(tmp_path / "venv")
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", wheel.resolve()], capture_output=True, text=True, check=False
    )
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"needs a package index for pip: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    tests = {"dev": ROOT / "corpus" / "dev.jsonl", "test": ROOT / "corpus" / "test.jsonl"}
    command = [python, "-c", SCORER, wheel.name.partition("-")[0], *map(str, tests.values())]
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env={**kept, "PYTHONUTF8": "1"}
    )
    found = json.loads(said.stdout)
    assert found["ours"] == []
    # On another processor the last bits of a float differ, and with them a name or two in 3,500.
    for name, path in tests.items():
        assert found["f1"][str(path)] == pytest.approx(told["tests"][name]["ALL"]["f1"], abs=0.001)
