"""Sentences sorted by kind: valid gold, apart from every split, and counted right."""

import json
from collections import Counter

import pytest

from ar_news.data.articles import EVERYDAY, SPLITS, read_articles, splits_of
from ar_news.data.near_sentences import near_copies
from ar_news.pipeline.tokenizer import fold
from ar_news.quality.corpus import manifest, split_faults
from conftest import ROOT, gold

KINDS = ROOT / "corpus" / "kinds.jsonl"


def sentence(kind, number, text, *spans):
    return {"id": f"{kind}-{number}", "kind": kind, "text": text, "spans": spans}


# The toy pipeline finds ترامب, كازاخستان and رويترز, each as a word of its own and behind a proclitic.
TOY = [
    sentence("plain", 1, "وصل ترامب إلى كازاخستان", [4, 9, "PERSON"], [14, 23, "COUNTRY"]),
    sentence("plain", 2, "لم يصل أحد"),
    sentence("new-names", 1, "وصل بوتين وترامب", [4, 9, "PERSON"], [11, 16, "PERSON"]),
    sentence("new-names", 2, "قال ترامب", [4, 9, "PERSON"]),
    sentence("traps", 1, "برج ترامب"),
    sentence("longer", 1, "وكالة ترامب للأنباء", [6, 11, "MEDIA"]),
]


@pytest.fixture(scope="module")
def ours():
    return read_articles([KINDS])


@pytest.fixture(scope="module")
def splits():
    return {split: read_articles([ROOT / "corpus" / f"{split}.jsonl"]) for split in splits_of(ROOT / "corpus")}


def test_every_kind_has_four_sentences_or_more_and_an_id_tells_kind_and_number(ours):
    counts = Counter(article.meta["kind"] for article in ours)
    assert {kind: number for kind, number in counts.items() if number < 4} == {}
    numbers = Counter()
    for article in ours:
        numbers[article.meta["kind"]] += 1
        assert article.id == f"{article.meta['kind']}-{numbers[article.meta['kind']]}"


def test_a_span_is_stored_as_in_the_splits():
    keys = {tuple(span) for record in gold("dev") for span in record["spans"]}
    assert {tuple(span) for record in gold("kinds") for span in record["spans"]} == keys


def test_no_sentence_stands_in_a_split_or_twice(ours, splits):
    assert split_faults([*splits.items(), ("kinds", ours)]) == []
    seen = "\n".join(" ".join(fold(article.text).split()) for articles in splits.values() for article in articles)
    assert [article.id for article in ours if " ".join(fold(article.text).split()).strip(".") in seen] == []


def test_no_sentence_is_nearly_one_of_a_split_or_of_another(ours, splits):
    ids = {article.id for article in ours}
    pool = [article for articles in splits.values() for article in articles]
    near = near_copies([*pool, *ours])
    assert [(one.text, two.text) for one, two, _ in near if {one.article, two.article} & ids] == []


def test_the_corpus_is_counted_and_a_pipeline_described_without_them(jsonl, tmp_path):
    from ar_news.training.description import made_of

    for split in (*SPLITS, *EVERYDAY):
        jsonl(sentence("a", 1, f"وصل ترامب {split}", [4, 9, "PERSON"]) | {"id": split}, name=f"corpus/{split}.jsonl")
    before = manifest(tmp_path / "corpus"), made_of(tmp_path / "corpus")["data"]
    jsonl(*TOY, name="corpus/kinds.jsonl")
    assert (manifest(tmp_path / "corpus"), made_of(tmp_path / "corpus")["data"]) == before
    assert set(before[1]) == {f"{split}.jsonl" for split in (*SPLITS, *EVERYDAY)}


def test_sentences_read_exactly_right_are_counted_kind_by_kind_the_worst_first(script, toy_model, jsonl, tmp_path):
    done = script("evaluate_kinds", toy_model, jsonl(*TOY), "--output", tmp_path / "out" / "kinds.json")
    assert done.returncode == 0, done.stderr.decode()
    result = json.loads((tmp_path / "out" / "kinds.json").read_text(encoding="utf-8"))
    assert list(result["kinds"].items()) == [
        ("longer", {"right": 0, "sentences": 1}),
        ("traps", {"right": 0, "sentences": 1}),
        ("new-names", {"right": 1, "sentences": 2}),
        ("plain", {"right": 2, "sentences": 2}),
    ]
    assert (result["right"], result["sentences"]) == (3, 6)
    # Of 6 names 4 are found, and 2 that are none or of another label.
    assert result["exact"]["ALL"] == {
        "precision": pytest.approx(4 / 6),
        "recall": pytest.approx(4 / 6),
        "f1": pytest.approx(4 / 6),
        "support": 6,
    }
    assert result["exact"]["PERSON"]["precision"] == pytest.approx(3 / 5)
    said = done.stdout.decode().replace("\r\n", "\n")
    assert said.splitlines()[0].split() == ["0", "of", "1", "longer"]
    assert said.endswith("names: P 0.667, R 0.667, F 0.667\nsentences read exactly right: 3 of 6\n")
    assert "برج" not in said


def test_what_is_not_right_is_shown_with_what_was_missed_and_what_is_false(script, toy_model, jsonl):
    said = script("evaluate_kinds", toy_model, jsonl(*TOY), "--wrong").stdout.decode()
    assert said.splitlines()[:3] == [
        "new-names-1: 'وصل بوتين وترامب': missed 'بوتين' PERSON; false nothing",
        "traps-1: 'برج ترامب': missed nothing; false 'ترامب' PERSON",
        "longer-1: 'وكالة ترامب للأنباء': missed 'ترامب' MEDIA; false 'ترامب' PERSON",
    ]


def test_where_all_is_right_nothing_is_shown_as_wrong(script, toy_model, jsonl):
    said = script("evaluate_kinds", toy_model, jsonl(*TOY[:2]), "--wrong").stdout.decode()
    assert said.splitlines()[0].split() == ["2", "of", "2", "plain"]


def test_the_projects_own_sentences_are_the_ones_that_are_read(script, toy_model, ours):
    said = script("evaluate_kinds", toy_model).stdout.decode()
    assert f" of {len(ours)}" in said.splitlines()[-1]


BAD = [
    ({key: value for key, value in TOY[0].items() if key != "kind"}, "article plain-1: `kind` is no string"),
    ({**TOY[0], "kind": 7}, "article plain-1: `kind` is no string"),
    ({**TOY[0], "spans": [[3, 9, "PERSON"]]}, "begins or ends with white space"),
    ({**TOY[0], "spans": [[4, 9, "CITY"]]}, "unknown label"),
]


@pytest.mark.parametrize("record, message", BAD, ids=["no kind", "kind is a number", "white edge", "unknown label"])
def test_a_sentence_at_fault_is_one_line_and_nothing_is_written(script, toy_model, jsonl, tmp_path, record, message):
    path = jsonl(record)
    done = script("evaluate_kinds", toy_model, path, "--output", tmp_path / "kinds.json")
    said = done.stderr.decode()
    assert done.returncode == 1 and said.startswith(f"error: {path}") and said.count("\n") == 1
    assert message in said
    assert not (tmp_path / "kinds.json").exists()


def test_a_missing_file_or_pipeline_is_named(script, toy_model, jsonl, tmp_path):
    for arguments in ([toy_model, tmp_path / "nowhere.jsonl"], [tmp_path / "nowhere", jsonl(*TOY)]):
        done = script("evaluate_kinds", *arguments)
        assert done.returncode == 1
        assert "nowhere" in done.stderr.decode() and done.stderr.count(b"\n") == 1
