"""Reading articles: ids, what was not annotated, and text that stays as it is in its file."""

import json

import pytest

from ar_news.data.articles import Article, Span, read_articles, read_news
from ar_news.data.files import InputError

TEXT = "وصل ترامب إلى كازاخستان"


def ids(news):
    return [article.id for article in news.articles]


def test_a_string_is_an_id_and_a_whole_number_becomes_one(jsonl):
    assert ids(read_news(jsonl({"id": "a", "text": TEXT}, {"id": 7, "text": TEXT}))) == ["a", "7"]


def test_a_number_and_its_string_are_one_id(jsonl):
    path = jsonl({"id": 1, "text": TEXT, "spans": []}, {"id": "1", "text": f"{TEXT}.", "spans": []})
    with pytest.raises(InputError, match="article 1: this id stands in .*:1 too"):
        read_articles([path])
    news = read_news(path, unique=True)
    assert ids(news) == ["1"] and "article 1: this id stands twice" in news.faults[0]


def test_null_or_no_id_is_made_of_file_and_line(jsonl):
    assert ids(read_news(jsonl({"id": None, "text": TEXT}, {"text": TEXT}, name="news.jsonl"))) == ["news-1", "news-2"]


@pytest.mark.parametrize("value", [1.5, True, ["a"], {"a": 1}])
def test_any_other_id_is_refused(jsonl, value):
    news = read_news(jsonl({"id": "good", "text": TEXT}, {"id": value, "text": TEXT}))
    assert ids(news) == ["good"] and "`id` is a" in news.faults[0]


def test_ids_of_a_folder_are_paths_within_it(tmp_path):
    for place in ("culture/10.txt", "economy/10.TXT", "economy/old.v2.txt"):
        path = tmp_path / "news" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, encoding="utf-8")
    (tmp_path / "news" / "economy" / "week.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", encoding="utf-8")
    assert ids(read_news(tmp_path / "news")) == ["culture/10", "economy/10", "economy/old.v2", "economy/week-1"]


@pytest.mark.parametrize(
    "text", ["عنوان\n\nقال ترامب\n", "عنوان\r\n\r\nقال ترامب", "عنوان\u2028قال\fترامب", "\n\nقال ترامب"]
)
def test_offsets_in_a_text_file_are_those_of_the_file(tmp_path, text):
    path = tmp_path / "news.txt"
    path.write_bytes(text.encode("utf-8"))
    (article,) = read_news(path).articles
    assert article.text == text


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "news.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode("utf-8"))
    assert read_news(path).articles[0].text == TEXT


def test_what_was_not_annotated_survives_writing_and_reading(jsonl):
    article = Article(
        "a", TEXT, (Span(4, 9, "PERSON"),), {"labels": ["politics"], "unsure": "yes"}, ("PERSON",), ((14, 23),)
    )
    assert read_articles([jsonl(article.record())]) == [article]


def test_foreign_keys_of_any_name_say_nothing_about_the_annotation(jsonl):
    (article,) = read_articles(
        [jsonl({"id": "a", "text": TEXT, "spans": [], "labels": ["politics"], "unsure": [[0, 999]]})]
    )
    assert article.annotated_for is None and article.unsure == ()
    assert article.labels == ["PERSON", "COUNTRY", "MEDIA", "AGREEMENT"]


@pytest.mark.parametrize(
    "own, message",
    [
        ({"unsure": [[0, 999]]}, "no list of [start, end] within the text's 23 characters"),
        ({"unsure": [[5, 5]]}, "no list of [start, end]"),
        ({"unsure": [["a", "b"]]}, "no list of [start, end]"),
        ({"unsure": "all"}, "no list of [start, end]"),
        ({"annotated_for": ["politics"]}, "is no list of labels"),
        ({"annotated_for": "PERSON"}, "is no list of labels"),
        ({"anotated_for": ["PERSON"]}, "is this project's own key"),
        ([], "is this project's own key"),
    ],
)
def test_a_fault_in_our_own_key_is_told(jsonl, own, message):
    with pytest.raises(InputError) as caught:
        read_articles([jsonl({"id": "a", "text": TEXT, "spans": [], "ar_news": own})])
    assert message in str(caught.value)


def test_spans_of_labels_that_were_not_looked_for_and_of_unsure_stretches_are_undecided():
    article = Article("a", TEXT, annotated_for=("PERSON", "MEDIA"), unsure=((14, 16),))
    person, country, media, beside = (
        Span(4, 9, "PERSON"),
        Span(4, 9, "COUNTRY"),
        Span(14, 23, "MEDIA"),
        Span(16, 23, "MEDIA"),
    )
    assert article.decided([person, country, media, beside]) == [person, beside]


def test_tokens_that_were_not_annotated_teach_nothing(nlp):
    from ar_news.docs import gold_doc

    spans = (Span(4, 9, "PERSON"),)
    known = {}
    for name, article in {
        "all": Article("a", TEXT, spans),
        "partly": Article("a", TEXT, spans, annotated_for=("PERSON",)),
        "unsure": Article("a", TEXT, spans, unsure=((12, 15),)),
        "none": Article("a", TEXT, annotated_for=()),
    }.items():
        doc, misfits = gold_doc(nlp, article)
        known[name] = [token.ent_iob_ or "?" for token in doc]
        assert misfits == []
    assert known == {
        "all": ["O", "B", "O", "O"],
        "partly": ["?", "B", "?", "?"],
        "unsure": ["O", "B", "?", "?"],
        "none": ["?"] * 4,
    }


def test_a_name_that_fits_no_token_is_cut_free_or_unknown_or_dropped(nlp):
    from ar_news.docs import Misfit, gold_doc

    article = Article("a", "قال كاتب", (Span(4, 7, "PERSON"),))
    found = {}
    for misfit in Misfit:
        doc, misfits = gold_doc(nlp, article, misfit)
        assert misfits == list(article.spans)
        found[misfit.value] = ([token.text for token in doc], [token.ent_iob_ or "?" for token in doc])
    assert found == {
        "cut": (["قال", "كات", "ب"], ["O", "B", "O"]),
        "missing": (["قال", "كاتب"], ["O", "?"]),
        "drop": (["قال", "كاتب"], ["O", "O"]),
    }


def test_a_prediction_in_an_unsure_stretch_is_neither_right_nor_wrong(toy_model):
    from ar_news.docs import load
    from ar_news.scores.evaluation import predict
    from ar_news.scores.scoring import exact

    nlp = load(str(toy_model))
    whole = Article("a", TEXT, (Span(4, 9, "PERSON"),))
    for article, precision in (
        (whole, 0.5),
        (Article("a", TEXT, whole.spans, unsure=((14, 23),)), 1.0),
        (Article("a", TEXT, whole.spans, annotated_for=("PERSON",)), 1.0),
    ):
        pairs, _, _ = predict(nlp, [article])
        assert exact(pairs, ["PERSON", "COUNTRY"])["ALL"]["precision"] == precision


def test_agreement_leaves_out_what_one_of_the_two_did_not_annotate():
    from ar_news.quality.agreement import agreement

    one = Article("a", TEXT, (Span(4, 9, "PERSON"), Span(14, 23, "COUNTRY")))
    two = Article("a", TEXT, (Span(4, 9, "PERSON"),), annotated_for=("PERSON",))
    found = agreement([(one, two)])
    assert found["agreement"]["ALL"]["f1"] == 1.0 and found["differences"] == []
    assert found["agreement"]["COUNTRY"] == {"f1": 0.0, "interval": [0.0, 0.0], "kappa": None, "names": 0}


def test_a_name_that_nobody_looked_for_is_no_inconsistency():
    from ar_news.quality.consistency import unmarked

    marked = Article("a", TEXT, (Span(14, 23, "COUNTRY"),))
    other = "زار كازاخستان وفد"
    assert list(unmarked([marked, Article("b", other)])[1]) == ["كازاخستان"]
    assert list(unmarked([marked, Article("b", other, annotated_for=("PERSON",))])[1]) == []
    assert list(unmarked([marked, Article("b", other, unsure=((4, 13),))])[1]) == []
