"""A fifth label is an entry in configs/labels.json: every step knows it, and no program is changed."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

ORG = {
    "label": "ORG",
    "name_en": "Organisation",
    "name_ar": "منظمة",
    "colour": "#123abc",
    "key": "o",
    "definition_en": "A named organisation.",
    "definition_ar": "منظمة معروفة باسمها.",
}
NAMES = {
    "PERSON": ["سعاد الحلو", "مروان الزين", "هالة سرور", "طارق النجار"],
    "COUNTRY": ["تونس", "الأردن", "كازاخستان"],
    "MEDIA": ["رويترز", "الحياة الجديدة", "أكسيوس"],
    "AGREEMENT": ["اتفاقية باريس", "معاهدة القطن", "ميثاق البحار"],
    "ORG": ["اليونسكو", "جمعية البستان", "اتحاد المكتبات", "رابطة الفلك", "نادي القراءة"],
}
# Short sentences are never taken for copies of each other.
SENTENCES = ["زار {PERSON} مقر {ORG} في {COUNTRY}.", "ذكرت {MEDIA} أن {ORG} ترحب ب{AGREEMENT}."]


def article(number):
    """An invented article with a name of each label."""
    text, spans = f"الخبر {number}\n", []
    for sentence in SENTENCES:
        for part in sentence.replace("{", "\0").replace("}", "\0").split("\0"):
            if part in NAMES:
                name = NAMES[part][number % len(NAMES[part])]
                spans.append([len(text), len(text) + len(name), part])
                part = name
            text += part
        text += " "
    return {"id": f"a{number}", "text": text.strip(), "spans": spans}


def write(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with a fifth label and a small corpus that has it; no step has run yet."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("configs", "scripts", "training/release"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*_trf-*"))
    for name in ("project.yml", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    (folder / "corpus").mkdir()
    for path in (ROOT / "corpus").glob("guideline.*.md"):
        shutil.copy(path, folder / "corpus")
    labels = folder / "configs" / "labels.json"
    labels.write_text(json.dumps([*json.loads(labels.read_text(encoding="utf-8")), ORG]), encoding="utf-8")
    for start, split in enumerate(("train", "dev", "test")):
        write(folder / "corpus" / f"{split}.jsonl", [article(12 * start + i) for i in range(12)])
    write(folder / "corpus" / "kinds.jsonl", [{**article(number), "kind": "organisations"} for number in range(4)])
    first = [article(number) for number in range(6)]
    second = [{**record, "spans": record["spans"][: -1 if i else -2]} for i, record in enumerate(first)]
    write(folder / "corpus" / "double" / "first.jsonl", first)
    write(folder / "corpus" / "double" / "second.jsonl", second)
    return folder


def call(folder, *command):
    """What a program prints that has to succeed."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def done(project):
    """The folder of the run, after all steps up to the described pipeline, and those that look at the corpus."""
    for step in ("check", "convert", "train", "evaluate", "describe", "coverage", "rates", "consistency", "agreement"):
        overrides = "training.max_steps=4 training.eval_frequency=2"
        call(project, "-m", "spacy", "project", "run", step, ".", f"--vars.overrides={overrides}")
    return project / "training" / "ent_news_sm"


def test_the_corpus_is_checked_and_counted_with_it(done):
    counts = read(done / "manifest.json")
    assert [counts[split]["names"]["ORG"]["mentions"] for split in ("all", "train", "dev", "test")] == [72, 24, 24, 24]


def test_the_pipeline_learns_it_and_tells_its_score(done):
    meta = read(done / "pipeline" / "meta.json")
    assert sorted(meta["labels"]["ner"]) == sorted(NAMES)
    assert set(meta["performance"]["ents_per_type"]) == set(NAMES)


def test_only_what_is_to_be_packaged_forgets_how_its_training_articles_were_copied(done):
    told = {path.parent.name: "@augmenters" in path.read_text(encoding="utf-8") for path in done.rglob("config.cfg")}
    assert told == {"model-best": True, "model-last": True, "pipeline": False}


def test_it_is_scored_and_its_errors_are_shown_in_its_colour(done):
    scores = read(done / "scores" / "test.json")
    for part in (scores["exact"], scores["overlap"], scores["interval"], *scores["seen_apart"].values()):
        assert list(part) == [*NAMES, "ALL"]
    assert scores["exact"]["ORG"]["support"] == 24
    assert scores["confusion"]["labels"] == [*NAMES, "O"]
    page = (done / "scores" / "test.errors.html").read_text(encoding="utf-8")
    assert "missed ORG" in page and ORG["colour"] in page


def test_its_rate_is_told_though_no_news_have_one_yet(done):
    told = read(done / "rates.json")
    assert list(told["not_compared"]) == ["ORG per 100 words"] and told["not_compared"]["ORG per 100 words"] > 0


def test_sentences_by_kind_are_scored_with_it(done):
    assert read(done / "scores" / "kinds.json")["exact"]["ORG"]["support"] == 8


def test_its_coverage_and_agreement_are_counted(done, project):
    counts = read(done / "coverage.json")
    assert (counts["mentions"]["ORG"], counts["different"]["ORG"]) == (72, 5)
    rows = read(project / "corpus" / "double" / "agreement.json")
    assert set(rows["agreement"]) == {*NAMES, "ALL"}
    assert rows["agreement"]["ORG"]["names"] == 12 and rows["agreement"]["ORG"]["f1"] < 1


INSIDE = """
import json
from unittest.mock import MagicMock
from ar_news.annotation.doccano_projects import set_up_labels
from ar_news.data.articles import Article, Span
from ar_news.data.near_sentences import sentences
from ar_news.figures import agreement_table, coverage_table, labels_table
from ar_news.transformer.silver import doubtful

server = MagicMock()
server.labels.return_value = {}
changed = set_up_labels(server, 1)
text = "قالت سعاد أمس في المدينة القديمة إن المعرض الكبير مفتوح للزوار"
masked = [next(sentences(Article("a", text, (Span(5, 9, label),)))).shingles for label in ("PERSON", "PARTY", "ORG")]
score = {"mean": 0.5}
steps = {"old": {"f1": {"real": {"PERSON": score}}}, "new": {"f1": {"real": {"PERSON": score, "ORG": score}}}}
coverage = json.load(open("training/ent_news_sm/coverage.json", encoding="utf-8"))
print(json.dumps({
    "labels": changed,
    "apart": masked[0] != masked[1] != masked[2] != masked[0],
    "doubtful": doubtful("اليونسكو", "", "ORG", {}),
    "table": labels_table(steps, "real"),
    "coverage": coverage_table(coverage),
}))
"""


def test_all_else_that_knows_labels_knows_it(done, project):
    labels = project / "configs" / "labels.json"
    before = labels.read_text(encoding="utf-8")
    # One more, whose name begins like another's.
    labels.write_text(json.dumps([*json.loads(before), {**ORG, "label": "PARTY", "key": "y"}]), encoding="utf-8")
    (project / "scripts" / "inside.py").write_text(INSIDE, encoding="utf-8")
    found = json.loads(call(project, "scripts/inside.py"))
    labels.write_text(before, encoding="utf-8")
    assert {"label ORG", "label PARTY"} <= set(found["labels"])
    assert found["apart"] is True
    assert found["doubtful"] is False
    assert "| old | 50.0 | – |" in found["table"] and "| new | 50.0 | 50.0 |" in found["table"]
    assert sorted(re.search(r"behind \| (.*) \|", found["coverage"])[1].split(" | ")) == sorted(NAMES)
