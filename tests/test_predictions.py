"""Anybody's predictions are scored as a pipeline's are, or refused with what is wrong with them."""

import json

import pytest

GOLD = [
    {
        "id": "a",
        "text": 'قال ترامب: "زرت كازاخستان".\nونقلت رويترز عن ماجد علان قوله',
        "spans": [[4, 9, "PERSON"], [16, 25, "COUNTRY"], [34, 40, "MEDIA"], [44, 53, "PERSON"]],
    },
    {"id": "b", "text": "وصل وترامب إلى باريس", "spans": [[5, 10, "PERSON"]]},
]
CONLL = """قال O
ترامب B-PER
: O
`` O
زرت O
كازاخستان B-LOC
'' O
. O

ونقلت O
رويترز B-ORG
عن O
ماجد B-PER
علان I-PER
قوله O

وصل O
و O
ترامب B-PER
إلى O
باريس B-LOC
"""
MAP = ("--map", "PER=PERSON", "--map", "LOC=COUNTRY", "--map", "ORG=MEDIA")


@pytest.fixture
def score(script, jsonl, tmp_path):
    """Run evaluate_predictions.py on the text of a file; what it left, and the scores."""

    def call(text, *options, name="found.conll", gold=GOLD):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        articles = jsonl(*gold, name="gold.jsonl")
        done = script("evaluate_predictions", path, articles, "--name", "tool", "--output", tmp_path, *options)
        scores = tmp_path / "tool.json"
        return done, json.loads(scores.read_text(encoding="utf-8")) if scores.exists() else None

    return call


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def message(done):
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    return done.stderr.decode()


def test_tokens_are_found_in_the_texts_and_their_labels_are_ours(score):
    done, scores = score(CONLL, *MAP)
    assert done.returncode == 0, done.stderr.decode()
    assert scores["exact"]["PERSON"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 3}
    assert scores["exact"]["MEDIA"]["f1"] == 1.0
    # باريس is no country.
    assert (scores["exact"]["COUNTRY"]["precision"], scores["exact"]["COUNTRY"]["recall"]) == (0.5, 1.0)
    assert "words_per_second" not in scores and "unaligned" not in scores


def test_a_label_that_is_mapped_to_nothing_does_not_count(score):
    _, scores = score(CONLL, "--map", "PER=PERSON", "--map", "LOC=", "--map", "ORG=MEDIA")
    assert scores["exact"]["COUNTRY"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert scores["exact"]["PERSON"]["f1"] == 1.0


@pytest.mark.parametrize("tags", ["B-PER I-PER", "I-PER I-PER", "B-PER E-PER", "B-PER L-PER", "PER PER"])
def test_every_usual_scheme_of_tags_gives_the_same_span(score, tags):
    first, last = tags.split()
    text = CONLL.replace("ماجد B-PER", f"ماجد\tx\t{first}").replace("علان I-PER", f"علان\tx\t{last}")
    assert score(text, *MAP)[1]["exact"]["PERSON"]["f1"] == 1.0


def test_two_names_side_by_side_are_two(score):
    _, scores = score(CONLL.replace("علان I-PER", "علان B-PER"), *MAP)
    assert scores["exact"]["PERSON"]["precision"] == pytest.approx(2 / 4)


def test_articles_may_come_in_any_order_behind_their_ids(score):
    first, second = CONLL.split("\n\nوصل")
    _, scores = score(f"# id = b\nوصل{second}\n# newdoc id = a\n# text = كلام\n{first}\n", *MAP)
    assert scores == score(CONLL, *MAP)[1]


@pytest.mark.parametrize(
    "spans",
    [
        {"spans": [[5, 10, "PERSON"]]},
        {"entities": [{"start": 5, "end": 10, "label": "PERSON"}]},
        {"ents": [{"start": 5, "end": 10, "entity_group": "PERSON", "score": 0.9, "word": "ترامب"}]},
        {"label": [[5, 10, "PERSON"]]},
    ],
)
def test_records_of_usual_tools_are_read(score, spans):
    _, scores = score(lines({"id": "b", **spans}), name="found.jsonl", gold=GOLD[1:])
    assert scores["exact"]["ALL"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}


def test_a_pipelines_own_predictions_score_as_the_pipeline_does(score, script, jsonl, toy_model, tmp_path):
    gold = jsonl(*GOLD, name="gold.jsonl")
    names = tmp_path / "names.jsonl"
    assert script("annotate", gold, "--pipeline", toy_model, "--output", names).returncode == 0
    assert script("evaluate", toy_model, gold, "--output", tmp_path, "--name", "pipeline").returncode == 0
    done, scores = score(names.read_text(encoding="utf-8"), name="found.jsonl")
    assert done.returncode == 0, done.stderr.decode()
    own = json.loads((tmp_path / "pipeline.json").read_text(encoding="utf-8"))
    assert scores["exact"]["ALL"]["recall"] > 0
    assert {key: own[key] for key in scores} == scores
    for ending in ("md", "errors.html"):
        pages = [(tmp_path / f"{name}.{ending}").read_text(encoding="utf-8") for name in ("tool", "pipeline")]
        assert pages[0] == pages[1].replace("Errors on pipeline", "Errors on tool")


@pytest.mark.parametrize(
    "text, name, told",
    [
        (CONLL, "found.conll", "label LOC: none of ours; add --map LOC=OURS, or --map LOC= to leave it out"),
        (
            CONLL.replace("زرت O", "زار O"),
            "found.conll",
            "found.conll:5: article a: 'زار' is not what follows; its text goes on",
        ),
        (CONLL.replace("زرت O", "زرت"), "found.conll", "found.conll:5: 'زرت' is not a token and its tag"),
        (CONLL.partition("\n\nوصل")[0], "found.conll", "no predictions for article b"),
        (f"# id = c\n{CONLL}", "found.conll", "found.conll:1: article c: is not among the gold articles"),
        (f"{CONLL}كلام O\n", "found.conll", "article b: 'كلام' is not what follows"),
        (lines({"id": "a", "spans": []}), "found.jsonl", "no predictions for article b"),
        (lines({"id": "c", "spans": []}), "found.jsonl", "article c: is not among the gold articles"),
        (lines({"id": "a", "spans": []}) * 2, "found.jsonl", "found.jsonl:2: article a: stands twice"),
        (lines({"id": "a", "names": []}), "found.jsonl", "found.jsonl:1: no list of spans"),
        (lines({"id": "a", "spans": [[4]]}), "found.jsonl", "found.jsonl:1: no list of spans"),
        ("{\n", "found.jsonl", "found.jsonl:1: broken JSON"),
        (lines({"id": "a", "spans": [[4, 900, "PERSON"]]}), "found.jsonl", "span [4, 900] is out of range"),
    ],
)
def test_what_cannot_be_scored_is_one_clear_line(score, text, name, told):
    done, scores = score(text, name=name)
    assert told in message(done) and scores is None


@pytest.mark.parametrize("given", ["PER", "PER=CITY", "=PERSON"])
def test_a_map_of_another_form_is_told(score, given):
    assert f"--map {given}: write THEIRS=OURS with one of PERSON" in message(score(CONLL, "--map", given)[0])
