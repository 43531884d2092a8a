"""Choosing and suggesting articles, offsets, and adjudication, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ar_news.data.articles import Article, Span
from ar_news.data.files import InputError


@given(st.text(alphabet=st.sampled_from("ابتـ َُ«»🎉👨‍🇶🇦\u200f\u2028\r\n aé𝟚"), min_size=1, max_size=40), st.data())
def test_every_span_survives_utf16_and_back(text, data):
    from ar_news.annotation.doccano_client import from_utf16, to_utf16

    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    ((first, last, _label),) = to_utf16(text, [Span(start, end, "PERSON")])
    assert from_utf16(text, first, last) == (start, end)
    assert text.encode("utf-16-le")[2 * first : 2 * last].decode("utf-16-le") == text[start:end]


@pytest.mark.parametrize("start, end", [(1, 4), (0, 1), (0, 99), (4, 4), (5, 3), (-2, 3)])
def test_offsets_that_cut_an_emoji_or_leave_the_text_are_no_place(start, end):
    from ar_news.annotation.doccano_client import from_utf16

    assert from_utf16("🎉 قال", start, end) is None


def test_lists_suggest_countries_and_outlets_and_ambiguous_outlets_only_behind_a_generic_noun(nlp):
    from ar_news.lists_component import lists_pipeline

    doc = lists_pipeline()("قالت رويترز وصحيفة «الحياة» إن الحياة في جمهورية كازاخستان وبلبنان صعبة، للإمارات رأي")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("رويترز", "MEDIA"),
        ("الحياة", "MEDIA"),
        ("جمهورية كازاخستان", "COUNTRY"),
        ("لبنان", "COUNTRY"),
        ("لإمارات", "COUNTRY"),
    ]


def test_the_choice_prefers_doubtful_articles_that_do_not_resemble_each_other():
    from ar_news.annotation.choosing import diverse

    texts = [
        "زار الوزير مصنع القطن في الدلتا",
        "زار الوزير مصنع القطن في الدلتا",
        "فازت السباحة بذهبية الفراشة",
        "أمطار على الساحل",
    ]
    assert diverse(texts, [0.9, 0.89, 0.5, 0.1], 2) == [0, 2]


def test_a_pipeline_without_ner_cannot_be_asked_for_its_doubt(toy_model):
    from ar_news.annotation.choosing import doubts
    from ar_news.docs import load

    with pytest.raises(InputError, match="use --pick random"):
        doubts(load(str(toy_model)), ["نص"], 0)


def test_annotated_articles_are_skipped_and_texts_come_out_unchanged(script, jsonl, tmp_path):
    import json

    pool = jsonl({"id": "a", "text": "زار وزير مصر"}, {"id": "b", "text": "زار وزير لبنان"})
    done_before = jsonl({"id": "a", "text": "زار وزير مصر", "spans": []}, name="done.jsonl")
    done = script("annotation_suggest", pool, tmp_path / "out.jsonl", "--pipeline", "lists", "--skip", done_before)
    assert done.returncode == 0, done.stderr.decode()
    (record,) = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (record["id"], record["text"], [span["text"] for span in record["spans"]]) == (
        "b",
        "زار وزير لبنان",
        ["لبنان"],
    )


def test_articles_are_dealt_evenly_and_stay_where_they_are():
    from types import SimpleNamespace

    from ar_news.annotation.assignment import assign

    pool = [Article(f"a{number}", "نص") for number in range(30)]
    targets = {name: SimpleNamespace(there={}, new=[]) for name in ("x", "y", "z")}
    targets["x"].there = {"a0": [], "a1": [], "a2": []}
    assign(pool, targets, 0.2, seed=1)
    holders = [
        sum(article in target.new or article.id in target.there for target in targets.values()) for article in pool
    ]
    assert sorted(holders) == [1] * 24 + [2] * 6
    loads = [len(target.new) + len(target.there) for target in targets.values()]
    assert max(loads) - min(loads) <= 1


TEXT = "زار إيمانويل ماكرون لبنان"
NAME, SHORT, STATE = Span(4, 19, "PERSON"), Span(13, 19, "PERSON"), Span(20, 25, "COUNTRY")


def versions(**spans):
    return {name: Article("a", TEXT, tuple(marked)) for name, marked in spans.items()}


@pytest.mark.parametrize(
    "one, two, kinds",
    [
        ([NAME, STATE], [NAME, STATE], ["", ""]),
        ([NAME, STATE], [SHORT, STATE], ["boundary", ""]),
        ([NAME], [NAME, STATE], ["", "one-sided"]),
        ([Span(20, 25, "MEDIA")], [STATE], ["label"]),
    ],
)
def test_disagreements_are_told_apart_by_kind(one, two, kinds):
    from ar_news.annotation.adjudication import kind, places

    assert [kind(place) for place in places(versions(x=one, y=two))] == kinds


def test_neighbours_are_two_places():
    from ar_news.annotation.adjudication import kind, places

    first, second = Span(4, 12, "PERSON"), Span(12, 19, "PERSON")
    found = places(versions(x=[first, second], y=[first]))
    assert found == [{"x": (first,), "y": (first,)}, {"x": (second,), "y": ()}]
    assert [kind(place) for place in found] == ["", "one-sided"]


def test_two_short_spans_within_a_long_one_are_one_place_with_it():
    from ar_news.annotation.adjudication import places

    around, one, other = Span(4, 25, "AGREEMENT"), Span(6, 12, "PERSON"), Span(13, 19, "PERSON")
    assert places(versions(x=[around], y=[one, other])) == [{"x": (around,), "y": (one, other)}]


def test_each_strategy_decides_what_it_may_and_leaves_the_rest_open():
    from ar_news.annotation.adjudication import Strategy, decide, places

    (place,) = places(versions(x=[NAME], y=[SHORT], z=[SHORT]))
    assert decide(place, Strategy.unanimous, "") is None
    assert decide(place, Strategy.majority, "") == (SHORT,)
    assert decide(place, Strategy.adjudicator, "x") == (NAME,)
    assert decide(place, Strategy.adjudicator, "absent") is None
    (tie,) = places(versions(x=[NAME], y=[SHORT]))
    assert decide(tie, Strategy.majority, "") is None


def test_one_annotator_twice_or_two_texts_are_refused(script, jsonl, tmp_path):
    one = jsonl({"id": "a", "text": "زار ماكرون", "spans": [], "annotator": "x"}, name="x.jsonl")
    other = jsonl({"id": "a", "text": "زار ماكرون لبنان", "spans": [], "annotator": "y"}, name="y.jsonl")
    twice = script("annotation_adjudicate", one, one, "--output", tmp_path / "out")
    assert twice.returncode == 1 and b"annotator x has it twice" in twice.stderr
    texts = script("annotation_adjudicate", one, other, "--output", tmp_path / "out")
    assert texts.returncode == 1 and b"x and y had different texts" in texts.stderr
    assert not (tmp_path / "out").exists()
