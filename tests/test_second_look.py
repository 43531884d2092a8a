"""Whom an article names in full is a person by the surname alone as well, and nobody else becomes one."""

import random
import warnings

import pytest
import spacy
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

from ar_news.pipeline import listener, name_rules, second_look, word_layers  # noqa: F401  (importing them registers what the config names)
from ar_news.training import signs  # noqa: F401  (so does this)
from conftest import ROOT, TOKENIZER


@pytest.fixture
def found(nlp):
    """The names of a text (word, label) after the second look, where something before it marks these names."""

    def look(text, *names, **settings):
        made = pipeline(nlp, *names, **settings)
        return [(ent.text, ent.label_) for ent in made(text).ents]

    return look


def pipeline(nlp, *names, **settings):
    made = spacy.blank("ar", config=TOKENIZER)
    for known in ("zipf", "starts", "hamza", "names"):
        setattr(made.tokenizer, known, getattr(nlp.tokenizer, known))
    ruler = made.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in names])
    made.add_pipe("ar_news_second_look", config=settings)
    return made


def people(*names):
    return [(name, "PERSON") for name in names]


def test_a_surname_alone_is_a_person_once_the_article_names_him_in_full(found):
    text = "التقى فوزي البنزرتي اللاعبين. وأعرب البنزرتي عن ثقته، ثم سئل البنزرتي عن العقد."
    assert found(text, *people("فوزي البنزرتي")) == people("فوزي البنزرتي", "البنزرتي", "البنزرتي")


def test_a_headline_before_the_full_name_is_found_too(found):
    text = "البنزرتي يعود إلى الملاعب\n\nأعلن النادي أن فوزي البنزرتي وقع العقد."
    assert found(text, *people("فوزي البنزرتي")) == people("البنزرتي", "فوزي البنزرتي")


@pytest.mark.parametrize("before, name", [("و", "شولتس"), ("ل", "غوتيريش"), ("ك", "ماكرون"), ("ف", "لودريان")])
def test_behind_a_proclitic_that_the_tokeniser_split_the_name_is_marked_without_it(found, before, name):
    text = f"وصل أولاف {name} صباحا. {before}{name} لم يتكلم."
    assert found(text, *people(f"أولاف {name}")) == people(f"أولاف {name}", name)


def test_behind_the_lam_that_swallowed_an_alif_the_name_begins_with_its_lam(found):
    text = "كرم النادي فوزي البنزرتي وقدم درعا للبنزرتي"
    assert found(text, *people("فوزي البنزرتي")) == people("فوزي البنزرتي", "لبنزرتي")


def test_behind_a_proclitic_that_the_tokeniser_left_nothing_is_marked_rather_than_a_part_of_a_word(found, nlp):
    text = "شارك أنس صالح في اللقاء، وكان صالح حاضرا، لصالح الفريق."
    assert "لصالح" in [token.text for token in nlp.make_doc(text)]
    assert found(text, *people("أنس صالح"), common=9.0) == people("أنس صالح", "صالح")


def test_a_name_whose_first_letter_was_taken_for_a_proclitic_is_found_whole(found, nlp):
    text = "أعلن دانيال لوهوت موقفه. وقال لوهوت إن المحادثات انتهت."
    assert "وهوت" in [token.text for token in nlp.make_doc(text)]
    assert found(text, *people("دانيال لوهوت")) == people("دانيال لوهوت", "لوهوت")


@pytest.mark.parametrize(
    "full, later",
    [("دانيال أورتيغا", "اورتيغا"), ("محرم إينجة", "اينجه"), ("علي باقري", "باقرى"), ("أحمد المهنّا", "المهنا")],
)
def test_another_spelling_of_the_same_letters_is_the_same_surname(found, full, later):
    assert found(f"تحدث {full} مساء. وعاد {later} لاحقا.", *people(full)) == people(full, later)


@pytest.mark.parametrize(
    "full, later",
    [("نهى حرب", "حرب"), ("رامي الثاني", "الثاني"), ("منى قادما", "قادما"), ("نظام حيازتها", "حيازتها"),
     ("حقها السيادي", "السيادي"), ("وليامز المصنفة", "المصنفة"), ("جورج بالفساد", "بالفساد")],
)  # fmt: skip
def test_a_common_word_an_adjective_and_a_noun_in_another_form_are_left(found, full, later):
    assert found(f"حضر {full} اليوم. ثم ذكر {later} هناك.", *people(full)) == people(full)


def test_a_common_surname_is_marked_where_ner_has_found_it_alone_already(found):
    text = "التقى دونالد ترامب الوفد. غادر ترامب لاحقا."
    assert found(text, *people("دونالد ترامب"), common=2.0) == people("دونالد ترامب")
    made_before = [("دونالد ترامب", "PERSON"), ("ترامب،", "PERSON")]
    text = "التقى دونالد ترامب الوفد. غادر ترامب، وعاد ترامب لاحقا."
    assert found(text, *made_before, common=2.0) == people("دونالد ترامب", "ترامب،")


def test_a_word_behind_bin_is_no_family_name_but_both_together_are(found):
    text = "استقبل محمد بن سلمان الوفد. قال سلمان كلمة. وقال بن سلمان أخرى."
    assert found(text, *people("محمد بن سلمان"), common=9.0) == people("محمد بن سلمان", "بن سلمان")


@pytest.mark.parametrize(
    "full, surname",
    [("محمد بن زايد آل نهيان", "آل نهيان"), ("أحمد أبو الغيط", "أبو الغيط"), ("ستيفان دي ميستورا", "دي ميستورا"),
     ("أورسولا فون دير لاين", "فون دير لاين"), ("حسن نصر الله", "نصر الله"), ("منصور عبد الهادي", "عبد الهادي")],
)  # fmt: skip
def test_a_surname_of_several_words_is_whole(found, full, surname):
    last = surname.split()[-1]
    text = f"حضر {full} اليوم. ثم عاد {surname} مساء. ورأى الجميع {last} هناك."
    assert found(text, *people(full)) == people(full, surname)


def test_a_state_keeps_its_label(found):
    states = [("بالاو", "COUNTRY")]
    text = "زار ويبس بالاو المقر. تقع بالاو في المحيط."
    assert found(text, ("ويبس بالاو", "PERSON"), *states) == [("ويبس بالاو", "PERSON"), ("بالاو", "COUNTRY")]


@pytest.mark.parametrize("label", ["MEDIA", "COUNTRY"])
def test_a_surname_alone_that_was_taken_for_something_else_becomes_a_person(found, label):
    text = "وقع جيفري كوندوغبيا العقد. يسعى كوندوغبيا إلى اللقب."
    assert found(text, ("جيفري كوندوغبيا", "PERSON"), ("كوندوغبيا", label)) == people("جيفري كوندوغبيا", "كوندوغبيا")


def test_a_longer_name_of_another_label_is_left_whole(found):
    names = [("فوزي البنزرتي", "PERSON"), ("إذاعة البنزرتي", "MEDIA"), ("اتفاق البنزرتي", "AGREEMENT")]
    text = "عاد فوزي البنزرتي. قالت إذاعة البنزرتي إن اتفاق البنزرتي انتهى."
    assert found(text, *names) == names


@pytest.mark.parametrize(
    "other", ["شركة البنزرتي", "عائلة «البنزرتي»", "آل البنزرتي", "البنزرتي بن علي", "البنزرتي-المالكي"]
)
def test_inside_another_name_nothing_is_marked(found, other):
    text = f"عاد فوزي البنزرتي أمس. ذكرت {other} هناك."
    assert found(text, *people("فوزي البنزرتي")) == people("فوزي البنزرتي")


def test_where_ner_read_the_full_name_and_left_it_the_surname_is_left_too(found):
    ruled = [("فوزي البنزرتي", "PERSON")]
    text = "عاد فوزي البنزرتي أمس. ثم وصل فوزى البنزرتي."
    assert found(text, *ruled) == people("فوزي البنزرتي")


def test_behind_another_person_nothing_is_marked(found):
    text = "عاد فوزي البنزرتي أمس مع منصور البنزرتي هناك."
    assert found(text, *people("فوزي البنزرتي", "منصور")) == people("فوزي البنزرتي", "منصور")


def test_two_of_one_surname_make_one_person_of_each_mention(found):
    text = "حضر فوزي البنزرتي ومنصور البنزرتي. قال البنزرتي كلمة."
    names = people("فوزي البنزرتي", "منصور البنزرتي")
    assert found(text, *names) == [*names, ("البنزرتي", "PERSON")]


def test_looking_again_changes_nothing(nlp):
    made = pipeline(nlp, *people("فوزي البنزرتي"))
    doc = made("عاد فوزي البنزرتي. قال البنزرتي كلمة.")
    before = doc.to_bytes()
    assert made.get_pipe("ar_news_second_look")(doc).to_bytes() == before


def test_outlets_are_left_as_they_are(found):
    names = [("سكاي نيوز عربية", "MEDIA"), ("الشرق الأوسط", "MEDIA")]
    text = "قالت سكاي نيوز عربية إن الوفد وصل. وأضافت سكاي نيوز أنه غادر."
    assert found(text, *names) == [names[0]]


@pytest.mark.parametrize("text", ["", " ", "\n", "بلا أسماء", "البنزرتي"])
def test_a_text_without_a_full_name_is_left(found, text):
    assert found(text, *people("فوزي البنزرتي")) == []


def test_what_was_not_annotated_stays_so(nlp):
    doc = nlp.make_doc("عاد فوزي البنزرتي. قال البنزرتي كلمة.")
    doc.set_ents([doc.char_span(4, 17, "PERSON")], default="missing")
    look = second_look.SecondLook(nlp.tokenizer)
    assert [token.ent_iob_ for token in look(doc)] == ["", "B", "I", "", "", "B", "", ""]


def test_it_works_in_two_processes(nlp):
    made = pipeline(nlp, *people("فوزي البنزرتي"))
    texts = ["عاد فوزي البنزرتي. قال البنزرتي كلمة.", "لا أحد", ""] * 2
    both = [[[ent.text for ent in doc.ents] for doc in made.pipe(texts, n_process=n, batch_size=2)] for n in (1, 2)]
    assert both[0] == both[1] == [["فوزي البنزرتي", "البنزرتي"], [], []] * 2


def test_saved_and_loaded_it_has_its_settings_and_its_frequencies(nlp, tmp_path):
    made = pipeline(nlp, *people("نهى حرب"), common=9.0)
    made.to_disk(tmp_path)
    text = "حضرت نهى حرب اليوم. ثم قالت حرب كلمة."
    assert [ent.text for ent in spacy.load(tmp_path)(text).ents] == ["نهى حرب", "حرب"]


@pytest.mark.parametrize("config", [{}, TOKENIZER], ids=["spaCy's tokeniser", "ours, not initialised"])
def test_without_frequencies_it_adds_nothing_and_says_so_once(config):
    made = spacy.blank("ar", config=config)
    made.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "فوزي البنزرتي"}])
    made.add_pipe("ar_news_second_look")
    second_look.warn_no_frequencies.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        docs = list(made.pipe(["عاد فوزي البنزرتي ثم قال البنزرتي كلمة"] * 2))
    assert [[ent.text for ent in doc.ents] for doc in docs] == [["فوزي البنزرتي"]] * 2
    assert len([one for one in caught if "has no word frequencies" in str(one.message)]) == 1


def weights(nlp, folder, parts):
    """The weights of a few steps of training with these components."""
    docs = []
    for text in ["عاد فوزي البنزرتي أمس. قال البنزرتي كلمة.", "وصل ترامب إلى كازاخستان"]:
        doc = nlp.make_doc(text)
        doc.set_ents([doc[1:3]] if "فوزي" in text else [doc[1:2]], default="outside")
        doc.set_ents([spacy.tokens.Span(doc, ent.start, ent.end, "PERSON") for ent in (doc[1:3],)])
        docs.append(doc)
    DocBin(docs=docs).to_disk(folder / "gold.spacy")
    config = load_config(ROOT / "configs" / "cpu.cfg")
    config["nlp"]["pipeline"] = parts
    config["components"] = {name: config["components"][name] for name in parts}
    config["paths"].update({"train": str(folder / "gold.spacy"), "dev": str(folder / "gold.spacy")})
    config["training"].update({"max_steps": 6, "eval_frequency": 2})
    random.seed(3)
    with open(folder / "log", "w", encoding="utf-8") as log:
        made, _ = train(init_nlp(config), None, stdout=log, stderr=log)
    return [made.get_pipe(name).model.to_bytes() for name in ("tok2vec", "ner")]


def test_a_training_gives_the_same_weights_with_it_and_without(nlp, tmp_path):
    with_it = weights(nlp, tmp_path, ["tok2vec", "ner", "ar_news_second_look"])
    assert with_it == weights(nlp, tmp_path, ["tok2vec", "ner"])


def test_an_update_passes_it_by(nlp):
    made = pipeline(nlp, *people("ترامب"))
    example = Example.from_dict(made.make_doc("عاد فوزي البنزرتي"), {"entities": [(4, 17, "PERSON")]})
    assert made.update([example]) == {}
