"""The copies that a training sees: other names and other rare words where the same were, and the gold still fits."""

import re

import pytest
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config, registry
from thinc.api import Config

from ar_news.data.articles import Article, Span
from ar_news.data.lists import read_list
from ar_news.docs import gold_doc
from ar_news.pipeline.tokenizer import fold
from ar_news.training import chain, swaps  # noqa: F401  (importing them registers what a config names)
from ar_news.training.pipelines import check_keys
from conftest import ROOT, gold

EVERYTHING = {"people": 1.0, "lists": 1.0, "words": 1.0, "rarer_than": 4.0}


@pytest.fixture(scope="module")
def articles(nlp):
    """Examples of real gold articles."""
    docs = []
    for row in gold("dev")[:6]:
        spans = tuple(Span(span["start"], span["end"], span["label"]) for span in row["spans"])
        docs.append(gold_doc(nlp, Article(row["id"], row["text"], spans))[0])
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


def copies(nlp, examples, **settings):
    """The docs of the copies alone, one an example."""
    augment = swaps.make_swaps(**{"copies": 1, "seed": 0, **EVERYTHING, **settings})
    return [list(augment(nlp, example))[1].reference for example in examples]


def example(nlp, text, *names, unsure=()):
    """A sentence with names, each (surface, label), of which every mention is marked."""
    spans = []
    for surface, label in names:
        for match in re.finditer(re.escape(surface), text):
            if not any(span.start < match.end() and match.start() < span.end for span in spans):
                spans.append(Span(*match.span(), label))
    doc, _ = gold_doc(nlp, Article("", text, tuple(sorted(spans)), unsure=unsure))
    return Example(nlp.make_doc(text), doc)


def surfaces(doc, label=None):
    return [ent.text for ent in doc.ents if label in (None, ent.label_)]


def test_the_article_itself_comes_first_and_is_as_it_was(nlp, articles):
    augment = swaps.make_swaps(copies=2, seed=0, **EVERYTHING)
    found = list(augment(nlp, articles[0]))
    assert found[0] is articles[0]
    texts = {other.reference.text for other in found}
    assert len(found) == len(texts) == 3


def test_a_copy_has_the_same_names_by_label_and_in_their_order(nlp, articles):
    for before, after in zip(articles, copies(nlp, articles)):
        assert [ent.label_ for ent in before.reference.ents] == [ent.label_ for ent in after.ents]


def test_a_copy_differs_in_words_alone_so_that_spaces_and_marks_are_where_they_were(nlp, articles):
    def frame(text):
        return "".join(
            char
            for char in text
            if not (char.isalpha() or char in "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640")
        )

    # Names of states and outlets have as many words as they have.
    for before, after in zip(articles, copies(nlp, articles, lists=0.0)):
        assert frame(before.reference.text) == frame(after.text)
        assert before.reference.text != after.text


def test_what_training_reads_of_a_copy_are_the_pipelines_own_tokens(nlp, articles):
    augment = swaps.make_swaps(copies=1, seed=0, **EVERYTHING)
    for before in articles:
        after = list(augment(nlp, before))[1]
        assert [token.text for token in after.predicted] == [token.text for token in nlp.make_doc(after.text)]
        assert not any(token.ent_iob for token in after.predicted)


def test_the_same_seed_gives_the_same_copies_and_another_seed_others(nlp, articles):
    texts = [[doc.text for doc in copies(nlp, articles, seed=seed)] for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


def test_a_copy_does_not_depend_on_what_was_copied_before(nlp, articles):
    assert copies(nlp, articles[:2])[1].text == copies(nlp, articles[1:2])[0].text


def test_a_person_has_one_other_name_in_the_whole_article(nlp):
    text = "بوتين في أنقرة\nوصل الرئيس الروسي فلاديمير بوتين مساء. وقال بوتين إن الاتفاق ممكن."
    (doc,) = copies(nlp, [example(nlp, text, ("فلاديمير بوتين", "PERSON"), ("بوتين", "PERSON"))])
    headline, full, later = surfaces(doc)
    assert full.split()[1] == headline == later
    assert "بوتين" not in doc.text and "فلاديمير" not in doc.text


def test_a_proclitic_stays_before_the_name_and_outside_of_it(nlp):
    (doc,) = copies(nlp, [example(nlp, "التقى بوتين وترامب في جدة.", ("بوتين", "PERSON"), ("ترامب", "PERSON"))])
    first, second = surfaces(doc)
    assert f" و{second} " in doc.text and (first, second) != ("بوتين", "ترامب")


@pytest.mark.parametrize("name", ["محمد بن سلمان", "عبد الله الثاني", "سعد الدين الحريري", "خالد آل ثاني"])
def test_particles_and_what_they_stand_beside_stay_in_a_name(nlp, name):
    (doc,) = copies(nlp, [example(nlp, f"قال {name} للصحافيين.", (name, "PERSON"))])
    (other,) = surfaces(doc)
    kept = {"بن", "عبد", "الله", "الثاني", "سعد", "الدين", "آل"} & set(name.split())
    assert [word for word in other.split() if word in kept] == [word for word in name.split() if word in kept]
    assert len(other.split()) == len(name.split()) and (other != name or name == "عبد الله الثاني")


def test_a_surname_with_the_article_gets_one_with_the_article(nlp):
    for seed in range(5):
        (doc,) = copies(nlp, [example(nlp, "قال عادل الجبير إنه", ("عادل الجبير", "PERSON"))], seed=seed)
        given, family = surfaces(doc)[0].split()
        assert family.startswith("ال") and not given.startswith("ال")


def test_a_woman_stays_a_woman(nlp):
    women = {name for parts in read_list("people.json").values() for name in parts.get("women", ())}
    for seed in range(5):
        (doc,) = copies(nlp, [example(nlp, "قالت فاطمة الحربي", ("فاطمة الحربي", "PERSON"))], seed=seed)
        assert surfaces(doc)[0].split()[0] in women


def test_a_name_in_latin_script_is_left_alone(nlp):
    (doc,) = copies(nlp, [example(nlp, "الصورة: Haim Zach", ("Haim Zach", "PERSON"))])
    assert surfaces(doc) == ["Haim Zach"]


def test_a_state_becomes_a_state_and_an_outlet_an_outlet(nlp):
    from ar_news.data.lists import known_names, name_key

    text = "قالت رويترز إن فرنسا والجمهورية الفرنسية وبلاد الموز"
    names = [("رويترز", "MEDIA"), ("فرنسا", "COUNTRY"), ("الجمهورية الفرنسية", "COUNTRY"), ("بلاد الموز", "COUNTRY")]
    (doc,) = copies(nlp, [example(nlp, text, *names)], words=0.0, seed=2)
    outlet, short, official, unknown = surfaces(doc)
    known = known_names()
    assert outlet != "رويترز" and name_key(outlet) in known["MEDIA"]
    assert short != "فرنسا" and {name_key(short), name_key(official)} <= known["COUNTRY"]
    assert unknown == "بلاد الموز"


def test_agreements_are_left_alone(nlp, articles):
    for before, after in zip(articles, copies(nlp, articles)):
        assert surfaces(before.reference, "AGREEMENT") == surfaces(after, "AGREEMENT")


def test_rare_words_become_words_of_the_list_that_are_nobodys_name(nlp, articles):
    people = {fold(name) for parts in read_list("people.json").values() for names in parts.values() for name in names}
    words, others = [], []
    for before, after in zip(articles, copies(nlp, articles, people=0.0, lists=0.0)):
        pairs = list(zip(before.reference.text.split(), after.text.split(), strict=True))
        words += [old for old, _ in pairs]
        others += [new.strip('،.:؛»«()"') for old, new in pairs if old != new]
    assert len(others) > 0.03 * len(words)
    whole = [word for word in others if word in swaps.frequencies()]
    assert len(whole) > 0.8 * len(others)
    assert not people & {fold(word) for word in whole}


def test_common_words_and_those_beside_a_name_stay(nlp):
    text = "المتحدثة المفوهة ميركل تغازل الصحافيين"
    (doc,) = copies(nlp, [example(nlp, text, ("ميركل", "PERSON"))], people=0.0)
    assert doc.text.split()[1:4] == text.split()[1:4]
    (doc,) = copies(nlp, [example(nlp, "قال الرئيس في المدينة إن الحكومة")])
    assert doc.text == "قال الرئيس في المدينة إن الحكومة"


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_as_many_people_are_swapped_as_the_config_says(nlp, articles, share):
    before = [surface for example in articles for surface in surfaces(example.reference, "PERSON")]
    after = [surface for doc in copies(nlp, articles, people=share) for surface in surfaces(doc, "PERSON")]
    pairs = [pair for one, two in zip(before, after) for pair in zip(one.split(), two.split())]
    known = {name for parts in read_list("people.json").values() for names in parts.values() for name in names}
    changed = [old != new for old, new in pairs if old in known]
    assert abs(sum(changed) / len(changed) - share) < 0.15


def test_what_nobody_decided_stays_undecided(nlp):
    text = "التقى بوتين المغامرة الفلانية في جدة وعاد إلى موسكو"
    unsure = (text.index("المغامرة"), text.index(" في جدة"))
    (doc,) = copies(nlp, [example(nlp, text, ("بوتين", "PERSON"), unsure=[unsure])])
    assert [token.text for token in doc if token.ent_iob == 0] == ["المغامرة", "الفلانية"]


def test_a_doc_without_any_annotation_teaches_nothing_in_its_copy_either(nlp):
    doc = nlp.make_doc("وصل بوتين إلى جدة")
    (other,) = copies(
        nlp,
        [
            Example(
                nlp.make_doc(doc.text),
                Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc]),
            )
        ],
    )
    assert not any(token.ent_iob for token in other)


def test_no_copies_are_made_where_none_are_wanted(nlp, articles):
    augment = swaps.make_swaps(copies=0, seed=0, **EVERYTHING)
    assert [list(augment(nlp, example)) == [example] for example in articles] == [True] * len(articles)


def test_the_config_names_it_and_its_seed_is_that_of_the_training():
    config = load_config(ROOT / "configs" / "cpu.cfg", overrides={"system.seed": 7}, interpolate=True)
    block = config["corpora"]["train"]["augmenter"]["*"]["swaps"]
    assert registry.has("augmenters", block["@augmenters"]) and block["seed"] == 7


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md"])
def test_the_key_that_turns_it_on_is_one_of_the_config(file):
    keys = set(re.findall(r"corpora\.train\.[\w.*]+", (ROOT / file).read_text(encoding="utf-8")))
    assert keys
    check_keys(ROOT / "configs" / "cpu.cfg", dict.fromkeys(keys, 0))


def test_every_name_of_the_table_is_one_arabic_word_and_stands_once_in_its_list():
    for region, parts in read_list("people.json").items():
        for part, names in parts.items():
            assert part in {"men", "women", "family"} and len(names) == len(set(names)), region
            assert [name for name in names if not all("\u0621" <= char <= "\u064a" for char in name)] == []


CHAIN = """
[augmenter]
@augmenters = "ar_news.chain_augmenters.v1"

[augmenter.*.first]
@augmenters = "ar_news.swap_words.v1"
copies = 1
people = 1.0
lists = 0.0
words = 0.0
rarer_than = 4.0
seed = 0

[augmenter.*.second]
@augmenters = "spacy.lower_case.v1"
level = 1.0
"""


def test_augmenters_are_chained_so_that_each_sees_what_the_one_before_it_gave(nlp):
    augment = registry.resolve(Config().from_str(CHAIN))["augmenter"]
    found = [other.reference for other in augment(nlp, example(nlp, "قال بوتين لوكالة AFP", ("بوتين", "PERSON")))]
    assert len(found) == 2 and all("afp" in doc.text for doc in found)
    assert "بوتين" in found[0].text and "بوتين" not in found[1].text
