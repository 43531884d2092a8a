"""Stand-off gold: articles go in and come out as they were, and nothing of their texts stays in between."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from ar_news.public import fetching
from ar_news.public.collections import clean
from ar_news.standoff import adding
from conftest import ROOT, gold
from test_raw import story

OWN = adding.OWN
NOTICE = "اضغط هنا لتحميل التطبيق"
# What the collections hold: articles as they are drawn, by id.
TEXTS = {
    "ant_multisource:ON-a-1": story(1),
    "ant_multisource:ON-a-2": story(2),
    "saudinewsnet:2015-01-01:0": story(3),
    "saudinewsnet:2015-01-01:1": story(4),
    "ntrex:paper.10": story(5, 3),
    "ntrex:paper.2": story(6, 2),
}


def write_collections(folder, texts):
    """The three collections in their own formats, with markup, notices of the page and CRLF; the folder."""
    (folder / "saudinewsnet").mkdir(parents=True)
    (folder / "ntrex").mkdir()
    with zipfile.ZipFile(folder / "antcorpus-1.zip", "w") as archive:
        for name in (name for name in texts if name.startswith("ant")):
            title, body = texts[name].replace("صباح اليوم", "<b>صباح</b>&nbsp;اليوم", 1).split("\n", 1)
            fields = f"<SRC>one</SRC><CAT>a</CAT><TITLE>{title}</TITLE><TIME>Fri, 06 Jul 2018 01:47:28 GMT</TIME>"
            archive.writestr(
                f"packed-1/One/a/{name[16:]}.txt", f"<DOC>{fields}<TEXT>\n{body}\n\n---\n{NOTICE}</TEXT></DOC>"
            )
    records = []
    for name in (name for name in texts if name.startswith("saudi")):
        title, body = texts[name].split("\n", 1)
        records.append({"source": "two", "date_extracted": "2015-01-01 10:00", "title": title, "content": body})
    with zipfile.ZipFile(folder / "saudinewsnet" / "2015-01-01.zip", "w") as archive:
        archive.writestr("2015-01-01.json", json.dumps(records))
    documents = {name: text.split("\n") for name, text in texts.items() if name.startswith("ntrex")}
    lines = [line for some in documents.values() for line in some]
    ids = [name.removeprefix("ntrex:") for name, some in documents.items() for _ in some]
    (folder / "ntrex" / "newstest2019-ref.arb.txt").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    (folder / "ntrex" / "DOCUMENT_IDS.tsv").write_bytes("".join(f"{name}\n" for name in ids).encode())
    return folder


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Write the collections anew on a mirror whose sums are those that the assets ask for; the folder."""

    def write(texts, name="mirror"):
        folder = write_collections(tmp_path / name, texts)
        listed = [
            {
                "dest": fetching.FOLDER + path.relative_to(folder).as_posix(),
                "url": "https://example.org/x",
                "checksum": fetching.checksum(path, ""),
                "description": "CC BY-SA",
            }
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        monkeypatch.setattr(fetching, "read_assets", lambda: listed)
        return folder

    return write


def record(name, **more):
    """An annotated article: its first word is a person."""
    return {"id": name, "text": TEXTS[name], "spans": [[0, 5, "PERSON"]], **more}


@pytest.fixture
def add(script, jsonl, mirror, tmp_path, monkeypatch):
    """Run standoff_add.py on some records; what it left."""
    folder = mirror(TEXTS)
    # Reading the corpus takes longer than all the rest, and holds nothing that these articles could be copies of.
    monkeypatch.setattr(adding, "OWN", ())

    def call(*records, **options):
        given = {"split": "test", "annotator": "A", "reviewer": "R", "mirror": folder, **options}
        path = jsonl(*records, name="annotated.jsonl")
        words = [word for key, value in given.items() for word in (f"--{key}", value)]
        return script("standoff_add", path, *words, "--standoff", tmp_path / "gold", "--root", tmp_path)

    return call


@pytest.fixture
def fetch(script, tmp_path):
    """Run standoff_fetch.py; what it left, and the articles of every file that it wrote, by its name."""

    def call(*collections, mirror=None):
        output = tmp_path / "built"
        options = ("--output", output, "--standoff", tmp_path / "gold", "--root", tmp_path)
        done = script("standoff_fetch", *collections, *options, "--mirror", mirror or tmp_path / "mirror")
        files = {path.relative_to(output).as_posix(): path for path in output.rglob("*.jsonl")}
        return done, {
            name: {r["id"]: r for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
            for name, path in files.items()
        }

    return call


def errors(done):
    """The faults that a command told, without the word error before each."""
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    return [line.removeprefix("error: ") for line in done.stderr.decode().splitlines() if line.startswith("error")]


def test_articles_of_every_collection_come_back_as_they_were(add, fetch):
    assert add(*map(record, TEXTS)).returncode == 0
    done, files = fetch("ant", "saudinewsnet", "ntrex")
    assert done.returncode == 0 and list(files) == ["test.jsonl"]
    assert {name: made["text"] for name, made in files["test.jsonl"].items()} == TEXTS
    one = files["test.jsonl"]["ant_multisource:ON-a-1"]
    assert one["spans"] == [{"start": 0, "end": 5, "label": "PERSON", "text": story(1)[:5]}]
    assert (one["source"], one["outlet"], one["date"]) == ("ant", "one", "2018-07-06")
    assert (one["annotators"], one["reviewer"], one["split"]) == (["A"], "R", "test")


def test_what_is_kept_is_an_address_a_sum_and_spans(add, tmp_path):
    assert add(record("ant_multisource:ON-a-2"), record("ntrex:paper.2")).returncode == 0
    (ant,), (ntrex,) = (
        [json.loads(line) for line in (tmp_path / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in ("ant", "ntrex")
    )
    assert ant["where"] == {"member": "One/a/ON-a-2.txt", "left_out": [9]}
    assert ntrex["where"] == {"document": "paper.2", "lines": [5, 7]}
    assert ant["spans"] == [[0, 5, "PERSON"]] and "text" not in ant


def arabic(folder):
    """The lines of all files below a folder that hold an Arabic letter, or more of anything than a name has."""
    lines = [line for path in folder.rglob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    words = [word for line in lines for word in re.findall(r'"([^"]*)"', line)]
    return [text for text in (*lines, *words) if not text.isascii() or "\\u" in text] + [
        w for w in words if len(w) > 80
    ]


def test_nothing_of_a_text_is_in_the_files(add, jsonl, tmp_path):
    twice = jsonl(record("ant_multisource:ON-a-1"), name="twice.jsonl")
    assert add(*map(record, TEXTS), first=twice, second=twice).returncode == 0
    assert len(list((tmp_path / "gold").rglob("*.jsonl"))) == 4 and arabic(tmp_path / "gold") == []


def test_nothing_of_a_text_is_in_the_project():
    assert arabic(ROOT / "corpus" / "standoff") == []


def test_what_would_bring_a_text_in_is_refused(add, fetch, tmp_path):
    assert add(record("ant_multisource:ON-a-1")).returncode == 0
    path = tmp_path / "gold" / "ant.jsonl"
    good = json.loads(path.read_text(encoding="utf-8"))
    for wrong, key in (
        ({"text": story(1)}, "text"),
        ({"outlet": story(1)}, "outlet"),
        ({"where": {"x": [story(1)]}}, "where"),
    ):
        path.write_text(json.dumps({**good, **wrong}) + "\n", encoding="utf-8")
        (told,) = errors(fetch("ant")[0])
        assert f"ant.jsonl:1: article ant_multisource:ON-a-1: `{key}`" in told


def test_a_text_that_changed_is_named_and_left_out(add, fetch, mirror, tmp_path):
    assert add(*map(record, TEXTS)).returncode == 0
    changed = {**TEXTS, "ant_multisource:ON-a-2": story(7), "ntrex:paper.10": story(8, 3)}
    del changed["saudinewsnet:2015-01-01:1"]
    done, files = fetch("ant", "saudinewsnet", "ntrex", mirror=mirror(changed, "later"))
    assert done.returncode == 0
    assert sorted(files["test.jsonl"]) == ["ant_multisource:ON-a-1", "ntrex:paper.2", "saudinewsnet:2015-01-01:0"]
    assert [line for line in done.stderr.decode().splitlines() if line.startswith("warning")] == [
        "warning: article ant_multisource:ON-a-2: its text in ant has changed; left out",
        "warning: article saudinewsnet:2015-01-01:1: is not in saudinewsnet any more; left out",
        "warning: article ntrex:paper.10: its text in ntrex has changed; left out",
    ]


def test_where_no_text_is_left_nothing_is_written(add, fetch, mirror):
    assert add(record("ant_multisource:ON-a-2")).returncode == 0
    done, files = fetch("ant", mirror=mirror({**TEXTS, "ant_multisource:ON-a-2": story(7)}, "later"))
    assert "none of 1 articles can be rebuilt" in errors(done)[0] and files == {}


def test_only_what_the_articles_are_in_is_fetched(add, fetch, tmp_path):
    assert add(record("ntrex:paper.2")).returncode == 0
    assert fetch("ntrex")[0].returncode == 0
    got = {path.name for path in (tmp_path / "training" / "assets").rglob("*") if path.is_file()}
    assert got == {"newstest2019-ref.arb.txt", "DOCUMENT_IDS.tsv"}


def test_a_collection_without_gold_and_one_that_is_none_are_told(add, fetch):
    assert add(record("ntrex:paper.2")).returncode == 0
    assert "no stand-off gold of ant" in errors(fetch("ant")[0])[0]
    assert "paper: no such collection; use some of ant, saudinewsnet, ntrex" in errors(fetch("paper")[0])[0]


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"spans": [[0, 6, "PERSON"]]}, "begins or ends with white space"),
        ({"spans": [[0, 5, "PERSON"], [2, 8, "MEDIA"]]}, "overlap"),
        ({"spans": [[0, 5, "CITY"]]}, "unknown label"),
        ({"text": story(9)}, "its text is not that of ant without some lines"),
        ({"id": "ant_multisource:ON-a-9"}, "not in ant; correct its id"),
        ({"id": "other:1"}, "of no collection that can be fetched"),
        ({"reviewer": None}, "`reviewer` is not what it should be"),
        ({"annotators": ["A", "سارة"]}, "`annotators` is not what it should be"),
        ({"split": "all"}, "split 'all' is none of train, dev, test"),
        ({"ar_news": {"annotated_for": ["PERSON"]}}, "not annotated for all labels"),
    ],
)
def test_a_faulty_article_is_refused_and_nothing_is_written(add, tmp_path, wrong, message):
    faults = errors(add(record("ant_multisource:ON-a-1") | wrong, record("ant_multisource:ON-a-2")))
    assert [fault for fault in faults if message in fault and "ON-a-2" not in fault]
    assert not (tmp_path / "gold").exists()


def test_what_serves_to_measure_only_is_never_trained_on(add):
    assert "ntrex serves to measure only" in errors(add(record("ntrex:paper.2"), split="train"))[0]


def test_held_out_articles_and_near_copies_of_them_are_refused(add, jsonl, tmp_path):
    copy = "\n".join([*story(9).split("\n")[:4], *story(2).split("\n")[3:7]])
    held = jsonl({"id": "ant_multisource:ON-a-1", "text": "نص آخر"}, {"id": "h", "text": copy}, name="held/a.jsonl")
    assert errors(add(*map(record, TEXTS), without=held.parent)) == [
        "article ant_multisource:ON-a-1: held out; take it away",
        "article ant_multisource:ON-a-2: near copy of a held-out article; take it away",
    ]
    assert not (tmp_path / "gold").exists()


def test_a_copy_of_a_test_article_of_the_corpus_is_refused_whatever_else_is_held_out(add, mirror, monkeypatch):
    monkeypatch.setattr(adding, "OWN", OWN)
    monkeypatch.setitem(TEXTS, "ant_multisource:ON-a-1", "\n".join(gold("test")[0]["text"].split("\n")[:9]))
    faults = errors(add(record("ant_multisource:ON-a-1"), mirror=mirror(TEXTS, "other")))
    assert "article ant_multisource:ON-a-1: near copy of a held-out article; take it away" in faults


def test_a_training_article_that_shares_sentences_with_one_that_measures_is_refused(add, mirror, monkeypatch):
    shared = "\n".join([*story(9).split("\n")[:6], *story(1).split("\n")[3:6]])
    monkeypatch.setitem(TEXTS, "saudinewsnet:2015-01-01:0", shared)
    folder = mirror(TEXTS, "other")
    assert add(record("ant_multisource:ON-a-1"), split="dev", mirror=folder).returncode == 0
    (fault,) = errors(add(record("saudinewsnet:2015-01-01:0"), split="train", mirror=folder))
    assert fault.startswith("article saudinewsnet:2015-01-01:0: in train, but near copy of a held-out article of dev")


def test_an_article_that_is_there_is_replaced_and_the_lines_stand_by_id(add, tmp_path):
    assert add(record("ant_multisource:ON-a-2"), record("ntrex:paper.2")).returncode == 0
    done = add({**record("ant_multisource:ON-a-2"), "spans": []}, record("ant_multisource:ON-a-1"))
    assert b"1 articles added, 1 replaced" in done.stdout
    lines = (tmp_path / "gold" / "ant.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(line["id"][-1], line["spans"]) for line in map(json.loads, lines)] == [
        ("1", [[0, 5, "PERSON"]]),
        ("2", []),
    ]


def test_two_annotations_are_kept_and_their_agreement_is_told_with_an_interval(add, fetch, script, jsonl, tmp_path):
    names = [name for name in TEXTS if not name.startswith("ntrex")]
    one = jsonl(*map(record, names), name="one.jsonl")
    two = jsonl(*map(record, names[:-1]), {**record(names[-1]), "spans": []}, name="two.jsonl")
    assert add(*map(record, names), first=one, second=two, split="train").returncode == 0
    done, files = fetch("ant", "saudinewsnet")
    assert done.stdout.decode().endswith("4 of them annotated twice\n")
    assert [len(files[f"double/{side}.jsonl"]) for side in "AB"] == [4, 4]
    sides = [tmp_path / "built" / "double" / f"{side}.jsonl" for side in "AB"]
    done = script(
        "corpus_agreement", "--first", sides[0], "--second", sides[1], "--output", tmp_path / "agreement.json"
    )
    assert done.returncode == 0
    row = json.loads((tmp_path / "agreement.json").read_text(encoding="utf-8"))["agreement"]["PERSON"]
    assert row["f1"] == pytest.approx(6 / 7)
    low, high = row["interval"]
    assert low < row["f1"] < high == 1


def test_an_annotation_of_another_text_or_of_one_alone_is_refused(add, jsonl):
    one = jsonl(record("ntrex:paper.2"), {**record("ntrex:paper.10"), "text": story(9)}, name="one.jsonl")
    two = jsonl({**record("ntrex:paper.10"), "text": story(9)}, name="two.jsonl")
    assert errors(add(*map(record, TEXTS), first=one, second=two)) == [
        "article ntrex:paper.2: only one of the two annotators has it; leave it out",
        "article ntrex:paper.10: an annotator had another text than the gold, or it is no gold; leave it out",
    ]


def code_of_the_datasheet():
    """What the datasheet shows to teams that do not have our code."""
    page = (ROOT / "corpus" / "datasheet.md").read_text(encoding="utf-8")
    ntrex, news = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    return ntrex, news


def test_another_team_reads_the_public_test_by_the_code_of_the_datasheet(add, tmp_path, monkeypatch, capsys):
    assert add(record("ntrex:paper.10"), record("ntrex:paper.2")).returncode == 0
    for path in (tmp_path / "mirror" / "ntrex" / "newstest2019-ref.arb.txt", tmp_path / "gold" / "ntrex.jsonl"):
        (tmp_path / "theirs").mkdir(exist_ok=True)
        (tmp_path / "theirs" / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path / "theirs")
    exec(code_of_the_datasheet()[0], {})
    assert capsys.readouterr().out.splitlines() == [
        f"{name} PERSON {TEXTS[name][:5]}" for name in ("ntrex:paper.10", "ntrex:paper.2")
    ]


def test_another_team_makes_the_texts_of_the_news_by_the_code_of_the_datasheet():
    theirs = {}
    exec(code_of_the_datasheet()[1], theirs)
    raw = f"عنوان\n<p>كلام &amp; كلام</p>\r\n\r\n --- \n{NOTICE}\u2028كلام  https://example.org/x آخر"
    assert theirs["text_of"](raw, [2]) == "عنوان\nكلام & كلام\nكلام آخر"
    assert theirs["text_of"](raw) == clean(raw)


@pytest.fixture
def convert(script, jsonl, tmp_path):
    """Run train_convert.py on a small corpus and a file of more articles; what it left, and the folder."""

    def call(*more):
        for split in ("train", "dev"):
            jsonl(*gold(split)[:2], name=f"corpus/{split}.jsonl")
        options = ("--more", jsonl(*more, name="real/train.jsonl")) if more else ()
        return script("train_convert", tmp_path / "corpus", tmp_path / "data", *options), tmp_path / "data"

    return call


def test_real_articles_are_trained_on_beside_those_of_the_corpus_and_not_chosen_by(convert, nlp):
    from spacy.tokens import DocBin

    done, data = convert(record("ant_multisource:ON-a-1", source="ant", split="train"))
    assert done.returncode == 0
    texts = {
        split: [doc.text for doc in DocBin().from_disk(data / f"{split}.spacy").get_docs(nlp.vocab)]
        for split in ("train", "dev")
    }
    assert texts["train"] == [*(article["text"] for article in gold("train")[:2]), story(1)]
    assert texts["dev"] == [article["text"] for article in gold("dev")[:2]]


def test_without_more_articles_training_has_those_of_the_corpus_alone_and_the_same_bytes_again(convert):
    _, data = convert()
    before = (data / "train.spacy").read_bytes()
    assert convert()[0].returncode == 0 and (data / "train.spacy").read_bytes() == before
    assert json.loads((data / "more.json").read_text(encoding="utf-8")) == {"data": {}, "collections": []}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_articles_that_measure_are_not_trained_on(convert, split):
    done, data = convert(record("ntrex:paper.2", source="ntrex", split=split))
    assert "article ntrex:paper.2: is of dev or test, so not to be trained on" in errors(done)[0]
    assert not (data / "train.spacy").exists()


def test_every_step_of_the_ablation_that_trains_on_the_corpus_trains_on_more_articles_as_often(jsonl):
    from ar_news.comparison.ablation import read_steps

    more = jsonl(record("ant_multisource:ON-a-1", split="train"), name="real.jsonl")
    plain, steps = (read_steps(Path("corpus"), Path("run"), given) for given in ("", str(more)))
    times = [
        (step["train"].get("corpus/train.jsonl"), step["train"].get(more.as_posix()))
        for step in steps
        if "train" in step
    ]
    assert (1, 1) in times and (3, 3) in times and all(one == other for one, other in times)
    assert all(more.as_posix() not in step.get("train", {}) for step in plain)


def test_a_pipeline_tells_whose_texts_it_learnt_from_and_claims_no_licence_for_them(
    convert, script, toy_model, tmp_path
):
    from ar_news.training.description import described

    _, data = convert(
        record("ant_multisource:ON-a-1", source="ant"),
        record("saudinewsnet:2015-01-01:0", source="saudinewsnet"),
        record("ntrex:paper.2"),
    )
    more = json.loads((data / "more.json").read_text(encoding="utf-8"))
    assert list(more["data"]) == ["real/train.jsonl"]
    meta = described(ROOT / "corpus", "", "", "", more["collections"])
    told = {source["name"]: source.get("license") for source in meta["sources"]}
    assert told["SaudiNewsNet (texts of annotated articles)"] == "CC BY-NC-SA 4.0"
    assert told["ANT multi-source corpus (texts of annotated articles)"].endswith("texts of their outlets")
    assert "articles of one's own" in told and meta["license"] == ""
    assert described(ROOT / "corpus", "", "CC BY-NC-SA 4.0", "", more["collections"])["license"] == "CC BY-NC-SA 4.0"
    assert described(ROOT / "corpus", "", "", "")["license"] == "CC BY-SA 4.0"


def real_assets():
    """A folder with the real collections, if this machine has one."""
    for folder in (Path(os.environ.get(fetching.MIRROR) or ROOT / "none"), ROOT / "training" / "assets"):
        if (folder / "ntrex").is_dir() and list(folder.glob("antcorpus*.zip")):
            return folder
    return pytest.skip(
        f"the collections are not here: python scripts/public_fetch.py, or name a mirror by {fetching.MIRROR}"
    )


def test_every_article_of_the_project_can_be_rebuilt_from_the_real_collections():
    from ar_news.standoff.rebuilding import rebuild
    from ar_news.standoff.records import read_records

    records = read_records(ROOT / "corpus" / "standoff")
    articles, faults = rebuild(records, real_assets())
    assert faults == [] and len(articles) == sum(map(len, records.values()))


def test_ntrex_has_its_123_articles_at_their_addresses():
    from ar_news.standoff.sources import Ntrex

    source = Ntrex(real_assets())
    pages = {name: source.page(source.address(name)) for name in source._places}
    assert len(pages) == 123 and sum(len(page.lines) for page in pages.values()) == 1997
    assert {page.date for page in pages.values()} == {"2018"}
