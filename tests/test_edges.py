"""Where a name begins and ends: one rule for pipelines and gold, and what the component makes of names that break it."""

import os
import subprocess
import sys

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import DocBin, Span
from spacy.training import Example
from spacy.util import load_config, load_model_from_config

from ar_news.data.articles import span_faults
from ar_news.data.labels import label_names
from ar_news.docs import blank_pipeline, load, spans_of
from ar_news.pipeline.bare import bare
from ar_news.pipeline.edges import mend
from ar_news.training import packaging
from ar_news.training.pipelines import train_pipeline
from conftest import ROOT, TOKENIZER

NLP = blank_pipeline()


def mended(text, *places, label="PERSON"):
    """The names that are left of these stretches of tokens."""
    doc = NLP.make_doc(text)
    doc.set_ents([Span(doc, start, end, label=label) for start, end in places])
    return [ent.text for ent in mend(doc).ents]


def whole(text):
    """The names that are left of a whole text."""
    return mended(text, (0, len(NLP.make_doc(text))))


SIGNS = [*"()[]{}«»“”‘’\"'،,.؛;:؟?!…•·-–—|/_#@$%&*=", "!!", "--", "😀", "❤\ufe0f", "🇪🇬", "+", "ـ", "ـــ"]
SPACES = ["\u00a0", "\n", "\r\n", "\t", "  ", "\u200f", "\u202b", "\u2009"]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_before_or_behind_a_name_is_no_part_of_it(sign):
    assert whole(f"{sign} خالد الفالح") == ["خالد الفالح"]
    assert whole(f"خالد الفالح {sign}") == ["خالد الفالح"]
    assert whole(f"{sign} خالد الفالح {sign}") == ["خالد الفالح"]


@pytest.mark.parametrize("sign", [*"()[]{}«»“”‘’\"'،,.؛;:؟?!…•-–—", "😀"])
def test_a_sign_that_touches_the_name_is_no_part_of_it(sign):
    assert whole(f"{sign}خالد الفالح{sign}") == ["خالد الفالح"]


@pytest.mark.parametrize("space", SPACES)
def test_white_space_and_controls_at_an_edge_are_no_part_of_a_name(space):
    text = f"قال {space} خالد الفالح {space} إن"
    doc = NLP.make_doc(text)
    inside = doc.char_span(4, len(text) - 3, alignment_mode="contract")
    doc.set_ents([Span(doc, inside.start, inside.end, label="PERSON")])
    assert [ent.text for ent in mend(doc).ents] == ["خالد الفالح"]


@pytest.mark.parametrize(
    "name",
    ["أوبك+", "لُبْنَانَ", "+972", "Canal+", "i24NEWS", "محمدًا", "أ ف ب", "القناة 12", "وكالة (واس) للأنباء", "جان-بول"],
)
def test_what_belongs_to_a_name_stays(name):
    assert whole(name) == [name]
    assert bare(f"«{name}»", 0, len(name) + 2) == (1, len(name) + 1)


def test_a_name_of_which_nothing_changes_is_not_touched():
    doc = NLP.make_doc("قال ترامب، إن")
    doc.set_ents([Span(doc, 1, 2, label="PERSON", kb_id="Q22686", span_id="one")])
    before = doc.to_bytes()
    assert mend(doc) is doc and doc.to_bytes() == before


def test_a_name_that_is_mended_keeps_its_label_and_ids():
    doc = NLP.make_doc("قال «ترامب» إن")
    doc.set_ents([Span(doc, 1, 4, label="PERSON", kb_id="Q22686", span_id="one")])
    (ent,) = mend(doc).ents
    assert (ent.text, ent.label_, ent.kb_id_, ent.id_) == ("ترامب", "PERSON", "Q22686", "one")
    assert [token.ent_iob_ for token in doc] == ["O", "O", "B", "O", "O"]


def test_names_beside_a_mended_one_and_unknown_tokens_stay():
    doc = NLP.make_doc("قال «ترامب» ماكرون إن")
    doc.set_ents([Span(doc, 1, 4, label="PERSON"), Span(doc, 4, 5, label="PERSON")], default="missing")
    assert [ent.text for ent in mend(doc).ents] == ["ترامب", "ماكرون"]
    assert [token.ent_iob for token in doc] == [0, 2, 3, 2, 3, 0]


@pytest.mark.parametrize("text", ["«»", ", .", "“", "’", "- -", "ـ", "😀", "…", "( )", "+", "++", "\u064e"])
def test_a_name_of_nothing_but_signs_is_dropped(text):
    assert mended(f"{text} إن", (0, len(NLP.make_doc(text)))) == []


def test_a_mark_begins_no_name():
    assert whole("\u064f صلاح") == ["صلاح"]


def test_a_token_that_is_only_in_part_a_name_is_left_out():
    assert [token.text for token in NLP.make_doc("محمد هـ")] == ["محمد", "هـ"]
    assert whole("محمد هـ") == ["محمد"]
    assert whole("ُصدم محبيه") == ["محبيه"]
    assert whole("لبنانـ") == []


@pytest.mark.parametrize("gap", ["\n\n", "\n \n", "\r\n\r\n", "\n\u00a0\t\n", "\n\n\n", "\r\r", " \n\n "])
def test_of_a_name_over_an_empty_line_the_part_before_it_is_left(gap):
    assert whole(f"محمد صلاح{gap}القاهرة") == ["محمد صلاح"]
    assert whole(f"محمد صلاح،{gap}القاهرة") == ["محمد صلاح"]
    assert whole(f"«{gap}القاهرة") == ["القاهرة"]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\n ", " \r\n"])
def test_a_name_over_two_lines_of_a_paragraph_is_one_name(gap):
    assert whole(f"محمد{gap}صلاح") == [f"محمد{gap}صلاح"]
    assert span_faults(f"محمد{gap}صلاح", [[0, 8 + len(gap), "PERSON"]], ["PERSON"])[1] == []


TEXTS = st.text(
    st.sampled_from("اب مـًُ«»+،.1a-_\n\r \u00a0\u200f😀") | st.characters(exclude_categories=["Cs"]), min_size=1
)


@settings(max_examples=300, deadline=None)
@given(TEXTS.filter(lambda text: "\0" not in text), st.lists(st.integers(0, 30), max_size=8, unique=True).map(sorted))
def test_validator_and_component_agree(text, places):
    doc = NLP.make_doc(text)
    places = [place for place in places if place <= len(doc)]
    given = []
    for start, end in zip(places[::2], places[1::2]):
        # spaCy itself refuses a name that begins or ends with a token of white space.
        if not doc[start].is_space and not doc[end - 1].is_space:
            given.append(Span(doc, start, end, label="PERSON"))
    doc.set_ents(given)
    refused = [span for span in given if faults(text, span)]
    mend(doc)
    kept = {(ent.start, ent.end) for ent in doc.ents}
    assert [ent for ent in doc.ents if faults(text, ent)] == []
    assert [span for span in given if ((span.start, span.end) in kept) is (span in refused)] == []
    assert all(any(span.start <= start and end <= span.end for span in given) for start, end in kept)
    assert all(any(char.isalnum() for char in ent.text) for ent in doc.ents)
    assert span_faults(text, [list(span) for span in spans_of(doc)], label_names())[1] == []


def faults(text, span):
    """What the validator says of a span of tokens."""
    return span_faults(text, [[span.start_char, span.end_char, "PERSON"]], ["PERSON"])[1]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_the_bare_name_is_inside_the_stretch_and_bare_itself(text, start, end):
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    first, last = bare(text, start, end)
    assert start <= first <= last <= end
    assert bare(text, first, last) == (first, last)


RULER = [
    {"label": "PERSON", "pattern": [{"TEXT": "«"}, {"TEXT": "ترامب"}, {"TEXT": "»"}]},
    {"label": "MEDIA", "pattern": [{"TEXT": "؛"}]},
]


@pytest.fixture(scope="module")
def rules(nlp, tmp_path_factory):
    """Folder of a pipeline whose names have marks at their edges, and the component behind it."""
    made = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    made.add_pipe("entity_ruler").add_patterns(RULER)
    made.add_pipe("ar_news_edges")
    folder = tmp_path_factory.mktemp("edges") / "pipeline"
    made.to_disk(folder)
    return folder


def test_it_works_in_two_processes_and_on_texts_without_names(rules):
    texts = ["قال «ترامب»؛ إن", "لا اسم هنا", "", "؛"] * 2
    expected = [["ترامب"], [], [], []] * 2
    made = load(str(rules))
    assert [[ent.text for ent in doc.ents] for doc in made.pipe(texts)] == expected
    assert [[ent.text for ent in doc.ents] for doc in made.pipe(texts, n_process=2, batch_size=2)] == expected


def test_a_wheel_brings_it_along_without_the_project(rules, tmp_path):
    modules = [*packaging.ALWAYS, "ar_news.pipeline.tokenizer", "ar_news.pipeline.edges"]
    (tmp_path / "made").mkdir()
    sources = packaging.lay_out(rules, modules, "x", "1.0", tmp_path / "made")
    assert "'ar_news_edges = ar_x.edges:make_edges'" in (sources / "setup.py").read_text(encoding="utf-8")
    package = tmp_path / "site" / "ar_x"
    (sources / "ar_x").rename(tmp_path / "moved")
    package.parent.mkdir()
    (tmp_path / "moved").rename(package)
    (sources / "meta.json").rename(package / "meta.json")
    program = (
        "import ar_x, sys\nnlp = ar_x.load()\nprint([ent.text for ent in nlp('قال «ترامب»؛ إن').ents], nlp.pipe_names)"
    )
    program += "\nassert 'ar_news.pipeline.edges' not in sys.modules"
    env = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", env=env, cwd=tmp_path, check=False
    )
    assert done.stdout == "['ترامب'] ['entity_ruler', 'ar_news_edges']\n", done.stderr


@pytest.mark.parametrize("project", ["project.yml", "best/project.yml"])
def test_every_wheel_brings_it_along(project):
    text = (ROOT / project).read_text(encoding="utf-8")
    commands = [part for part in text.split("- >-") if "package_build.py" in part and "--code" in part]
    assert commands and all("scripts/ar_news/pipeline/edges.py" in command for command in commands)


def test_it_is_the_last_of_a_cpu_pipeline():
    assert load_config(ROOT / "configs" / "cpu.cfg")["nlp"]["pipeline"][-1] == "ar_news_edges"


def test_a_pipeline_of_before_is_loaded_without_it(toy_model):
    assert load(str(toy_model)).pipe_names == ["entity_ruler"]


def weights(parts, nlp, texts):
    """The weights of a pipeline of configs/cpu.cfg with these parts after some steps of training."""
    from thinc.api import fix_random_seed

    fix_random_seed(0)
    config = load_config(ROOT / "configs" / "cpu.cfg", overrides={"nlp.pipeline": parts})
    for name in set(config["components"]) - set(parts):
        del config["components"][name]
    made = load_model_from_config(config, auto_fill=True)
    made.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    examples = [Example.from_dict(made.make_doc(text[:200]), {"entities": []}) for text in texts[:2]]
    examples.append(Example.from_dict(made.make_doc("وصل ترامب،"), {"entities": [(4, 9, "PERSON")]}))
    made.initialize(lambda: examples)
    optimizer = made.create_optimizer()
    for _ in range(3):
        made.update(examples, sgd=optimizer, drop=0.2)
        made.evaluate([Example(made.make_doc(example.text), example.reference) for example in examples])
    return [made.get_pipe(name).model.to_bytes() for name in ("tok2vec", "ner")]


def test_training_gives_the_same_weights_with_and_without_it(nlp, small_texts):
    assert weights(["tok2vec", "ner", "ar_news_edges"], nlp, small_texts) == weights(
        ["tok2vec", "ner"], nlp, small_texts
    )


def test_a_training_goes_on_from_a_pipeline_of_before(small_pipeline, small_texts, tmp_path):
    before = spacy.load(small_pipeline, exclude=["ar_news_name_rules", "ar_news_second_look", "ar_news_edges"])
    before.to_disk(tmp_path / "before")
    docs = list(before.pipe(small_texts[:2]))
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    paths = {f"paths.{name}": str(tmp_path / "train.spacy") for name in ("train", "dev")}
    few = {"training.max_steps": 2, "training.eval_frequency": 1}
    train_pipeline(ROOT / "configs" / "cpu.cfg", tmp_path / "model", {**paths, **few}, start=tmp_path / "before")
    assert before.pipe_names == ["tok2vec", "ner"]
    assert load(str(tmp_path / "model" / "model-best")).pipe_names[-1] == "ar_news_edges"
