"""A long step is done again exactly when its settings or its inputs have changed, and never taken for done half-way."""

import json

import pytest

from ar_news.data.files import InputError
from conftest import gold


@pytest.fixture
def made(tmp_path):
    """Make an output of an input with some settings, unless it is up to date; whether it was made."""
    from ar_news.data.stamps import Stamp

    source = tmp_path / "in.txt"
    source.write_text("one", encoding="utf-8")

    def make(settings, stop=False):
        stamp = Stamp(tmp_path / "out", settings, [source])
        if stamp.fresh():
            return False
        with stamp.making(holds="model") as folder:
            folder.mkdir()
            (folder / "model").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
            if stop:
                raise KeyboardInterrupt
        return True

    return make, source, tmp_path / "out"


def test_what_is_made_of_the_same_is_made_once(made):
    make, _, _ = made
    assert [make({"seed": 0}), make({"seed": 0}), make({"seed": 1}), make({"seed": 1})] == [True, False, True, False]


def test_another_input_makes_it_anew(made):
    make, source, output = made
    make({})
    source.write_text("two", encoding="utf-8")
    assert make({}) and (output / "model").read_text(encoding="utf-8") == "two"


def test_an_output_that_was_changed_or_removed_is_made_anew(made):
    make, _, output = made
    make({})
    (output / "model").write_text("spoilt", encoding="utf-8")
    assert make({})
    (output / "model").unlink()
    output.rmdir()
    assert make({})


def test_what_was_stopped_is_not_done(made):
    make, _, output = made
    with pytest.raises(KeyboardInterrupt):
        make({}, stop=True)
    assert not output.exists()
    assert make({})


def test_a_stopped_second_making_leaves_the_first_one_and_its_stamp(made):
    make, source, output = made
    make({})
    source.write_text("two", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        make({}, stop=True)
    assert (output / "model").read_text(encoding="utf-8") == "one"
    source.write_text("one", encoding="utf-8")
    assert not make({})


def test_an_output_without_a_stamp_is_not_taken_for_done(made):
    make, _, output = made
    output.mkdir()
    (output / "model").write_text("one", encoding="utf-8")
    assert make({})


@pytest.fixture
def data(jsonl, script, tmp_path):
    """Folder with train.spacy and dev.spacy of a few articles, and the file that train.spacy is made of."""

    def convert(articles):
        for split, part in (("train", articles), ("dev", gold("dev")[:2])):
            jsonl(*part, name=f"corpus/{split}.jsonl")
        assert script("train_convert", tmp_path / "corpus", tmp_path / "data").returncode == 0
        return tmp_path / "data"

    return convert


FEW = "training.max_steps=4 training.eval_frequency=2"


def test_a_learning_curve_never_gives_new_counts_old_scores(data, jsonl, script, tmp_path):
    """The curve of eight articles was once published with the counts of sixteen."""
    test = jsonl(*gold("test")[:1], name="test.jsonl")
    models = []
    for number in (8, 16, 16):
        folder = data(gold("dev")[2 : 2 + number])
        done = script(
            "train_curve", "configs/cpu.cfg", folder, test, "--output", tmp_path / "curve", "--overrides", FEW
        )
        assert done.returncode == 0, done.stderr.decode()
        points = json.loads((tmp_path / "curve" / "curve.json").read_text(encoding="utf-8"))
        assert [point["articles"] for point in points] == [number // 8, number // 4, number // 2, number]
        models.append((tmp_path / "curve" / "1" / "model" / "model-best" / "ner" / "model").read_bytes())
        again = done.stdout.decode().count("up to date")
    assert models[0] != models[1] and models[1] == models[2] and again == 4


def test_a_learning_curve_is_scored_on_every_file_of_a_folder_and_on_no_more_where_none_is_given(
    jsonl, script, tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr("train_curve.curve", lambda config, data, tests, *rest: asked.append(list(tests)) or [])
    monkeypatch.setattr("train_curve.plot", lambda points, path: None)
    test = jsonl(*gold("test")[:1], name="test.jsonl")
    jsonl(*gold("test")[1:2], name="my_real/open.jsonl")
    jsonl(*gold("test")[2:3], name="my_real/everyday.jsonl")
    for more in (tmp_path / "my_real", ""):
        done = script("train_curve", "configs/cpu.cfg", tmp_path, test, more, "--output", tmp_path / "curve")
        assert done.returncode == 0, done.stderr.decode()
    assert asked == [["test", "everyday", "open"], ["test"]]


@pytest.mark.parametrize("text", ["max_steps=4", "training.max_steps", "training.max_steps 4", "--training.max_steps"])
def test_an_override_of_another_form_is_one_clear_line(text):
    from ar_news.training.pipelines import read_overrides

    with pytest.raises(InputError, match="is no KEY=VALUE with a dotted key"):
        read_overrides(text)


def test_overrides_are_read_as_the_config_reads_them():
    from ar_news.training.pipelines import read_overrides

    assert read_overrides("training.max_steps=4 --training.dropout=0.1 nlp.lang=ar") == {
        "training.max_steps": 4,
        "training.dropout": 0.1,
        "nlp.lang": "ar",
    }


def test_a_variable_that_a_workflow_cannot_see_is_refused(monkeypatch):
    from ar_news.training.pipelines import read_overrides

    monkeypatch.setenv("SPACY_CONFIG_OVERRIDES", "--training.max_steps 4")
    with pytest.raises(InputError, match="--vars.overrides"):
        read_overrides("")


def test_a_setting_that_the_config_does_not_have_is_one_clear_line(data, script, tmp_path):
    folder = data(gold("dev")[2:4])
    done = script(
        "train_pipeline",
        "configs/cpu.cfg",
        tmp_path / "model",
        "--train",
        folder / "train.spacy",
        "--dev",
        folder / "dev.spacy",
        "--overrides",
        "training.max_step=4",
    )
    assert (
        done.returncode == 1
        and "configs/cpu.cfg: has no training.max_step," in done.stderr.decode()
        and "max_step" in done.stderr.decode()
    )
    assert not (tmp_path / "model").exists()


def test_the_same_inputs_give_the_same_weights_whatever_the_hash_seed_and_the_threads(data, tmp_path, monkeypatch):
    import subprocess
    import sys

    from ar_news.data.stamps import digest
    from conftest import ROOT

    folder, found = data(gold("dev")[2:8]), set()
    for number, threads in ((1, "1"), (2, "2")):
        for name, value in (
            ("PYTHONHASHSEED", str(number)),
            ("OMP_NUM_THREADS", threads),
            ("OPENBLAS_NUM_THREADS", threads),
        ):
            monkeypatch.setenv(name, value)
        model = tmp_path / str(number)
        command = [
            sys.executable,
            str(ROOT / "scripts" / "train_pipeline.py"),
            "configs/cpu.cfg",
            str(model),
            "--overrides",
            FEW,
        ]
        command += ["--train", str(folder / "train.spacy"), "--dev", str(folder / "dev.spacy")]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        found.add(tuple(digest(model / "model-last" / part / "model") for part in ("tok2vec", "ner")))
    assert len(found) == 1
