"""Scores: exact offsets, every gold span counted."""

import json

import pytest
from scipy.stats import binom

from ar_news.data.articles import Span
from ar_news.scores.scoring import ALL, Pair, confusion, exact, interval, match, overlap, prf

LABELS = ["PERSON", "COUNTRY", "MEDIA", "AGREEMENT"]
GOLD = {Span(0, 5, "PERSON"), Span(10, 15, "COUNTRY"), Span(20, 30, "AGREEMENT")}


def test_the_gold_itself_scores_one():
    assert exact([Pair(GOLD, GOLD)], LABELS)[ALL]["f1"] == 1.0


def test_a_moved_boundary_is_wrong_by_exact_match_and_right_by_overlap():
    pairs = [Pair({Span(0, 5, "PERSON")}, {Span(1, 5, "PERSON")})]
    assert exact(pairs, LABELS)["PERSON"]["f1"] == 0.0
    assert overlap(pairs, LABELS)["PERSON"]["f1"] == 1.0


def test_precision_and_recall_are_not_mixed_up():
    row = exact([Pair(GOLD, {Span(0, 5, "PERSON"), Span(40, 45, "PERSON")})], LABELS)[ALL]
    assert row["precision"] == pytest.approx(1 / 2)
    assert row["recall"] == pytest.approx(1 / 3)


def test_overlap_counts_what_is_found_of_gold_for_recall_and_of_the_predicted_for_precision():
    one_found_in_two_parts = Pair(
        {Span(0, 10, "PERSON")}, {Span(0, 3, "PERSON"), Span(5, 8, "PERSON"), Span(20, 25, "PERSON")}
    )
    row = overlap([one_found_in_two_parts], LABELS)["PERSON"]
    assert row["precision"] == pytest.approx(2 / 3)
    assert row["recall"] == 1.0


def test_neighbours_without_a_character_in_common_do_not_overlap():
    neighbours = Pair({Span(4, 8, "PERSON")}, {Span(0, 4, "PERSON"), Span(8, 9, "PERSON")})
    assert overlap([neighbours], LABELS)["PERSON"]["f1"] == 0.0
    assert sorted(match(neighbours)) == [("O", "PERSON"), ("O", "PERSON"), ("PERSON", "O")]


def test_an_exact_span_is_matched_before_one_that_only_shares_characters_with_it():
    nested = Pair({Span(0, 10, "AGREEMENT"), Span(4, 10, "COUNTRY")}, {Span(4, 10, "COUNTRY")})
    assert sorted(match(nested)) == [("AGREEMENT", "O"), ("COUNTRY", "COUNTRY")]


def test_a_span_is_matched_with_the_one_that_shares_most_characters_with_it():
    pair = Pair({Span(2, 12, "PERSON")}, {Span(0, 4, "MEDIA"), Span(4, 10, "COUNTRY"), Span(11, 13, "MEDIA")})
    assert sorted(match(pair)) == [("O", "MEDIA"), ("O", "MEDIA"), ("PERSON", "COUNTRY")]


def test_the_confusion_matrix_shows_a_wrong_label_and_a_missed_and_an_invented_name():
    predicted = {Span(0, 5, "MEDIA"), Span(20, 30, "AGREEMENT"), Span(40, 45, "MEDIA")}
    result = confusion([Pair(GOLD, predicted)], LABELS)
    cell = {
        (gold, guess): result["matrix"][i][j]
        for i, gold in enumerate(result["labels"])
        for j, guess in enumerate(result["labels"])
    }
    assert {key for key, value in cell.items() if value} == {
        ("PERSON", "MEDIA"), ("COUNTRY", "O"), ("AGREEMENT", "AGREEMENT"), ("O", "MEDIA"),
    }  # fmt: skip


def test_the_interval_leaves_out_one_sample_in_forty_at_each_end():
    right, wrong = Pair(GOLD, GOLD), Pair(GOLD, {Span(50 + span.start, 50 + span.end, span.label) for span in GOLD})
    # F1 is the share of the 100 draws that are right: binomial, whose 2.5 % and 97.5 % points are 0.40 and 0.60.
    found = interval([right, wrong] * 50, LABELS)
    assert found[ALL] == pytest.approx([0.4, 0.6], abs=0.02)
    assert found["PERSON"] == found[ALL]


def test_the_interval_draws_whole_articles():
    one_long = [Pair(GOLD, GOLD), Pair({Span(n, n + 1, "PERSON") for n in range(97)}, set())]
    assert interval(one_long, LABELS)[ALL] == [0.0, 1.0]


def test_the_interval_is_the_same_each_time_and_another_with_another_seed():
    pairs = [Pair(GOLD, GOLD), Pair(GOLD, set()), Pair(GOLD, {Span(0, 5, "PERSON")})] * 15
    assert interval(pairs, LABELS) == interval(pairs, LABELS)
    assert interval(pairs, LABELS, samples=100, seed=1) != interval(pairs, LABELS, samples=100, seed=2)


def test_a_label_without_names_and_a_corpus_without_articles_score_nothing():
    assert interval([Pair(set(), set())], LABELS)["MEDIA"] == [0.0, 0.0]
    assert interval([], LABELS)[ALL] == [exact([], LABELS)[ALL]["f1"]] * 2 == [0.0, 0.0]


def test_a_gold_span_that_fits_no_token_counts_as_missed(script, jsonl, toy_model, tmp_path):
    text = "زار ترامب كازاخستان"
    spans = [[4, 9, "PERSON"], [11, 19, "COUNTRY"]]
    gold = jsonl({"id": "a", "text": text, "spans": spans})
    done = script("evaluate", toy_model, gold, "--output", tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    result = json.loads((tmp_path / "articles.json").read_text(encoding="utf-8"))
    assert result["unaligned"] == 1
    assert result["exact"]["COUNTRY"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert result["exact"]["PERSON"]["f1"] == 1.0


def test_a_misaligned_gold_span_stays_in_the_converted_gold(nlp):
    from ar_news.data.articles import Article
    from ar_news.docs import gold_doc

    article = Article("a", "زار كازاخستان اليوم", (Span(5, 13, "COUNTRY"),))
    doc, misaligned = gold_doc(nlp, article)
    assert doc.text == article.text
    assert [(ent.start_char, ent.end_char) for ent in doc.ents] == [(5, 13)]
    assert misaligned == [Span(5, 13, "COUNTRY")]


def test_the_error_page_shows_missed_and_wrong_names_right_to_left(script, jsonl, toy_model, tmp_path):
    gold = jsonl({"id": "a", "text": "قال ترامب إن لبنان بخير", "spans": [[13, 18, "COUNTRY"]]})
    script("evaluate", toy_model, gold, "--output", tmp_path)
    page = (tmp_path / "articles.errors.html").read_text(encoding="utf-8")
    assert 'dir="rtl"' in page
    assert "missed COUNTRY: لبنان" in page
    assert "wrong PERSON: ترامب" in page


def test_names_of_the_training_articles_are_scored_apart_whatever_their_spelling():
    from ar_news.data.articles import Article
    from ar_news.scores.evaluation import seen_apart

    training = [Article("t", "زار الامارات", (Span(4, 12, "COUNTRY"),))]
    text = "زار الإمارات وكندا"
    gold = {Span(4, 12, "COUNTRY"), Span(14, 18, "COUNTRY")}
    found = seen_apart(
        [Article("a", text, tuple(gold))], [Pair(gold, {Span(4, 12, "COUNTRY"), Span(0, 3, "MEDIA")})], training
    )
    assert found["seen"][ALL] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert found["unseen"][ALL] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}


def test_the_table_has_columns_for_seen_and_unseen_names(script, jsonl, toy_model, tmp_path):
    gold = jsonl({"id": "a", "text": "قال ترامب إن لبنان بخير", "spans": [[4, 9, "PERSON"], [13, 18, "COUNTRY"]]})
    train = jsonl({"id": "b", "text": "عاد ترامب", "spans": [[4, 9, "PERSON"]]}, name="train.jsonl")
    done = script("evaluate", toy_model, gold, "--output", tmp_path, "--train", train)
    assert done.returncode == 0, done.stderr.decode()
    header, rule, *rows = (tmp_path / "articles.md").read_text(encoding="utf-8").splitlines()
    assert "F, seen | names | F, unseen | names" in header
    assert {line.count("|") for line in (header, rule, *rows)} == {12}


def test_what_a_training_had_besides_the_corpus_is_seen_too(script, jsonl, toy_model, tmp_path):
    gold = jsonl({"id": "a", "text": "قال ترامب إن لبنان بخير", "spans": [[4, 9, "PERSON"], [13, 18, "COUNTRY"]]})
    train = jsonl({"id": "b", "text": "عاد ترامب", "spans": [[4, 9, "PERSON"]]}, name="corpus/train.jsonl")
    jsonl({"id": "d", "text": "عاد غيره", "spans": []}, name="corpus/dev.jsonl")
    more = jsonl({"id": "c", "text": "عاد لبنان", "spans": [[4, 9, "COUNTRY"]]}, name="more.jsonl")
    assert script("train_convert", train.parent, tmp_path / "data", "--more", more).returncode == 0
    seen = {}
    for name, file in {"corpus": train, "all": tmp_path / "data" / "train.spacy"}.items():
        done = script("evaluate", toy_model, gold, "--output", tmp_path, "--name", name, "--train", file)
        assert done.returncode == 0, done.stderr.decode()
        scores = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        seen[name] = scores["seen_apart"]["seen"][ALL]["support"]
    assert seen == {"corpus": 1, "all": 2}


def test_a_damaged_file_of_training_articles_is_one_line(script, jsonl, toy_model, tmp_path):
    gold = jsonl({"id": "a", "text": "قال ترامب", "spans": [[4, 9, "PERSON"]]})
    (tmp_path / "train.spacy").write_bytes(b"no such thing")
    done = script("evaluate", toy_model, gold, "--output", tmp_path / "out", "--train", tmp_path / "train.spacy")
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1 and line.startswith(
        f"error: {tmp_path / 'train.spacy'}: no .spacy file of train_convert.py"
    )


def test_where_nothing_is_found_or_nothing_is_there_every_score_is_zero():
    assert prf(0, 0, 5, 0) == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 5}
    assert prf(0, 0, 0, 5) == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_the_interval_holds_the_middle_ninety_five_of_a_hundred_samples():
    # Each of 1000 articles has one name, half of them found: recall is binomial, and F is 2 R / (R + 1).
    span = Span(0, 1, "PERSON")
    pairs = [Pair({span}, {span} if number % 2 else set()) for number in range(1000)]
    low, high = interval(pairs, ["PERSON"], samples=20_000)[ALL]
    for found, expected in zip((low, high), binom.ppf([0.025, 0.975], 1000, 0.5) / 1000):
        assert found / (2 - found) == pytest.approx(expected, abs=0.0014)


def test_a_confusion_of_nothing_is_a_table_of_zeros():
    assert confusion([Pair(set(), set())], ["PERSON"]) == {"labels": ["PERSON", "O"], "matrix": [[0, 0], [0, 0]]}
