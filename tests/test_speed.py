"""Our layers beside spaCy's own: both are measured in one run, find the same names, and the pages tell what was measured."""

import copy
import json
import os
import zipfile
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin
from tqdm import tqdm

from ar_news.comparison import speed
from ar_news.comparison.speed import ARCHITECTURES, BATCHES, PARTS, evenly, in_turns, same
from ar_news.data.articles import read_news
from ar_news.figures import MEASURED, render
from conftest import ROOT, gold


@pytest.fixture(scope="module")
def train(nlp, tmp_path_factory):
    """Two gold articles to learn from, a .spacy file."""
    docs = DocBin()
    for article in gold("train")[:2]:
        doc = nlp.make_doc(article["text"])
        found = [doc.char_span(span["start"], span["end"], span["label"]) for span in article["spans"]]
        doc.set_ents([span for span in found if span])
        docs.add(doc)
    path = tmp_path_factory.mktemp("speed") / "train.spacy"
    docs.to_disk(path)
    return path


@pytest.fixture(scope="module")
def measured(script, small_pipeline, small_texts, train, tmp_path_factory):
    """What the command said and wrote of three short articles."""
    folder = tmp_path_factory.mktemp("speed")
    articles = folder / "articles.jsonl"
    flat = [" ".join(text.split()) for text in small_texts[:3]]
    texts = [text[:200] + "\n" + text[200:300] for text in flat]
    lines = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts)]
    articles.write_text("\n".join(lines), encoding="utf-8")
    done = script("compare_speed", small_pipeline, articles, "--train", train, "--output", folder / "speed.json")
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), json.loads((folder / "speed.json").read_text(encoding="utf-8"))


def test_long_and_short_texts_are_read_in_batches_of_one_some_and_many_and_a_pipeline_learns(measured):
    _, result = measured
    assert [(row["texts"], row["batch"]) for row in result["reading"]] == [
        (kind, batch) for kind in ("long", "short") for batch in BATCHES
    ]
    assert {kind: row["texts"] for kind, row in result["texts"].items()} == {"long": 3, "short": 6}
    assert result["training"]["tokens"] > 200 and result["first"]["batch"] == 64


def test_every_row_tells_five_rounds_of_both_and_how_they_compare(measured):
    _, result = measured
    for row in (*result["reading"], result["first"], result["training"]):
        for kind in ("ours", "stock", "ratio"):
            rounds = row[kind]["rounds"]
            assert len(rounds) == 5 and min(rounds) > 0
            assert row[kind]["lowest"] == min(rounds) <= row[kind]["median"] <= row[kind]["highest"] == max(rounds)
        quotients = [ours / stock for ours, stock in zip(row["ours"]["rounds"], row["stock"]["rounds"])]
        assert row["ratio"]["rounds"] == pytest.approx(quotients, rel=0.01)


def test_the_same_run_says_in_how_many_texts_both_find_the_same_names(measured):
    said, result = measured
    assert result["same"]["same"] == result["same"]["texts"] == 9 and result["same"]["names"] > 0
    assert "the same names in 9 of 9 texts" in said and said.count("\n") == 1


def test_a_text_in_which_they_differ_is_counted(small_pipeline, small_texts):
    ours, other = spacy.load(small_pipeline), spacy.load(small_pipeline)
    plain = other.tokenizer
    other.tokenizer = lambda text: plain("غدا" if text == small_texts[1] else text)
    found = same({"ours": ours, "other": other}, small_texts[:3])
    assert (found["texts"], found["same"]) == (3, 2)


def test_the_parts_of_the_time_and_what_it_was_measured_with_are_told(measured):
    _, result = measured
    for name in ARCHITECTURES:
        assert list(result["where"][name]) == list(PARTS) and min(result["where"][name].values()) >= 0
    assert result["processor"] and list(result["versions"]) == ["spacy", "thinc", "blis", "numpy"]
    assert all(len(line.split()) > 1 and "None" not in line for line in result["kernels"])


def test_ours_and_stock_take_turns_and_the_other_begins_every_second_round():
    asked = []
    found = in_turns(lambda name: asked.append(name) or len(asked), 3, tqdm(disable=True))
    assert asked == ["ours", "stock", "stock", "ours", "ours", "stock"]
    assert found == {"ours": [1, 4, 5], "stock": [2, 3, 6]}


def test_each_first_pass_is_of_a_pipeline_that_has_read_nothing(
    script, small_pipeline, train, tmp_path, jsonl, monkeypatch
):
    def watched(nlp, texts, batch):
        known.append(len(nlp.tokenizer._cache.kept))
        plain(nlp, texts, batch)

    known, plain = [], speed.read
    monkeypatch.setattr(speed, "read", watched)
    monkeypatch.setattr(speed, "apart", lambda function, *arguments: function(*arguments))
    articles = jsonl({"id": "a", "text": "وصل ترامب إلى كازاخستان"})
    output = tmp_path / "speed.json"
    done = script("compare_speed", small_pipeline, articles, "--train", train, "--rounds", 2, "--output", output)
    assert done.returncode == 0 and known[:4] == [0] * 4 and min(known[4:]) > 0


def test_a_choice_of_texts_is_spread_evenly_and_keeps_enough_of_them():
    texts = [f"{number} و" for number in range(100)]
    assert evenly(texts, 50) == texts[::4]
    assert evenly(texts, 50, 50) == texts[::2]
    assert evenly(texts, 1000, 1000) == texts


def refused(script, pipeline, train, tmp_path, jsonl, *more):
    """The one line of a command that is refused and writes nothing."""
    articles = jsonl({"id": "a", "text": "وصل ترامب إلى كازاخستان"})
    output = tmp_path / "speed.json"
    done = script("compare_speed", pipeline, articles, "--train", train, "--output", output, *more)
    assert done.returncode == 1 and not output.exists()
    (line,) = [line for line in done.stderr.decode().splitlines() if line.startswith("error:")]
    return line


def test_a_pipeline_of_other_layers_is_refused(script, toy_model, train, tmp_path, jsonl):
    line = refused(script, toy_model, train, tmp_path, jsonl)
    assert f"{toy_model}: its tok2vec is not of ar_news.Tok2Vec.v1, so there is nothing to compare" in line


def test_what_cannot_be_learnt_from_is_refused(script, small_pipeline, tmp_path, jsonl):
    other = jsonl({"id": "b", "text": "نص"}, name="no.spacy")
    assert "no.spacy: no .spacy file" in refused(script, small_pipeline, other, tmp_path, jsonl)
    assert "nowhere: no such file" in refused(script, small_pipeline, tmp_path / "nowhere", tmp_path, jsonl)


def test_a_config_that_cannot_be_read_is_refused(script, small_pipeline, train, tmp_path, jsonl):
    line = refused(script, small_pipeline, train, tmp_path, jsonl, "--config", tmp_path / "nowhere.cfg")
    assert "nowhere.cfg: no config can be read" in line


@pytest.mark.parametrize("page", ["README.md", "docs/speed.md"])
def test_the_speed_of_a_page_is_that_of_the_file(page):
    """README's is that of the release, which is read as the benchmark reads."""
    figures = json.loads(MEASURED.read_text(encoding="utf-8"))
    other = copy.deepcopy(figures)
    usual = next(row for row in other["speed"]["reading"] if (row["texts"], row["batch"]) == ("long", 64))
    usual["ours"]["median"] = 123456
    other["release"]["ar_ent_news_sm"]["words_per_second"]["median"] = 123456
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "123,456" in render(text, other) and "123,456" not in render(text, figures)


def test_the_page_tells_rounds_names_and_seconds_as_measured(measured):
    figures = json.loads(MEASURED.read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    result = copy.deepcopy(measured[1])
    result["where"]["ours"] = {**dict.fromkeys(PARTS, 0.0), "ner": 3.0, "encoder": 1.0}
    told = render(page, {**figures, "speed": result})
    assert "5 rounds; 3 articles of" in told and "in 9 of 9 texts" in told
    assert "| 1.00 s, 25 % | 3.00 s, 75 % |" in told


def trained(folder):
    """The pipeline that `run all` trained, or else the one in the newest wheel, unpacked; skips if there is neither."""
    pipeline = ROOT / "training" / "ent_news_sm" / "pipeline"
    if pipeline.exists():
        return pipeline
    wheels = (ROOT / "training" / "packages" / "ent_news_sm").glob("*.whl")
    newest = max(wheels, key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        pytest.skip("needs the pipeline of `spacy project run all`")
    with zipfile.ZipFile(newest) as wheel:
        wheel.extractall(folder)
    return next(folder.rglob("config.cfg")).parent


def test_the_same_names_on_both_golds_and_on_a_thousand_raw_articles(tmp_path):
    """ARABIC_NER_REAL: a folder with .jsonl files of articles, raw or gold."""
    if not os.environ.get("ARABIC_NER_REAL"):
        pytest.skip("needs a folder with .jsonl files of articles, named by the environment variable ARABIC_NER_REAL")
    pipeline = trained(tmp_path)
    texts = [article.text for article in read_news(Path(os.environ["ARABIC_NER_REAL"])).articles]
    found = same({name: spacy.load(pipeline, config=config) for name, config in ARCHITECTURES.items()}, texts)
    assert found["names"] > len(texts)
    assert found["same"] == found["texts"] == len(texts)
