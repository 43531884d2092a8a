"""What is certain of a name by lists, and by the words and marks beside it, holds whatever ner says; all else is left to it."""

import json
import os
import subprocess
import sys

import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.util import load_config

from ar_news.data.labels import label_names
from ar_news.docs import load
from ar_news.pipeline import name_rules
from ar_news.training import packaging
from conftest import ROOT, TOKENIZER, gold


@pytest.fixture(scope="module")
def rules(nlp):
    """The component as a training leaves it, behind something that gives the project's labels."""
    made = spacy.blank("ar", config=TOKENIZER)
    made.tokenizer.zipf = nlp.tokenizer.zipf
    made.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": "ألف"} for label in label_names()])
    rules = made.add_pipe("ar_news_name_rules")
    rules.initialize(nlp=made)
    return rules


@pytest.fixture
def read(nlp, rules):
    """The names of a text after the rules, where it is marked before: `زار [لبنان COUNTRY]`."""

    def names(marked, rules=rules):
        text, spans = "", []
        for part in marked.split("["):
            inside, sign, rest = part.partition("]")
            if sign:
                name, _, label = inside.rpartition(" ")
                spans.append((len(text), len(text) + len(name), label))
                text += name + rest
            else:
                text += part
        doc = nlp.make_doc(text)
        doc.ents = [doc.char_span(*span) for span in spans]
        return [(ent.text, ent.label_) for ent in rules(doc).ents]

    return names


NONE = [
    ("أعلنت [أبل PERSON] عن هاتف", "a company"),
    ("وقالت [CIA MEDIA] إنها لا تعلق", "an agency of state"),
    ("ودفعت [ميتا COUNTRY] الغرامة", "an app"),
    ("وأكد [الموساد MEDIA] النبأ", "an agency of state in Arabic"),
    ("حلقت [مصر COUNTRY] للطيران فوق البحر", "a state in the name of a company"),
    ("وصل الوفد إلى [باماكو COUNTRY] مساء", "a city"),
    ("وقال المتحدث ([الجمعة MEDIA]) إن", "a weekday"),
    ("راسلونا على [press@example.org MEDIA] اليوم", "a mail address"),
    ("شاهد [pic.twitter.com/Xy3 MEDIA] الآن", "a web address without a scheme"),
    ("كتب [@fadi_news2 MEDIA] اليوم", "a handle"),
    ("رفع بنك [المغرب COUNTRY] الفائدة", "a state in the name of a bank"),
    ("تخرج في جامعة [غانا COUNTRY] عام", "a state in the name of a university"),
    ("سجلت ولاية [الجزائر COUNTRY] ارتفاعا", "a city named as its state"),
    ("تظاهروا في العاصمة [تونس COUNTRY] أمس", "a capital named as its state"),
    ("في إقليم كردستان [العراق COUNTRY] ثلوج", "a state in the name of a region"),
    ("أعلنت [الاعتقالات COUNTRY] أمس", "a word that names no state"),
    ("عادت [الجمهورية COUNTRY] إلى الهدوء", "a noun that stands in for a state"),
    ("درس في معهد الملك [فيصل PERSON] سنتين", "a person in the name of a school"),
    ("وذكرت صحيفة [سويسرية MEDIA] أن", "a nationality"),
    ("وحضر [أ MEDIA] الاجتماع", "one letter"),
    ("توصلوا إلى [اتفاق شامل AGREEMENT] أمس", "an agreement like any other"),
    ("نصت [المعاهدة AGREEMENT] على ذلك", "a bare noun"),
    ("وقع [إعلان دستوري AGREEMENT] جديد", "an act of one state"),
    ("تغير [المشهد المحلي AGREEMENT] كثيرا", "words without a noun of agreements"),
    ("خاض [نزالين AGREEMENT] هذا العام", "a word that is no agreement"),
    ("تنسق الأجهزة [السعودية COUNTRY] مع غيرها", "an adjective behind a feminine noun"),
    ("طبقا للسياسات [السعودية COUNTRY] الجديدة", "an adjective behind a feminine noun with ل"),
]


@pytest.mark.parametrize("marked, reason", NONE, ids=lambda value: value[:30])
def test_what_is_certainly_no_name_is_dropped(read, marked, reason):
    assert read(marked) == []


MENDED = [
    ("عاد من [جنوب لبنان COUNTRY] أمس", [("لبنان", "COUNTRY")]),
    ("اتهم [دولة تشاد COUNTRY] بذلك", [("تشاد", "COUNTRY")]),
    ("رحبت دولة [قطر COUNTRY] بالقرار", [("دولة قطر", "COUNTRY")]),
    ("وصل سفير [بروناي دار COUNTRY] السلام", [("بروناي دار السلام", "COUNTRY")]),
    ("زار كوريا [الجنوبية COUNTRY] أمس", [("كوريا الجنوبية", "COUNTRY")]),
    ("كتبت صحيفة [معاريف PERSON] أن", [("معاريف", "MEDIA")]),
    ("وقالت [هآرتس PERSON] إن", [("هآرتس", "MEDIA")]),
    ("بثت [فرانس MEDIA] 24 تقريرا", [("فرانس 24", "MEDIA")]),
    ("ونقلت قناة [الميادين اللبنانية MEDIA] الخبر", [("الميادين", "MEDIA")]),
    ("وقع [دونالد ج PERSON]. [ترامب PERSON] الأمر", [("دونالد ج. ترامب", "PERSON")]),
    ("قال [د. عزمي بشارة MEDIA] إن", [("عزمي بشارة", "PERSON")]),
    ("التقى [إيمانويل ماكرون PERSON] (Emmanuel Macron) الوفد", [("إيمانويل ماكرون", "PERSON"), ("Emmanuel Macron", "PERSON")]),
    ("فازت [إستونيا COUNTRY] ([Estonia MEDIA]) أمس", [("إستونيا", "COUNTRY"), ("Estonia", "COUNTRY")]),
    ("بموجب [اتفاق باريس AGREEMENT] (Paris Agreement) عام", [("اتفاق باريس", "AGREEMENT"), ("Paris Agreement", "AGREEMENT")]),
]  # fmt: skip


@pytest.mark.parametrize("marked, expected", MENDED)
def test_edges_and_labels_are_mended_where_the_right_ones_are_certain(read, marked, expected):
    assert read(marked) == expected


def test_a_pipeline_that_was_saved_with_fewer_rules_is_told_to_be_made_again(nlp, rules, tmp_path):
    from ar_news.data.files import InputError

    made = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    made.add_pipe("ar_news_name_rules").rules = {
        key: rule for key, rule in rules.rules.items() if key != "agreement_words"
    }
    made.to_disk(tmp_path / "older")
    reason = r"older: made by an older version of this project \(ar_news_name_rules has no agreement_words\); train or install it again"
    with pytest.raises(InputError, match=reason):
        load(str(tmp_path / "older"))


LEFT = [
    "ونشرت صحيفة «[أبل MEDIA]» مقالا",
    "زار سفارة [إسرائيل COUNTRY] ولقي منتخب [مصر COUNTRY]",
    "عاد من [الجزائر COUNTRY] ثم من [تونس COUNTRY]",
    "دبي، [الإمارات العربية المتحدة COUNTRY] ([CNN MEDIA]) – قال",
    "وقال [أحمد علي PERSON] (Reuters) إن",
    "في عهد [الدولة العثمانية COUNTRY] و[مملكة آيسلندا COUNTRY]",
    "وقالت [الأهرام MEDIA] المصرية و[التلفزيون السوري MEDIA]",
    "ونقل موقع [Axios MEDIA] عن [Steve Witkoff PERSON]",
    "في [اتفاق باريس AGREEMENT] و[الاتفاق النووي AGREEMENT]",
    "زار [تونجا COUNTRY] و[يوغسلافيا COUNTRY]",
    "فاز [فورد PERSON] بالانتخابات",
    "عدلت [معاهدة روما AGREEMENT] و[أمستردام AGREEMENT]",
    "وقعت اتفاقية «[كامبالا AGREEMENT]» أمس",
    "انسحب من [TPP AGREEMENT] ومن [نافتا AGREEMENT] ومن [نظام روما AGREEMENT]",
    "انضم ل[لاتفاقات_الإبراهيمية AGREEMENT]",
    "زار الوزير [السعودية COUNTRY] أمس ثم عاد من [السعودية COUNTRY]",
]


@pytest.mark.parametrize("marked", LEFT)
def test_where_nothing_is_certain_names_stay_as_ner_has_them(nlp, read, marked):
    expected = [part.partition("]")[0].rpartition(" ")[::2] for part in marked.split("[")[1:]]
    assert read(marked) == expected


def test_hardly_a_name_of_the_train_and_dev_articles_is_touched(nlp, rules):
    changed = []
    for split in ("train", "dev"):
        for article in gold(split):
            doc = nlp.make_doc(article["text"])
            spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in article["spans"]]
            doc.ents = [span for span in spans if span]
            before = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}
            after = {(ent.start_char, ent.end_char, ent.label_) for ent in rules(doc).ents}
            changed += [article["text"][start:end] for start, end, _ in before - after]
    # Both official by configs/countries.json, and written there as a place and a youngest state.
    assert sorted(changed) == ["جنوب السودان", "فيجي"]


def test_a_label_that_the_rules_do_not_know_stays(read):
    assert read("أعلنت [أبل ORG] في [www.alpha.com ORG]") == [("أبل", "ORG"), ("www.alpha.com", "ORG")]


def test_a_pipeline_without_outlets_gets_none_from_them(nlp, read):
    made = spacy.blank("ar", config=TOKENIZER)
    made.tokenizer.zipf = nlp.tokenizer.zipf
    made.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "ألف"}])
    alone = made.add_pipe("ar_news_name_rules")
    alone.initialize(nlp=made)
    assert read("كتبت صحيفة [معاريف PERSON] أن", rules=alone) == [("معاريف", "PERSON")]
    assert read("أعلنت [أبل PERSON] عن هاتف", rules=alone) == []


def test_the_labels_have_the_names_that_the_config_gives_them(nlp, read):
    made = spacy.blank("ar", config=TOKENIZER)
    made.tokenizer.zipf = nlp.tokenizer.zipf
    named = made.add_pipe("ar_news_name_rules", config={"person": "PER"})
    named.initialize(nlp=made)
    assert read("أعلنت [أبل PER] و[أبل PERSON] عن هاتف", rules=named) == [("أبل", "PERSON")]


def test_tokens_of_which_nothing_is_known_stay_unknown(nlp, rules):
    doc = nlp.make_doc("أعلنت أبل عن هاتف")
    doc.set_ents([Span(doc, 1, 2, "PERSON")], missing=[doc[0:1]], default="outside")
    assert [token.ent_iob_ for token in rules(doc)] == ["", "O", "O", "O"]


def test_ids_of_names_that_stay_are_kept(nlp, rules):
    doc = nlp.make_doc("أعلنت أبل في لبنان")
    doc.ents = [Span(doc, 1, 2, "PERSON"), Span(doc, 3, 4, "COUNTRY", kb_id="Q822", span_id="a")]
    assert [(ent.kb_id_, ent.ent_id_) for ent in rules(doc).ents] == [("Q822", "a")]


def test_without_rules_nothing_changes(nlp, read):
    empty = name_rules.NameRules(nlp.tokenizer)
    assert read("أعلنت [أبل PERSON] عن هاتف", rules=empty) == [("أبل", "PERSON")]
    assert list(empty(Doc(nlp.vocab)).ents) == []


def test_rules_that_lack_a_list_are_refused_by_its_name(nlp):
    with pytest.raises(ValueError, match="no outlet_nouns; restore configs/name_rules.json"):
        whole = json.loads((ROOT / "configs" / "name_rules.json").read_text(encoding="utf-8"))
        name_rules.NameRules(nlp.tokenizer).initialize(
            rules={key: value for key, value in whole.items() if key != "outlet_nouns"}
        )


def test_no_name_is_listed_twice_or_as_two_things():
    whole = json.loads((ROOT / "configs" / "name_rules.json").read_text(encoding="utf-8"))
    names = [name_rules.key(name) for group in whole["other_names"].values() for name in {*group}]
    states = {name_rules.key(name) for name in whole["states"]}
    outlets = {name_rules.key(name) for name in whole["outlets"]}
    assert not {*names} & (states | outlets) and not states & outlets
    for group in (*whole["other_names"].values(), whole["outlets"], whole["states"]):
        assert len(group) == len({*group})


@pytest.fixture(scope="module")
def pipeline(nlp, tmp_path_factory):
    """Folder of a pipeline with the rules, which marks a company and a newspaper as people."""
    made = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    patterns = [("أبل", "PERSON"), ("معاريف", "PERSON"), ("رويترز", "MEDIA")]
    made.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for name, label in patterns])
    made.add_pipe("ar_news_name_rules").initialize(nlp=made)
    folder = tmp_path_factory.mktemp("rules") / "pipeline"
    made.to_disk(folder)
    return folder


TEXT = "أعلنت أبل أن معاريف ورويترز هنا"


def test_the_rules_are_kept_with_the_pipeline_in_a_file_that_people_can_read(pipeline):
    kept = json.loads((pipeline / "ar_news_name_rules").read_text(encoding="utf-8"))
    assert "أبل" in (pipeline / "ar_news_name_rules").read_text(encoding="utf-8") and kept["labels"] == [
        "MEDIA",
        "PERSON",
    ]
    made = load(str(pipeline))
    expected = [("معاريف", "MEDIA"), ("رويترز", "MEDIA")]
    assert [(ent.text, ent.label_) for ent in made(TEXT).ents] == expected


def test_they_are_in_its_bytes_too(nlp, rules, read):
    again = name_rules.NameRules(nlp.tokenizer).from_bytes(rules.to_bytes())
    marked = "أعلنت [أبل PERSON] أن صحيفة [معاريف PERSON] هنا"
    assert read(marked, rules=again) == read(marked) == [("معاريف", "MEDIA")]


def test_it_works_in_two_processes(pipeline):
    made = load(str(pipeline))
    found = [[ent.text for ent in doc.ents] for doc in made.pipe([TEXT, "لا اسم", ""] * 2, n_process=2, batch_size=2)]
    assert found == [["معاريف", "رويترز"], [], []] * 2


def test_a_wheel_brings_code_and_rules_along_without_the_project(pipeline, tmp_path):
    modules = [*packaging.ALWAYS, "ar_news.pipeline.tokenizer", "ar_news.pipeline.name_rules"]
    (tmp_path / "made").mkdir()
    sources = packaging.lay_out(pipeline, modules, "x", "1.0", tmp_path / "made")
    package = tmp_path / "site" / "ar_x"
    package.parent.mkdir()
    (sources / "ar_x").rename(package)
    (sources / "meta.json").rename(package / "meta.json")
    program = (
        f"import ar_x\nnlp = ar_x.load()\nrules = nlp.get_pipe('ar_news_name_rules')\nrules.initialize(nlp=nlp)\n"
        f"print([ent.text for ent in nlp({TEXT!r}).ents], type(rules).__module__)"
    )
    env = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", env=env, cwd=tmp_path, check=False
    )
    assert done.stdout == "['معاريف', 'رويترز'] ar_x.name_rules\n", done.stderr


@pytest.mark.parametrize("project", ["project.yml", "best/project.yml"])
def test_every_wheel_brings_it_along(project):
    text = (ROOT / project).read_text(encoding="utf-8")
    commands = [part for part in text.split("- >-") if "package_build.py" in part and "--code" in part]
    assert commands and all("scripts/ar_news/pipeline/name_rules.py" in command for command in commands)


def test_it_stands_between_ner_and_the_second_look():
    names = load_config(ROOT / "configs" / "cpu.cfg")["nlp"]["pipeline"]
    assert names[names.index("ner") + 1] == "ar_news_name_rules"


def test_a_trained_pipeline_has_rules_and_labels(small_pipeline):
    made = load(str(small_pipeline))
    kept = made.get_pipe("ar_news_name_rules")
    assert kept.labels == {*made.get_pipe("ner").labels} and "كازاخستان" in kept.rules["states"]
