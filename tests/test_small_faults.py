"""Rules of a letter or a sign, each on data made for it: a slip there would move no figure that anyone looks at."""

from collections import Counter
from types import SimpleNamespace

import numpy
import pytest
import spacy

from ar_news.data.articles import Article, Span
from ar_news.pipeline.bare import trimmed
from ar_news.pipeline.tokenizer import NewsTokenizer, fold


def tokenizer(**zipf):
    """A tokeniser that knows these words alone, with their Zipf values."""
    made = NewsTokenizer(spacy.blank("ar").vocab)
    made.zipf = zipf
    return made


def words(made, text):
    return [token.text for token in made(text)]


@pytest.mark.parametrize("zipf, expected", [(1.05, "بـ وركينا"), (1.15, "بـوركينا")])
def test_behind_a_tatweel_an_unknown_rest_counts_as_a_little_rarer_than_any_listed_word(zipf, expected):
    # UNKNOWN is 0.8 and the margin 0.3, so the whole word stays one from 1.1 on.
    assert words(tokenizer(بوركينا=zipf), "بـوركينا") == expected.split()


@pytest.mark.parametrize("text, norm", [("للحق", "لحق"), ("للمال", "المال")])
def test_behind_two_lams_the_article_is_put_back_from_four_letters_on(text, norm):
    proclitic, rest = tokenizer(الحق=5.0, المال=5.0)(text)
    assert (proclitic.text, rest.text, rest.norm_) == ("ل", text[1:], norm)


def test_the_article_is_not_put_back_where_the_word_with_lam_is_commoner():
    assert tokenizer(ليبيا=5.0, اليبيا=1.0)("لليبيا")[1].norm_ == "ليبيا"


def test_the_first_of_two_lams_is_split_off_three_letters_and_not_off_two():
    made = tokenizer(لله=6.0, له=6.0)
    assert words(made, "للحق") == ["ل", "لحق"]
    assert words(made, "لله") == ["لله"]


@pytest.mark.parametrize(
    "text, expected", [("ووزير", "و وزير"), ("بوزير", "ب وزير"), ("وبوزير", "و ب وزير"), ("وزير", "و زير")]
)
def test_a_conjunction_stands_only_before_all_other_proclitics(text, expected):
    # Alone وزير would be split, as its rest is much the commoner; behind another proclitic its و is a letter of the word.
    assert words(tokenizer(وزير=4.0, زير=6.0), text) == expected.split()


TEXT = "قال سالم سعيد عن معاهدة باريس وبيان لندن كلاما"
LEAST = 0.6


def silver_of(tags, sure=None, own=(), annotated_for=None):
    """TEXT as a silver article of one token a word. tags, sure: by word, O and 255 where not given; own: its own spans."""
    from ar_news.data.labels import label_names
    from ar_news.pipeline.tagger import tag_names
    from ar_news.transformer.silver import silver

    nlp = spacy.blank("ar")
    doc = spacy.tokens.Doc(nlp.vocab, words=TEXT.split())
    assert doc.text.rstrip() == TEXT
    names = tag_names(label_names())
    article = Article("a", TEXT, tuple(own), annotated_for=None if annotated_for is None else tuple(annotated_for))
    best = numpy.array([names.index(tags.get(word, "O")) for word in TEXT.split()])
    probability = numpy.array([(sure or {}).get(word, 255) for word in TEXT.split()], dtype="uint8")
    return silver(article, doc, best, probability, LEAST, {"COUNTRY": set(), "MEDIA": set()})


def found_in(article):
    return [(TEXT[start:end], label) for start, end, label in article.spans]


def unsure_in(article):
    return [TEXT[start:end] for start, end in article.unsure]


@pytest.mark.parametrize("place", [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD)])
def test_every_mark_on_a_letter_is_left_out_of_the_key(place):
    assert fold(f"ب{chr(place)}ت") == "بت"


@pytest.mark.parametrize("place", [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF])
def test_every_sign_without_a_width_is_left_out_of_the_key(place):
    assert fold(f"ب{chr(place)}ت") == "بت"


@pytest.mark.parametrize("letter, margin", [("و", -0.65), ("ف", 0.6), ("ب", 0.4), ("ل", 0.3), ("ك", 0.65)])
def test_a_proclitic_is_split_off_when_the_rest_is_commoner_by_its_margin(letter, margin):
    for difference, expected in ((margin + 0.05, [letter, "مدينة"]), (margin - 0.05, [f"{letter}مدينة"])):
        made = tokenizer(**{f"{letter}مدينه": 3.0, "مدينه": 3.0 + difference})
        assert words(made, f"{letter}مدينة") == expected


@pytest.mark.parametrize("as_rest, as_whole, expected", [(40, 0, "ل توكان"), (0, 0, "لتوكان"), (40, 40, "لتوكان")])
def test_of_a_word_that_no_list_knows_the_beginnings_of_other_words_decide(as_rest, as_whole, expected):
    made = tokenizer(كلمة=3.0)
    made.starts = {"توك": as_rest, "لتوك": as_whole}
    assert words(made, "لتوكان") == expected.split()


def test_a_listed_name_is_whole_however_common_the_rest_is_and_makes_what_stands_before_it_a_proclitic():
    made = tokenizer(ولا=6.0)
    made.names = frozenset(["لولا"])
    assert (
        words(made, "لولا") == ["لولا"]
        and words(made, "ولولا") == ["و", "لولا"]
        and words(made, "كلولا") == ["ك", "لولا"]
    )


@pytest.mark.parametrize("text, expected", [("بأول", "ب أول"), ("باول", "باول"), ("لايران", "ل ايران")])
def test_a_missing_hamza_speaks_for_a_name_where_others_write_it(text, expected):
    # اول is written with hamza mostly, and بأول too: with باول another word is meant. ايران is as often without, and so is لايران.
    made = tokenizer(اول=5.0, باول=3.5, ايران=5.0, لايران=3.5)
    made.hamza = {"اول": 2.0, "ايران": 2.0, "لايران": 2.0}
    assert words(made, text) == expected.split()


def test_one_space_belongs_to_the_word_before_it_and_a_second_one_is_a_token():
    doc = tokenizer()("قال  سالم اليوم")
    assert [(token.text, token.whitespace_) for token in doc] == [("قال", " "), (" ", ""), ("سالم", " "), ("اليوم", "")]


@pytest.mark.parametrize("letter", "\u064a\u0671\u066f")
def test_the_letters_beside_the_marks_are_no_marks(letter):
    assert len(fold(f"ب{letter}ت")) == 3


def test_presentation_forms_are_the_letters_they_show_and_other_signs_stay():
    assert fold("\ufefb") == "لا" and fold("\ufdf2") == "الله" and fold("\ufb50") == fold("\u0671")
    assert fold("كم²") == "كم²"


def test_the_frequencies_survive_being_saved(nlp):
    made = NewsTokenizer(spacy.blank("ar").vocab).from_bytes(nlp.tokenizer.to_bytes())
    assert made.zipf == nlp.tokenizer.zipf


def test_a_word_with_lam_behind_another_proclitic_gets_no_article():
    made = tokenizer(لمال=4.0, المال=6.0)
    assert [token.norm_ for token in made("بلمال")] == ["ب", "لمال"]


def test_nothing_but_signs_is_trimmed_to_nothing_and_no_further():
    assert trimmed("«» ، قال", 0, 2) == (2, 2)


def test_a_sign_with_a_mark_on_it_is_trimmed_whole():
    assert trimmed("مصر❤\ufe0f", 0, 5) == (0, 3)


def span(surface, label):
    start = TEXT.index(surface)
    return Span(start, start + len(surface), label)


PERSON = {"سالم": "B-PERSON", "سعيد": "I-PERSON"}


@pytest.mark.parametrize("sure, names, unsure", [(153, [("سالم سعيد", "PERSON")], []), (152, [], ["سالم", "سعيد"])])
def test_a_tag_of_just_the_least_probability_is_sure(sure, names, unsure):
    # 0.6 of 255 is 153.
    article = silver_of(PERSON, {"سعيد": sure}, annotated_for=[])
    assert (found_in(article), unsure_in(article)) == (names, unsure)


def test_a_span_that_the_article_has_is_kept_against_a_sure_tag_of_another_label():
    own = span("سالم سعيد", "PERSON")
    article = silver_of({"سعيد": "B-MEDIA", "عن": "I-MEDIA"}, {"عن": 10}, own=[own], annotated_for=["PERSON"])
    assert found_in(article) == [("سالم سعيد", "PERSON")]
    assert unsure_in(article) == []


def test_a_word_of_a_span_that_the_article_has_is_never_unsure():
    article = silver_of({}, {"سعيد": 10, "عن": 10}, own=[span("سالم سعيد", "PERSON")], annotated_for=["PERSON"])
    assert unsure_in(article) == ["عن"]


def test_a_label_that_the_article_is_annotated_for_gets_no_further_names():
    article = silver_of(PERSON, {"سعيد": 10}, annotated_for=["PERSON"])
    assert (found_in(article), unsure_in(article)) == ([], [])


def test_an_agreement_needs_a_head_noun():
    tags = {"معاهدة": "B-AGREEMENT", "باريس": "I-AGREEMENT", "وبيان": "B-AGREEMENT", "لندن": "I-AGREEMENT"}
    article = silver_of(tags, annotated_for=[])
    assert found_in(article) == [("معاهدة باريس", "AGREEMENT")]
    assert unsure_in(article) == ["وبيان", "لندن"]


COPY_OF = "زار الوزير مصنع القطن في الدلتا"


@pytest.mark.parametrize("factor, second", [(1.02, 1), (0.98, 2)])
def test_a_score_counts_by_the_share_of_a_text_that_resembles_none_chosen(factor, second):
    from sklearn.feature_extraction.text import TfidfVectorizer

    from ar_news.annotation.choosing import diverse

    texts = [COPY_OF, "زار الوزير مصنع الحرير أمس", "أمطار على الساحل"]
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    alike = (vectors @ vectors.T).toarray()[0, 1]
    assert 0.2 < alike < 0.8
    # A third of the first score, and as much again for what resembles the first text: that makes the two even.
    assert diverse(texts, [3.0, factor / (1 - alike), 1.0], 2) == [0, second]


def test_what_counts_is_the_nearest_of_the_chosen_and_not_their_sum():
    from ar_news.annotation.choosing import diverse

    first, second = COPY_OF, "فازت السباحة بذهبية سباق الفراشة أمس"
    half_of_each = "زار الوزير مصنع بذهبية سباق الفراشة"
    texts = [first, second, half_of_each, "أمطار على الساحل"]
    assert diverse(texts, [9.0, 8.0, 5.0, 1.0], 3) == [0, 1, 2]


def test_a_copy_of_a_text_chosen_long_before_is_not_chosen():
    from ar_news.annotation.choosing import diverse

    texts = [COPY_OF, "فازت السباحة بذهبية سباق الفراشة أمس", COPY_OF, "أمطار على الساحل"]
    assert diverse(texts, [9.0, 8.0, 5.0, 1.0], 3) == [0, 1, 3]


def dealt(pool, there=(), overlap=0.2, seed=1):
    """The new articles of three annotators, by name, as ids. there: ids that x and y have both."""
    from ar_news.annotation.assignment import assign

    targets = {name: SimpleNamespace(there={}, new=[]) for name in ("x", "y", "z")}
    for name in ("x", "y"):
        targets[name].there = {identity: [] for identity in there}
    assign(pool, targets, overlap, seed)
    return {name: [article.id for article in target.new] for name, target in targets.items()}


POOL = [Article(f"a{number:02}", "نص") for number in range(20)]


def test_every_annotator_gets_the_articles_in_the_order_of_the_file():
    backwards = POOL[::-1]
    for new in dealt(backwards).values():
        assert new == sorted(new, reverse=True)


def test_who_gets_an_article_depends_on_the_seed_and_not_on_the_order_of_the_file():
    def sets(found):
        return {name: set(new) for name, new in found.items()}

    assert sets(dealt(POOL)) == sets(dealt(POOL[::-1]))
    assert sets(dealt(POOL, seed=1)) != sets(dealt(POOL, seed=2))


def test_the_articles_that_two_get_are_drawn_and_not_the_first_of_the_file():
    twice = []
    for seed in range(5):
        holders = Counter(identity for new in dealt(POOL, seed=seed).values() for identity in new)
        twice.append({identity for identity, n in holders.items() if n == 2})
    assert all(len(ids) == 4 for ids in twice)
    assert len(set.union(*twice)) > 4


def test_articles_that_two_have_already_are_part_of_the_share():
    there = [article.id for article in POOL[8:12]]
    new = dealt(POOL, there)
    assert sorted(identity for ids in new.values() for identity in ids) == [a.id for a in POOL if a.id not in there]
