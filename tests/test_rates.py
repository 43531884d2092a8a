"""Rates of a corpus beside those of real news, counted by hand on a few sentences."""

import json
import re

import pytest

from ar_news.data.articles import EVERYDAY, SPLITS, Article, Span
from conftest import ROOT

RECORDED = ROOT / "configs" / "news-rates.json"


@pytest.fixture(autouse=True)
def one_tokeniser(nlp, monkeypatch):
    """The initialised tokeniser of the other tests, as making one takes a second."""
    monkeypatch.setattr("ar_news.quality.rates.blank_pipeline", lambda: nlp)


def article(name, text, *names, annotated_for=None):
    """names: (surface, label), each found behind the one before."""
    spans, place = [], 0
    for surface, label in names:
        start = text.index(surface, place)
        place = start + len(surface)
        spans.append(Span(start, place, label))
    return Article(name, text, tuple(spans), annotated_for=annotated_for)


def counted(*articles, train=()):
    """The values of all rates by their names."""
    from ar_news.quality.rates import rates

    return {name: rate.value for name, rate in rates(list(articles), list(train)).items()}


# Ten words, of which five names have eight.
PEOPLE = article(
    "a",
    "زار سالم العمري مسقط. العمري وليلى وسالم العمري وليلى حداد",
    *((name, "PERSON") for name in ("سالم العمري", "العمري", "ليلى", "سالم العمري", "ليلى حداد")),
)


def test_names_are_counted_by_label_for_a_hundred_words():
    found = counted(PEOPLE)
    assert (found["PERSON per 100 words"], found["COUNTRY per 100 words"]) == (50, 0)


def test_of_the_people_of_an_article_the_short_the_repeated_and_the_different_are_counted():
    found = counted(PEOPLE)
    # العمري and ليلى have one word; العمري alone stood in a longer name before; the people are two.
    assert found["PERSON of one word, % of PERSON"] == 40
    assert found["PERSON whose last word stood in a longer name before, % of PERSON"] == 20
    assert found["mentions of a person in an article"] == 2.5


def test_the_same_surname_in_another_article_is_another_person():
    found = counted(
        article("a", "زار سالم العمري السوق", ("سالم العمري", "PERSON")),
        article("b", "قال العمري", ("العمري", "PERSON")),
    )
    assert found["PERSON whose last word stood in a longer name before, % of PERSON"] == 0
    assert found["mentions of a person in an article"] == 1


def test_short_quotations_of_any_marks_are_counted_and_how_many_are_outlets():
    text = 'قرأ في «النهار» عن "ليلة العيد" و“الأمل” ما قيل «إن هذا كله كلام طويل» هنا أمس عند كل الناس جدا'
    found = counted(article("a", text, ("النهار", "MEDIA")))
    assert len(text.split()) == 20
    assert found["quotations of 3 words or less per 1,000 words"] == 150
    assert found["quotations that are MEDIA, % of the short ones"] == pytest.approx(100 / 3, abs=1e-4)


def test_quotation_marks_of_two_paragraphs_are_no_pair():
    assert counted(article("a", 'بدأ "كلام\nثم" انتهى'))["quotations of 3 words or less per 1,000 words"] == 0


def test_adjectives_of_nationality_are_found_behind_proclitics_and_are_no_states():
    found = counted(article("a", "الوزير المصري والوفد الأميركي وللفرنسيين رأي في مصر"))
    assert found["adjectives of nationality per 1,000 words"] == 375
    assert found["names of states per 1,000 words"] == 125
    assert found["adjectives of nationality per name of a state"] == 3


def test_a_state_that_is_spelt_like_an_adjective_is_a_state_and_money_is_no_nationality():
    found = counted(article("a", "زار السعودية ومصر لدعم مالي"))
    assert found["names of states per 1,000 words"] == 400
    assert found["adjectives of nationality per 1,000 words"] == 0


def test_every_state_of_one_word_has_an_adjective():
    from ar_news.quality.rates import nationalities

    assert {"فرنسي", "الفرنسيه", "سوري", "السعوديون", "الماني", "كندي", "السنغافوريين", "كوريه"} <= nationalities()


def test_words_for_an_agreement_are_counted_and_how_many_stand_in_a_name():
    found = counted(article("a", "بعد اتفاق باريس جاء اتفاق آخر وهدنة وبالمعاهدة", ("اتفاق باريس", "AGREEMENT")))
    assert found["words for an agreement per 1,000 words"] == 500
    assert found["words for an agreement inside an AGREEMENT, %"] == 25


def test_words_of_a_sentence_and_of_an_article_are_told_by_their_middle_and_tenths():
    found = counted(article("a", "عنوان من أربع كلمات\nقال د. سالم كلمة. ثم ذهب! - لماذا؟"))
    # 4, 4, 2 and 1: the point behind one letter ends nothing, and a dash is no word.
    assert found["words in a sentence, median"] == 3
    assert found["words in a sentence, 10th percentile"] == 1.3
    assert found["words in a sentence, 90th percentile"] == 4
    assert {found[f"words in an article, {name}"] for name in ("median", "10th percentile", "90th percentile")} == {12}


@pytest.mark.parametrize("words, short, long", [(99, 100, 0), (100, 0, 0), (600, 0, 0), (601, 0, 100)])
def test_flashes_and_long_reads_are_counted(words, short, long):
    found = counted(article("a", " ".join(["كلمة"] * words)))
    assert (found["articles under 100 words, %"], found["articles over 600 words, %"]) == (short, long)


def test_numbers_latin_words_and_marks_are_counted_by_kind():
    text = 'في 12 مايو، قال OPEC: نعم, لا؛ "حسنا" «جدا» - ثم – انتهى.'
    found = counted(article("a", text))
    assert len(text.split()) == 13
    # Tokens: 9 Arabic words, a number, a Latin word and 12 marks, of which none is glued to another.
    assert found["numbers, % of tokens"] == pytest.approx(100 / 22, abs=1e-4)
    for mark in ("،", ":", ",", "؛", "«", "»", "-", "–", "."):
        assert found[f"{mark} per 1,000 words"] == pytest.approx(1000 / 13, abs=1e-4), mark
    assert found['" per 1,000 words'] == pytest.approx(2000 / 13, abs=1e-4)
    assert found["@ per 1,000 words"] == 0
    assert found["Latin words per 1,000 words"] == pytest.approx(1000 / 13, abs=1e-4)
    assert found["typographic quotation marks, % of all"] == 50
    assert found["typographic dashes, % of all"] == 50
    assert found["Arabic commas, semicolons and question marks, % of all"] == pytest.approx(200 / 3, abs=1e-4)


def test_an_article_has_the_topic_of_three_keywords_and_else_another():
    found = counted(
        article("a", "سجل المنتخب هدفا في المباراة أمام الجمهور"),
        article("b", "خسر الفريق المباراة في البطولة"),
        article("c", "خسر الفريق المباراة"),
    )
    shares = {name: value for name, value in found.items() if name.startswith("topic") and value}
    assert shares == {
        "topic sport, % of articles": pytest.approx(100 / 3, abs=1e-4),
        "topic other, % of articles": pytest.approx(200 / 3, abs=1e-4),
    }


def test_unseen_words_are_counted_in_articles_that_are_not_trained_on_and_how_many_are_people():
    train = article("t", "زار الوزير السوق")
    new = article("a", "زار الوزير سمعان السوق، 12 مرة", ("سمعان", "PERSON"))
    found = counted(train, new, train=[train])
    # Of five words with letters سمعان and مرة.
    assert found["words unseen in training, % of tokens with letters"] == 40
    assert found["words unseen in training that are PERSON, %"] == 50
    for rates in (counted(new), counted(train, train=[train])):
        assert not [name for name in rates if "unseen" in name]


NAMED = ("PERSON", "COUNTRY", "MEDIA", "AGREEMENT", "mentions")


def test_an_article_that_was_annotated_for_a_label_counts_for_that_one_only():
    text = "زار سالم السوق"
    found = counted(article("a", text, ("سالم", "PERSON"), annotated_for=("PERSON",)), article("b", text))
    assert found["PERSON per 100 words"] == pytest.approx(100 / 6, abs=1e-4)
    assert found["MEDIA per 100 words"] == 0
    alone = counted(article("a", text, ("سالم", "PERSON"), annotated_for=("PERSON",)))
    assert "MEDIA per 100 words" not in alone and "PERSON per 100 words" in alone


@pytest.fixture
def compared(script, jsonl, tmp_path):
    """Run the command on records; its output, and the JSON that it wrote."""

    def call(*records, options=()):
        pool = jsonl(*records, name="pool.jsonl")
        output = tmp_path / "rates.json"
        done = script("corpus_rates", pool, "--output", output, "--rates", tmp_path / "news.json", *options)
        told = json.loads(output.read_text(encoding="utf-8")) if output.exists() else None
        return done, told

    return call


PLAIN = {"id": "a", "text": "قال الوزير كلمة"}
RECORD = ("--record", "ours", "--source", "Our agency", "--against", "ours")


def test_an_unannotated_corpus_gives_no_rates_of_names(compared):
    done, told = compared(PLAIN, options=RECORD)
    assert done.returncode == 0, done.stderr.decode()
    names = [row["rate"] for row in told["compared"]]
    assert "names of states per 1,000 words" in names
    assert not [name for name in names if any(word in name for word in NAMED)]


def test_a_corpus_that_is_annotated_in_part_is_refused(compared):
    done, told = compared({**PLAIN, "spans": []}, {**PLAIN, "id": "b"}, options=RECORD)
    assert done.returncode == 1 and told is None
    assert "pool.jsonl:2: article b: missing 'spans'; add it" in done.stderr.decode()


def test_a_record_is_kept_with_its_source_days_and_size_and_no_text(compared, tmp_path):
    dated = [{**PLAIN, "date": "2015-07-24 15:50"}, {**PLAIN, "id": "b", "date": "Tue, 08 May 2018 15:43:01 +0400"}]
    assert compared(*dated, options=RECORD)[0].returncode == 0
    text = (tmp_path / "news.json").read_text(encoding="utf-8")
    entry = json.loads(text)["ours"]
    rates = entry.pop("rates")
    assert entry == {
        "source": "Our agency",
        "from": "2015-07-24",
        "to": "2018-05-08",
        "articles": 2,
        "words": 6,
        "counted_by": "scripts/corpus_rates.py",
        "train": None,
    }
    assert rates[". per 1,000 words"] == {"value": 0, "units": 0.006}
    assert "الوزير" not in text


def test_a_corpus_is_compared_with_a_record_and_what_is_beyond_comes_first(compared, tmp_path):
    text = "قال الوزير كلمة أخرى، وقال كلمة: نعم. "
    compared({"id": "a", "text": text * 10}, options=RECORD)
    done, told = compared({"id": "b", "text": text.replace("،", "،،،،").replace(".", "!") * 10}, options=RECORD[-2:])
    assert done.returncode == 0, done.stderr.decode()
    marks = {row["rate"]: (row["ratio"], row["mark"]) for row in told["compared"]}
    assert marks["! per 1,000 words"] == (None, "beyond") and marks[". per 1,000 words"] == (0, "beyond")
    assert marks["، per 1,000 words"] == (pytest.approx(4), "beyond")
    assert marks[": per 1,000 words"] == (1, "")
    order = [row["mark"] for row in told["compared"]]
    assert order == sorted(order, key=("beyond", "few", "").index)
    first, *lines, last = done.stdout.decode().splitlines()
    assert first.split() == ["here", "ours", "ratio"] and len(lines) == len(order)
    assert [line.split()[0] for line in lines[:3]] == ["!", ".", "،"]
    assert last.startswith(f"{order.count('')} of {len(order)} rates are within a factor of 1.5 of ours news")
    assert "| ! per 1,000 words | 142.86 | 0.00 | ∞ | beyond |" in (tmp_path / "rates.md").read_text(encoding="utf-8")


def test_a_difference_of_a_few_places_is_not_marked_as_beyond():
    from ar_news.quality.news_rates import compare
    from ar_news.quality.rates import Rate

    def mark(here, there, units):
        return compare({"x": Rate(here, 1)}, {"x": Rate(there, units)})[0]["mark"]

    assert [mark(0, 0.1, 10), mark(0, 0.5, 9), mark(0, 0.5, 10), mark(2, 3, 100), mark(2, 3.1, 100)] == [
        *("few", "few", "beyond", "", "beyond")
    ]
    # Of a median there are no places.
    assert mark(1, 2, None) == "beyond"


@pytest.mark.parametrize(
    "options, fault",
    [
        (("--record", "ours"), "--record and --source go together"),
        (("--source", "Our agency"), "--record and --source go together"),
        (("--against", "mars"), "no rates of mars; count real articles with --record mars"),
        ((*RECORD[:-1], "mars"), "no rates of mars; use one of ours, or count"),
        ((*RECORD, "--output", "rates.md"), "rates.md: the table goes there; give --output another ending"),
    ],
)
def test_what_cannot_be_compared_is_told_before_anything_is_written(compared, tmp_path, options, fault):
    done, told = compared(PLAIN, options=options)
    assert done.returncode == 1 and told is None and not (tmp_path / "news.json").exists()
    assert fault in done.stderr.decode() and done.stderr.decode().count("\n") == 1


def test_broken_recorded_rates_are_one_clear_line(compared, tmp_path):
    (tmp_path / "news.json").write_text("{", encoding="utf-8")
    done, _ = compared(PLAIN)
    assert done.returncode == 1
    assert "news.json: broken JSON" in done.stderr.decode() and "restore it" in done.stderr.decode()


def test_help_tells_the_factor_and_shows_a_command(started):
    from ar_news.quality.news_rates import FACTOR

    shown = " ".join(started("corpus_rates", "--help").stdout.decode().replace("│", " ").split())
    assert f"within a factor of {FACTOR:g} of" in shown
    assert "python scripts/corpus_rates.py dev.jsonl --train train.jsonl --output rates.json" in shown


def test_the_recorded_rates_are_numbers_with_their_sources_and_no_sentence():
    text = RECORDED.read_text(encoding="utf-8")
    collections = json.loads(text)
    assert set(collections) == {"everyday", "open", "ant", "saudinewsnet"}
    for name, entry in collections.items():
        assert entry["source"] and entry["counted_by"] == "scripts/corpus_rates.py"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["from"]) and entry["from"] <= entry["to"]
        assert entry["articles"] > 0 and entry["words"] > 10_000, name
        for rate in entry["rates"].values():
            assert set(rate) == {"value", "units"} and all(n is None or n >= 0 for n in rate.values())
    assert not re.search(r"[\u0620-\u064A]", text)


def test_the_recorded_rates_are_all_that_the_command_counts_today():
    """A rate that is new or has another name is to be recorded again; only annotated collections tell of names."""
    quoting = [Article(name, PEOPLE.text + ' "خبر" – اتفاق، مصر', PEOPLE.spans) for name in "ab"]
    names = set(counted(*quoting, train=[PEOPLE]))
    of_names = {name for name in names if any(word in name for word in NAMED)}
    collections = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert set(collections["everyday"]["rates"]) == set(collections["open"]["rates"]) == names
    assert set(collections["ant"]["rates"]) == set(collections["saudinewsnet"]["rates"]) == names - of_names


def test_the_rates_on_the_page_are_of_this_corpus_and_beside_those_recorded():
    from ar_news.figures import MEASURED

    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    told, news = measured["rates"], json.loads(RECORDED.read_text(encoding="utf-8"))["everyday"]
    splits = [measured["corpus"][split] for split in SPLITS]
    assert told["articles"] == sum(split["articles"] for split in splits)
    assert told["words"] == sum(split["words"] for split in splits)
    everyday = [measured["corpus"][split] for split in EVERYDAY]
    assert measured["everyday_rates"]["words"] == sum(split["words"] for split in everyday)
    assert {row["rate"]: row["news"] for row in told["compared"]} == {
        name: rate["value"] for name, rate in news["rates"].items()
    }
    assert "| AGREEMENT per 100 words |" in (ROOT / "corpus" / "datasheet.md").read_text(encoding="utf-8")
