"""Other ways to find the names, measured beside ours, and the scores of articles that are annotated for some labels only."""

import json
import sys

import pytest

from ar_news.data.articles import Article, read_articles

NEEDS = "needs python-crfsuite: pip install -r requirements-best.txt"


def test_lists_on_stock_tokens_miss_a_name_behind_a_proclitic_and_on_ours_find_it(nlp):
    import spacy

    from ar_news.lists_component import Lists

    text = "وصل إلى مصر وبكازاخستان استقبل"
    found = {}
    for name, pipeline in (("stock", spacy.blank("ar")), ("ours", nlp)):
        found[name] = [ent.text for ent in Lists(pipeline)(pipeline.make_doc(text)).ents]
    assert found == {"stock": ["مصر"], "ours": ["مصر", "كازاخستان"]}


def test_a_crf_learns_what_it_is_shown_and_is_measured(script, jsonl, tmp_path):
    pytest.importorskip("pycrfsuite", reason=NEEDS)
    rows = [
        {
            "id": f"{i}",
            "text": f"قال {name} إن مصر بخير",
            "spans": [[4, 4 + len(name), "PERSON"], [8 + len(name), 11 + len(name), "COUNTRY"]],
        }
        for i, name in enumerate(["سالم", "سعيد", "ماجد"] * 10)
    ]
    articles = jsonl(*rows)
    done = script(
        "compare_peers", articles, articles, "--test", f"same={articles}", "--output", tmp_path / "peers.json"
    )
    assert done.returncode == 0, done.stderr.decode()
    peers = json.loads((tmp_path / "peers.json").read_text(encoding="utf-8"))
    assert set(peers) == {"lists-stock", "crf-stock", "lists-ours", "crf-ours"}
    assert peers["crf-ours"]["tests"]["same"]["ALL"]["f1"] == 1.0
    assert peers["lists-ours"]["tests"]["same"]["PERSON"]["recall"] == 0.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the memory of a process")
def test_the_memory_of_a_peer_is_its_own_whatever_ran_before_it():
    pytest.importorskip("pycrfsuite", reason=NEEDS)
    from ar_news.comparison.peers import measured
    from ar_news.scores.measuring import apart

    def memory(name):
        return apart(measured, name, None, {"test": [Article("a", "وصل إلى مصر")]})["memory_mb"]

    first = memory("lists-stock")
    held_here = bytearray(b"1") * 1_000_000_000
    larger = memory("lists-ours")
    assert memory("lists-stock") == pytest.approx(first, rel=0.1)
    assert first < 0.8 * larger
    assert first < len(held_here) / 1e6


@pytest.mark.parametrize(
    "tags, expected",
    [
        ("O I-PERSON I-PERSON O", "O B-PERSON I-PERSON O"),
        ("B-PERSON I-COUNTRY I-COUNTRY", "B-PERSON B-COUNTRY I-COUNTRY"),
        ("B-PERSON I-PERSON B-PERSON", "B-PERSON I-PERSON B-PERSON"),
        ("I-COUNTRY", "B-COUNTRY"),
    ],
)
def test_a_name_that_goes_on_without_a_beginning_begins_where_it_is_first_seen(tags, expected):
    pytest.importorskip("pycrfsuite", reason=NEEDS)
    from ar_news.comparison.peers import begun
    from ar_news.pipeline.tagger import tag_names

    names = tag_names(["PERSON", "COUNTRY"])
    assert [names[tag] for tag in begun([names.index(tag) for tag in tags.split()])] == expected.split()


def test_only_the_labels_that_an_article_is_annotated_for_are_scored(toy_model, jsonl):
    from ar_news.docs import load
    from ar_news.scores.evaluation import predict

    text = "قال ترامب إن رويترز تكتب"
    both = {"id": "a", "text": text, "spans": [[4, 9, "PERSON"]]}
    pairs, _, _ = predict(
        load(str(toy_model)),
        read_articles([jsonl(both, {**both, "id": "b", "ar_news": {"annotated_for": ["PERSON"]}})]),
    )
    assert [len(pair.predicted) for pair in pairs] == [2, 1]
