"""Tools that show the quality of a corpus: near-copies, consistency, coverage, agreement of annotators."""

import json

import pytest

from ar_news.data.articles import Article, Span
from ar_news.data.files import InputError

LONG = "وقال {} خلال زيارته القصيرة إلى العاصمة أمس إن المحادثات التي جرت بين الوفدين كانت صريحة ومفيدة للغاية"


def article(name, text, *spans):
    return Article(
        name,
        text,
        tuple(Span(text.index(surface), text.index(surface) + len(surface), label) for surface, label in spans),
    )


def test_a_template_filled_with_another_name_is_a_near_copy():
    from ar_news.data.near_sentences import near_copies

    one = article("a", LONG.format("ماكرون"), ("ماكرون", "PERSON"))
    two = article("b", LONG.format("رجب طيب أردوغان"), ("رجب طيب أردوغان", "PERSON"))
    ((first, second, similarity),) = near_copies([one, two])
    assert (first.article, second.article, similarity) == ("a", "b", 1.0)


def test_lists_of_names_and_repetition_within_an_article_are_no_near_copies():
    from ar_news.data.near_sentences import near_copies

    listing = "شاركت فرنسا والصين والهند وكندا وغانا وبيرو وتونس"
    spans = [(name, "COUNTRY") for name in "فرنسا الصين الهند كندا غانا بيرو تونس".split()]
    twice = article("c", f"{LONG.format('هو')}\n{LONG.format('هي')}")
    assert near_copies([article("a", listing, *spans), article("b", listing, *spans), twice]) == []


def invented(name, *numbers):
    """An article of one sentence, a different word for every number."""
    return Article(name, " ".join(f"كلمة{number}" for number in numbers))


def test_sentences_that_share_half_of_their_runs_of_words_are_near_copies():
    from ar_news.data.near_sentences import near_copies

    # 14 words are 12 runs of three; 9 of the 15 different ones are shared.
    ((_, _, similarity),) = near_copies([invented("a", *range(14)), invented("b", *range(11), 91, 92, 93)])
    assert similarity == 0.6


def test_sentences_that_share_less_than_half_of_their_runs_are_none():
    from ar_news.data.near_sentences import near_copies

    # 13 of 27 runs: so near to a half that the hashing offers some of the 40 pairs.
    pool = []
    for n in range(0, 4000, 100):
        pool += [invented(f"a{n}", *range(n, n + 22)), invented(f"b{n}", *range(n, n + 15), *range(n + 50, n + 57))]
    assert near_copies(pool) == []


@pytest.mark.parametrize("words, found", [(7, 0), (8, 1)])
def test_a_sentence_again_is_a_near_copy_from_eight_words_on(words, found):
    from ar_news.data.near_sentences import near_copies

    assert len(near_copies([invented("a", *range(words)), invented("b", *range(words))])) == found


def test_the_validator_refuses_near_copies_and_can_be_told_to_warn(script, jsonl, tmp_path):
    for split, word in (("train", "صباح"), ("dev", "مساء"), ("test", "ظهر")):
        text = LONG.format(f"الوزير {word}") if split != "dev" else "لا شبه بينه وبين غيره"
        jsonl({"id": split, "text": text, "spans": []}, name=f"corpus/{split}.jsonl")
    arguments = ["corpus_check", tmp_path / "corpus", "--output", tmp_path / "m.json"]
    refused = script(*arguments)
    assert refused.returncode == 1
    assert (
        "article test:" in refused.stderr.decode()
        and "the same as in article train; rewrite one" in refused.stderr.decode()
    )
    warned = script(*arguments, "--near-copies", "warn")
    assert warned.returncode == 0
    assert "warning: article test:" in warned.stdout.decode()


def test_a_name_unmarked_elsewhere_is_listed_with_its_place(script, jsonl, tmp_path):
    pool = jsonl(
        {"id": "a", "text": "زار ماكرون لبنان", "spans": [[4, 10, "PERSON"], [11, 16, "COUNTRY"]]},
        {"id": "b", "text": "عاد وزير من لبنان ومعه وفد", "spans": []},
        {"id": "c", "text": "بث تلفزيون لبنان الخبر", "spans": [[3, 16, "MEDIA"]]},
    )
    done = script("corpus_consistency", pool, "--output", tmp_path / "c.md")
    assert done.returncode == 0, done.stderr.decode()
    listed = (tmp_path / "c.md").read_text(encoding="utf-8")
    assert "لبنان: marked 1, unmarked 1" in listed
    assert "- b: …عاد وزير من **لبنان** ومعه وفد…" in listed
    assert "- c:" not in listed


def test_a_name_behind_two_lams_is_the_same_name_marked_or_not():
    from ar_news.quality.consistency import unmarked

    behind, alone = "وصل الوزير للإمارات أمس", "عاد وزير من الإمارات ومعه وفد"
    for marked in (article("a", behind, ("لإمارات", "COUNTRY")), article("a", alone, ("الإمارات", "COUNTRY"))):
        counts, places = unmarked([marked, Article("b", behind), Article("c", alone)])
        assert counts == {"الامارات": 1}
        assert {name: [place.split(":")[0] for place in found] for name, found in places.items()} == {
            "الامارات": ["b", "c"]
        }


def test_every_name_listed_is_marked_somewhere_and_words_within_longer_names_are_left_alone():
    from ar_news.quality.consistency import unmarked

    pool = [
        article("a", "افتتح مجلس للطاقة", ("لطاقة", "MEDIA")),
        article("b", "قال وزير للطاقة وللطاقة أهلها"),
        article("c", "كتبت صحيفة أخبار الطاقة", ("أخبار الطاقة", "MEDIA")),
    ]
    counts, places = unmarked(pool)
    assert counts.keys() == {"الطاقه", "اخبار الطاقه"}
    assert {name: len(found) for name, found in places.items()} == {"الطاقه": 2}


def test_the_list_begins_with_what_is_mostly_marked_and_cuts_a_long_tail(script, jsonl, tmp_path):
    pool = jsonl(
        {"id": "a", "text": "زار ماكرون لبنان", "spans": [[4, 10, "PERSON"], [11, 16, "COUNTRY"]]},
        {"id": "b", "text": " ".join(["قيل إن لبنان بخير"] * 23), "spans": []},
        {"id": "c", "text": "زار ماكرون البلد", "spans": []},
    )
    assert script("corpus_consistency", pool, "--output", tmp_path / "c.md").returncode == 0
    lines = (tmp_path / "c.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "## ماكرون: marked 1, unmarked 1",
        "## لبنان: marked 1, unmarked 23",
    ]
    assert sum(line.startswith("- b:") for line in lines) == 20
    assert lines[-1] == "- and 3 more"


def test_coverage_counts_states_in_all_their_forms_and_behind_proclitics(script, jsonl, tmp_path):
    text = "وكازاخستان ثم للإمارات ثم الامارات ثم بجمهورية كازاخستان ثم لـ«رويترز»"
    spans = [
        [text.index(s), text.index(s) + len(s), label]
        for s, label in (
            ("كازاخستان", "COUNTRY"),
            ("لإمارات", "COUNTRY"),
            ("الامارات", "COUNTRY"),
            ("جمهورية كازاخستان", "COUNTRY"),
            ("رويترز", "MEDIA"),
        )
    ]
    done = script("corpus_coverage", jsonl({"id": "a", "text": text, "spans": spans}), "--output", tmp_path / "c.json")
    assert done.returncode == 0, done.stderr.decode()
    counts = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert counts["states"]["كازاخستان"] == {"mentions": 2, "official": 1, "spellings": 2, "behind": {"ب": 1, "و": 1}}
    assert counts["states"]["الإمارات"]["behind"] == {"ل": 1}
    assert counts["states"]["الإمارات"]["mentions"] == 2
    assert counts["proclitics"]["COUNTRY"] == {"و": 1, "لل": 1, "ب": 1}
    assert counts["proclitics"]["MEDIA"] == {"ل": 1}
    assert counts["different"]["COUNTRY"] == 3
    assert counts["states"]["لبنان"] == {"mentions": 0, "official": 0, "spellings": 0, "behind": {}}


def test_annotators_who_agree_score_one_and_a_missed_name_lowers_both_measures():
    from ar_news.quality.agreement import agreement

    one = article("a", "زار ماكرون لبنان أمس", ("ماكرون", "PERSON"), ("لبنان", "COUNTRY"))
    two = article("a", "زار ماكرون لبنان أمس", ("لبنان", "COUNTRY"))
    same = agreement([(one, one)])["agreement"]
    assert (same["ALL"]["f1"], same["ALL"]["kappa"]) == (1.0, 1.0)
    result = agreement([(one, two)])
    assert result["agreement"]["ALL"]["f1"] == pytest.approx(2 / 3)
    assert 0 < result["agreement"]["ALL"]["kappa"] < 1
    assert result["agreement"]["PERSON"]["f1"] == 0.0
    assert result["differences"] == [
        {"id": "a", "by": "first", "start": 4, "end": 10, "label": "PERSON", "text": "ماكرون"}
    ]


def test_white_space_is_no_token_that_annotators_could_agree_on():
    from ar_news.quality.agreement import agreement

    text = "زار ماكرون لبنان"
    results = []
    for spread in (text, text.replace(" ", "  \n \n ")):
        one = article("a", spread, ("ماكرون", "PERSON"), ("لبنان", "COUNTRY"))
        two = article("a", spread, ("لبنان", "COUNTRY"))
        found = agreement([(one, two)])
        results.append((found["tokens"], found["agreement"]["ALL"]["kappa"]))
    # Two of three tokens agree where chance gives 3 of 9: (2/3 - 1/3) / (1 - 1/3).
    assert results == [(3, pytest.approx(0.5))] * 2


def test_annotators_of_different_texts_are_refused():
    from ar_news.quality.agreement import same_articles

    with pytest.raises(InputError, match="article a: the two annotators had different texts"):
        same_articles([article("a", "نص")], [article("a", "نصّ")])


def test_every_state_has_a_name_and_no_name_stands_for_two_states():
    from ar_news.pipeline.tokenizer import fold
    from conftest import ROOT

    states = json.loads((ROOT / "configs" / "countries.json").read_text(encoding="utf-8"))
    assert len(states) == len({state["code"] for state in states}) == 197
    owners = {}
    for state in states:
        assert state["short"], state
        for form in state["short"] + state["official"]:
            assert owners.setdefault(fold(form), state["code"]) == state["code"], form


def test_names_are_masked_in_every_sentence_and_one_that_crosses_its_end_is_not():
    from ar_news.data.near_sentences import sentences

    words = "في مدينة كبيرة على ساحل بعيد عن العاصمة"
    text = f"زار سالم سوقا {words}. ثم زار سعيد سوقا {words}. وزار ن. رشيد سوقا {words}"
    spans = [Span(text.index(name), text.index(name) + len(name), "PERSON") for name in ("سالم", "سعيد", "ن. رشيد")]
    first, second, third = sentences(Article("a", text, tuple(spans)))
    assert ("زار", "a", "سوقا") in first.shingles and ("زار", "a", "سوقا") in second.shingles
    assert ("رشيد", "سوقا", "في") in third.shingles


def test_everyday_articles_apart_are_checked_and_counted_and_their_dev_part_chooses_checkpoints(
    script, jsonl, tmp_path
):
    for split in ("train", "dev", "test", "everyday/dev", "everyday/test"):
        jsonl({"id": split, "text": f"وصل سالم إلى {split}", "spans": [[4, 8, "PERSON"]]}, name=f"corpus/{split}.jsonl")
    done = script("corpus_check", tmp_path / "corpus", "--output", tmp_path / "manifest.json")
    assert done.returncode == 0, done.stderr.decode()
    counts = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (counts["all"]["articles"], counts["everyday/dev"]["articles"]) == (5, 1)
    done = script("train_convert", tmp_path / "corpus", tmp_path / "data")
    assert [line.split(",")[0] for line in done.stdout.decode().splitlines()] == [
        "train: 1 articles",
        "dev: 2 articles",
    ]
    jsonl({"id": "x", "text": "وصل سالم إلى train", "spans": []}, name="corpus/everyday/test.jsonl")
    done = script("corpus_check", tmp_path / "corpus", "--output", tmp_path / "manifest.json")
    assert done.returncode == 1
    assert (
        done.stderr.decode() == "error: everyday/test: article x: same text as train in train; remove one of the two\n"
    )


def test_a_manifest_counts_mentions_and_different_names(jsonl, tmp_path):
    from ar_news.quality.corpus import manifest

    for number, split in enumerate(("train", "dev", "test")):
        text = f"وصل سالم ثم غادر سالم إلى مصر {number}"
        spans = [[4, 8, "PERSON"], [17, 21, "PERSON"], [26, 29, "COUNTRY"]]
        jsonl({"id": split, "text": text, "spans": spans, "genre": "wire"}, name=f"corpus/{split}.jsonl")
    counts = manifest(tmp_path / "corpus")
    assert (counts["all"]["articles"], counts["all"]["words"], counts["all"]["genre"]) == (3, 24, {"wire": 3})
    assert counts["all"]["names"]["PERSON"] == {"mentions": 6, "different": 1}
    assert counts["dev"]["names"]["COUNTRY"] == {"mentions": 1, "different": 1}
