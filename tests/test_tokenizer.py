"""The tokeniser: lossless, with a boundary wherever a name begins or ends."""

import json
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import time
from base64 import urlsafe_b64encode

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from ar_news.pipeline import tokenizer
from ar_news.pipeline.tokenizer import NewsTokenizer, fold
from conftest import ROOT, TOKENIZER, gold

ARABIC = st.text(alphabet='وفبلكاأإآةىيسمتنرـَُّْ،؛؟.«»()"#_-:/0123٣٤٥ \n\t\u00a0\u200f\u200c\u2028abC@')


def words(nlp, text):
    return [token.text for token in nlp.make_doc(text)]


@settings(max_examples=1000, deadline=None)
@given(st.one_of(st.text(), ARABIC))
def test_the_tokens_spell_every_string_again(nlp, text):
    assert nlp.make_doc(text).text == text


@pytest.mark.parametrize(
    "text", ["", " ", "  \n ", "\0", "a\0b", "😀👨‍👩‍👧", "\u202eمصر\u202c", "\ufeffمصر", "ـ", "لـ", "ً", "وَ"]
)
def test_the_tokens_spell_odd_strings_again(nlp, text):
    assert nlp.make_doc(text).text == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("وترامب", "و ترامب"),
        ("بكازاخستان", "ب كازاخستان"),
        ("وبكازاخستان", "و ب كازاخستان"),
        ("فرويترز", "ف رويترز"),
        ("كالجزيرة", "ك الجزيرة"),
        ("للاتفاقات", "ل لاتفاقات"),
        ("وللإمارات", "و ل لإمارات"),
        ("لليبيا", "ل ليبيا"),
        ("ولكسمبورج", "و لكسمبورج"),
        ("لـ«رويترز»", "لـ « رويترز »"),
        ("وبـ«أكسيوس»", "و بـ « أكسيوس »"),
        ("لـCNN", "لـ CNN"),
        ("والـCNN", "و الـ CNN"),
        ("وَلبنان", "وَ لبنان"),
        ("وأ ف ب", "و أ ف ب"),
        ("وكيري", "و كيري"),
        ("وويتكوف", "و ويتكوف"),
        ("لكيري", "ل كيري"),
        ("بتوكاييف", "ب توكاييف"),
        ("لكوبراكوف", "ل كوبراكوف"),
        ("وبميرضيائيف", "و ب ميرضيائيف"),
        ("بإسواتيني", "ب إسواتيني"),
        ("لايران", "ل ايران"),
        ("وامريكا", "و امريكا"),
        ("ﻭﺗﺮﺍﻣﺐ", "ﻭ ﺗﺮﺍﻣﺐ"),
        ("کترامپ", "ک ترامپ"),
        ("و\u200fترامب", "و\u200f ترامب"),
        ("لـ\u200fترامب", "لـ\u200f ترامب"),
        ("لِلسّعودية", "لِ لسّعودية"),
    ],
)
def test_a_proclitic_is_split_off(nlp, text, expected):
    assert words(nlp, text) == expected.split()


@pytest.mark.parametrize(
    "word",
    "بوتين لبنان كندا باريس بكين فرنسا فنزويلا كوبا كوريا بولندا بلجيكا لندن واشنطن كينيا ليبيا بنما فيتنام لاوس "
    "فيصل وليد كامل كمال كريم بلال بشار باسم فاطمة فهد فاروق لافروف بلينكن كاليفورنيا والدة فريق كبير "
    "كيري ويتكوف لولا لابيد فيدان كوفي وندروف باول بوتفليقة بلقاسم وكالة ﻛﻴﺮﻱ کیری كِيري كي\u200bري".split(),
)
def test_a_first_letter_of_the_word_itself_stays(nlp, word):
    assert words(nlp, word) == [word]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("رئيسي- أ", "رئيسي - أ"),
        ("النمسا.أد", "النمسا . أد"),
        ("#فلسطين", "# فلسطين"),
        ("#الاتفاق_النووي", "# الاتفاق _ النووي"),
        ("الإبراهيمية».", "الإبراهيمية » ."),
        ("رويترز).", "رويترز ) ."),
        ("ترامب،ونتنياهو", "ترامب ، و نتنياهو"),
        ("عام2020", "عام 2020"),
        ("CNNعربية", "CNN عربية"),
        ("i24NEWS", "i 24 NEWS"),
        ("1.5 و٢٫٥", "1.5 و ٢٫٥"),
        ("قال:«نعم»", "قال : « نعم »"),
        ("واشنطن-(رويترز)", "واشنطن - ( رويترز )"),
        ("محمّد.", "محمّد ."),
        ("https://example.com/a?b=1.", "https://example.com/a?b=1 ."),
        ("(news.desk+ar@mail.example-1.com)", "( news.desk+ar@mail.example-1.com )"),
        ("راسلونا:a@b.org،أو", "راسلونا : a@b.org ، أو"),
        ("......؟؟!", "...... ؟؟ !"),
        ("example.com/a/b?c=1.", "example.com/a/b?c=1 ."),
        ("الصورpic.twitter.com/aB1cD2", "الصور pic.twitter.com/aB1cD2"),
        ("pic.twitter.com/aB1cD2قال", "pic.twitter.com/aB1cD2 قال"),
        ("(example.org/)", "( example.org/ )"),
        ("JD.com", "JD . com"),
        ("@AFP_ar: نعم", "@AFP_ar : نعم"),
        ("عبر@RTarabic،", "عبر @RTarabic ،"),
        ("@ترامب", "@ ترامب"),
        ("#ترامب_وبوتين", "# ترامب _ و بوتين"),
        ("\u200fمصر\u200e.", "\u200f مصر \u200e ."),
        ("۲٫۵ ٪", "۲٫۵ ٪"),
    ],
)
def test_punctuation_and_script_changes_are_boundaries(nlp, text, expected):
    assert words(nlp, text) == expected.replace("i 24 NEWS", "i24NEWS").split()


@pytest.mark.parametrize(
    "one, other",
    [
        ("الإمارات", "الامارات"),
        ("أميركا", "اميركا"),
        ("عُمان", "عمان"),
        ("لبنـــان", "لبنان"),
        ("السعودية", "السعوديه"),
        ("مصطفى", "مصطفي"),
        ("٢٠٢٣", "2023"),
        ("۲۰۲۳", "2023"),
        ("ﺗﺮﺍﻣﺐ", "ترامب"),
        ("ﻻﻓﺮﻭﻑ", "لافروف"),
        ("ترامپ", "ترامب"),
        ("ڤيينا", "فيينا"),
        ("تهراں", "تهران"),
        ("زرداری", "زرداري"),
        ("مہر", "مهر"),
        ("مصطفے", "مصطفي"),
        *(
            (f"ترا{mark}مب", "ترامب")
            for mark in "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202b\u202c\u2060\u2067\u2069\ufeff"
        ),
        ("Reu\u00adters", "Reuters"),
        ("«", '"'),
        ("»", '"'),
        ("“", '"'),
        ("”", '"'),
        ("’", "'"),
        ("–", "-"),
        ("—", "-"),
        ("…", "..."),
        ("،", ","),
        ("؛", ";"),
        ("؟", "?"),
        ("٪", "%"),
        ("٢٫٥", "2.5"),
    ],
)
def test_spelling_variants_are_one_token_with_the_same_norm(nlp, one, other):
    assert [token.norm_ for token in nlp.make_doc(one)] == [token.norm_ for token in nlp.make_doc(other)]
    assert len(nlp.make_doc(one)) == 1


@pytest.mark.parametrize("word", ["للسعودية", "لِلسعودية", "لِلسّعوديّة", "للسعود\u200fية", "ﻟﻠﺴﻌﻮﺩﻳﺔ"])
def test_a_name_behind_fused_lam_has_the_norm_of_the_name(nlp, word):
    assert nlp.make_doc(word)[1].norm_ == nlp.make_doc("السعودية")[0].norm_


def read(split):
    """Of every name of a split: the word before which it stands or that it is, its label, and where it begins there."""
    for article in gold(split):
        text = article["text"]
        for span in article["spans"]:
            start = span["start"]
            while start and not text[start - 1].isspace():
                start -= 1
            yield text[start : span["end"]], span["start"] - start, span["label"]


def begins(nlp, text, place):
    return place in {token.idx for token in nlp.make_doc(text)}


def cut(nlp, name):
    """Whether a letter is cut off the beginning of a word of a name."""
    doc = nlp.make_doc(name)
    return any(
        fold(token.text) in tuple("وفبلك") and not token.whitespace_ and doc[token.i + 1].text[0].isalpha()
        for token in doc[:-1]
    )


@pytest.mark.parametrize("split", ["dev", "test"])
def test_names_are_cut_free_of_what_stands_before_them_and_keep_their_own_letters(nlp, split):
    names = list(read(split))
    people = [text[place:] for text, place, label in names if label == "PERSON" and text[place - 1 : place] != "ل"]
    lost = [text for text, place, _ in names if not begins(nlp, text, place)]
    # In dev and test 0.2 and 0.2 % were lost and 6.2 and 6.1 % of people cut where what no list knows was always split.
    assert len(lost) < 0.0015 * len(names), lost
    assert sum(cut(nlp, name) for name in people) < 0.03 * len(people)


# Per cent of the people of dev and test that are not cut free of the letter; ب 10, ل 10, ك 9 before words had odds.
@pytest.mark.parametrize("letter, most", [("و", 1), ("ف", 4.5), ("ب", 6), ("ل", 2.5), ("ك", 5.5)])
def test_people_are_found_behind_every_proclitic(nlp, letter, most):
    people = {text[place:] for split in ("dev", "test") for text, place, label in read(split) if label == "PERSON"}
    words = [("لل" + name[2:] if letter == "ل" and name.startswith("ال") else letter + name) for name in people]
    lost = [word for word in words if not begins(nlp, word, 1)]
    assert 100 * len(lost) < most * len(words), lost


@given(st.text(min_size=1))
def test_folding_never_gives_an_empty_norm(text):
    assert fold(text)


def test_a_saved_tokeniser_splits_as_before(nlp, tmp_path):
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    text = "وقال ترامب لـ«رويترز» إنه سيلتقي بوتين بكازاخستان وللإمارات دور مع ويتكوف وباول لتوكاييف"
    assert words(loaded, text) == words(nlp, text)
    assert loaded.tokenizer.to_bytes() == nlp.tokenizer.to_bytes()


@pytest.mark.parametrize("letter", "وفبلك")
def test_every_state_that_is_written_with_care_is_found_behind_every_proclitic(nlp, letter):
    states = json.loads((ROOT / "configs" / "countries.json").read_text(encoding="utf-8"))
    names = [state["short"][0] for state in states]
    words = [("لل" + name[2:] if letter == "ل" and name.startswith("ال") else letter + name) for name in names]
    # Klaus, Kisra and a tongue.
    assert {word for word in words if not begins(nlp, word, 1)} <= {"كلاوس", "كسري لانكا", "لسان مارينو"}


def test_an_uninitialised_tokeniser_is_lossless_too():
    blank = spacy.blank("ar", config=TOKENIZER)
    assert blank.make_doc("وقال لـ«رويترز»: للأمم").text == "وقال لـ«رويترز»: للأمم"


def test_a_pickled_tokeniser_splits_as_before(nlp):
    copy = pickle.loads(pickle.dumps(nlp.tokenizer))
    assert isinstance(copy, NewsTokenizer)
    assert [token.text for token in copy("وترامب")] == ["و", "ترامب"]


RUNS = {
    "dotted": "ab." * 100_000,
    "base64": urlsafe_b64encode(random.Random(0).randbytes(225_000)).decode(),
    "addresses": "a@" * 150_000,
    "letters": "a" * 300_000,
    "digits": "12" * 150_000,
    "dots": "." * 300_000,
    "hyphens": "a-" * 150_000,
    "underscores": "a_" * 150_000,
    "plus": "a+b." * 75_000,
    "one address": "a@" + "b" * 299_998,
    "one domain": "a@" + "b." * 149_999,
    "handles": "@ab" * 100_000,
    "ats": "@" * 300_000,
    "www": "www." * 75_000,
    "schemes": "http://" + "." * 299_993,
    "domains": "a.b/" * 75_000,
    "path": "a.bc/" + "!" * 299_995,
    "parts": "a.b.c,d.e/" * 30_000,
    "percent": "%41" * 100_000,
    "Arabic": "وبالك" * 60_000,
    "unseen": "a\u200b" * 150_000,
    "unseen Arabic": "ب\u200f" * 150_000,
    "tatweel": "ـ" * 300_000,
    "quotes": "«“" * 150_000,
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_one_unbroken_run_of_300_000_characters_takes_less_than_two_seconds(nlp, run):
    start = time.process_time()
    doc = nlp.make_doc(run)
    assert time.process_time() - start < 2
    assert doc.text == run and len(run) == 300_000


TWO_PROCESSES = """
import multiprocessing, sys, spacy
sys.path.insert(0, sys.argv[3])
import ar_news.pipeline.tokenizer
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    texts = ["وترامب بكازاخستان", "فرويترز", "لبنان"] * 10
    for doc in spacy.load(sys.argv[2]).pipe(texts, n_process=2, batch_size=5):
        print(*[ent.text for ent in doc.ents])
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_two_processes_give_what_one_gives(toy_model, method, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(TWO_PROCESSES, encoding="utf-8")
    command = [sys.executable, str(program), method, str(toy_model), str(ROOT / "scripts")]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, check=True)
    assert done.stdout.decode().splitlines() == ["ترامب كازاخستان", "رويترز", ""] * 10


def test_the_cache_holds_so_many_letters_and_no_run_longer_than_that(nlp, monkeypatch):
    monkeypatch.setattr(tokenizer, "CACHE_LETTERS", 100)
    own = NewsTokenizer(spacy.blank("ar").vocab).from_bytes(nlp.tokenizer.to_bytes())
    for text in (
        " ".join(f"كلمة{number}" for number in range(50)),
        "ب" * 101,
        "وترامب بكازاخستان " * 9,
        "x" * 99 + " " + "y" * 99,
    ):
        assert [token.text for token in own(text)] == [token.text for token in nlp.tokenizer(text)]
        assert sum(map(len, own._cache.kept)) == own._cache.letters <= 100
    assert own._cache.kept
