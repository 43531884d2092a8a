"""Bad input gets one clear line with file, place and remedy, a non-zero exit, and leaves nothing half-written."""
import json
import os
import sys
from pathlib import Path

import pytest

GOOD = {"id": "good", "text": "وصل ترامب إلى كازاخستان", "spans": [[4, 9, "PERSON"], [14, 23, "COUNTRY"]]}

RECORD_FAULTS = [
    pytest.param({"text": GOOD["text"], "spans": []}, "missing 'id'", id="no id"),
    pytest.param({"id": "x", "spans": []}, "missing 'text'", id="no text"),
    pytest.param({"id": "x", "text": GOOD["text"]}, "missing 'spans'", id="no spans"),
    pytest.param({**GOOD, "text": 7}, "`text` is no string", id="text is a number"),
    pytest.param({**GOOD, "text": ""}, "the text is empty", id="empty text"),
    pytest.param({**GOOD, "text": " \n\u00a0\t"}, "only white space", id="white space"),
    pytest.param({**GOOD, "text": "Only English here"}, "no Arabic letter", id="no Arabic"),
    pytest.param({**GOOD, "text": "نص\0فيه صفر"}, "NUL character at offset 2", id="NUL"),
    pytest.param({**GOOD, "text": "نص\ud83d"}, "half a surrogate pair at offset 2", id="surrogate"),
    pytest.param({**GOOD, "spans": "PERSON"}, "`spans` is no list", id="spans is a string"),
    pytest.param({**GOOD, "spans": [[4, 9]]}, "has no start, end and label", id="span without label"),
    pytest.param({**GOOD, "spans": [[4, 9, "CITY"]]}, "unknown label", id="unknown label"),
    pytest.param({**GOOD, "spans": [[4, 99, "PERSON"]]}, "out of range", id="out of range"),
    pytest.param({**GOOD, "spans": [[9, 4, "PERSON"]]}, "out of range", id="reversed"),
    pytest.param({**GOOD, "spans": [[4.0, 9, "PERSON"]]}, "out of range", id="not an integer"),
    pytest.param({**GOOD, "spans": [[3, 9, "PERSON"]]}, "begins or ends with white space", id="white edge"),
    pytest.param({**GOOD, "spans": [[4, 9, "PERSON"], [4, 13, "PERSON"]]}, "overlap", id="overlap"),
    pytest.param(
        {**GOOD, "spans": [{"start": 4, "end": 9, "label": "PERSON", "text": "بوتين"}]},
        "says 'بوتين' but the text there is 'ترامب'",
        id="wrong surface",
    ),
    pytest.param(
        {**GOOD, "text": "قال «ترامب»", "spans": [[4, 10, "PERSON"]]}, "white space, punctuation", id="quote at the edge"
    ),
    pytest.param(
        {**GOOD, "text": "\u202bترامب", "spans": [[0, 6, "PERSON"]]}, "white space, punctuation", id="bidi at the edge"
    ),
    pytest.param(
        {**GOOD, "text": "محمد\nصلاح", "spans": [[0, 9, "PERSON"]]}, "crosses a paragraph", id="crosses a paragraph"
    ),
]


def said(done):
    """What a failed script printed; it failed without a traceback."""
    errors = done.stderr.decode("utf-8")
    assert done.returncode == 1, errors
    assert "Traceback" not in errors
    return errors


@pytest.fixture
def corpus(jsonl, tmp_path):
    """A small valid corpus folder."""
    for name in ("train", "dev", "test"):
        jsonl({**GOOD, "id": name, "text": f"{GOOD['text']} {name}"}, name=f"corpus/{name}.jsonl")
    return tmp_path / "corpus"


@pytest.mark.parametrize("record, message", RECORD_FAULTS)
def test_the_validator_names_file_line_article_and_fault(jsonl, record, message):
    from articles import InputError, read_articles

    text = json.dumps(GOOD) + "\n" + json.dumps(record) + "\n"
    path = jsonl()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_articles([path])
    (line,) = caught.value.messages
    assert line.startswith(f"{path}:2: article {record.get('id', '?')}: ")
    assert message in line


@pytest.mark.parametrize(
    "raw, message",
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        ("{\"id\": \"é\"".encode("latin-1"), ":1: not UTF-8 (byte 9 of the line)"),
        (b'{"id": "x", \n', ":1: broken JSON"),
        (b'["x"]\n', ":1: a JSON list, not an object"),
        (b"[" * 100_000, ":1: broken JSON"),
    ],
    ids=["empty", "blank", "Latin-1", "broken JSON", "a list", "deep nesting"],
)
@pytest.mark.parametrize("name", ["annotate", "evaluate"])
def test_an_unreadable_file_is_one_clear_line(script, toy_model, tmp_path, name, raw, message):
    path = tmp_path / "articles.jsonl"
    path.write_bytes(raw)
    target = tmp_path / "out" / "out.jsonl"
    arguments = [path, "--pipeline", toy_model, "-o", target] if name == "annotate" else [toy_model, path]
    line = said(script(name, *arguments))
    assert line.startswith(f"error: {path}") and line.count("\n") == 1
    assert message in line
    assert not target.exists()


@pytest.mark.parametrize("name", ["check_corpus", "convert", "split", "evaluate", "annotate"])
def test_a_missing_file_is_named(script, toy_model, tmp_path, name):
    missing = tmp_path / "nowhere"
    arguments = {
        "check_corpus": [missing, "--output", tmp_path / "m.json"],
        "convert": [missing, tmp_path / "data"],
        "split": [missing, "--output", tmp_path],
        "evaluate": [toy_model, missing],
        "annotate": [missing, "--pipeline", toy_model],
    }[name]
    assert "nowhere" in said(script(name, *arguments))


@pytest.mark.parametrize("name", ["evaluate", "annotate"])
def test_a_missing_pipeline_says_how_to_get_one(script, jsonl, name):
    path = jsonl(GOOD)
    arguments = [path, "--pipeline", "no_pipeline"] if name == "annotate" else ["no_pipeline", path]
    assert "no such pipeline; train one" in said(script(name, *arguments))


def test_an_article_in_two_splits_is_refused(script, corpus, jsonl, tmp_path):
    jsonl({**GOOD, "id": "other", "text": f"{GOOD['text']}  train"}, name="corpus/test.jsonl")
    line = said(script("check_corpus", corpus, "--output", tmp_path / "m.json"))
    assert "test: article other: same text as train in train" in line
    assert not (tmp_path / "m.json").exists()


def test_an_id_that_stands_twice_is_refused(script, corpus, jsonl, tmp_path):
    jsonl({**GOOD, "id": "train", "text": f"{GOOD['text']} dev"}, name="corpus/dev.jsonl")
    assert "this id is also in train" in said(script("check_corpus", corpus, "--output", tmp_path / "m.json"))


def test_many_faults_are_all_counted_and_the_first_twenty_shown(script, jsonl, toy_model):
    line = said(script("evaluate", toy_model, jsonl(*[{"id": str(i), "text": "x", "spans": []} for i in range(30)])))
    assert line.count("no Arabic letter") == 20
    assert "and 10 more faults" in line


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions, absent on Windows")
def test_a_folder_without_write_permission_is_named(script, jsonl, toy_model, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):  # a superuser may write there, but not into the kernel's files
        closed = Path("/proc")
    assert "cannot be written" in said(script("annotate", jsonl(GOOD), "--pipeline", toy_model, "-o", closed / "o.jsonl"))


@pytest.mark.parametrize("name", ["check_corpus", "convert", "annotate", "evaluate", "split"])
def test_a_folder_that_cannot_be_made_is_named(script, corpus, jsonl, toy_model, tmp_path, name):
    (tmp_path / "file").write_text("a file stands where the folder should be", encoding="utf-8")
    target = tmp_path / "file" / "out"
    many = jsonl(*[{**GOOD, "id": str(i), "text": f"{GOOD['text']} {i}"} for i in range(20)])
    arguments = {
        "check_corpus": [corpus, "--output", target / "m.json"],
        "convert": [corpus, target],
        "annotate": [many, "--pipeline", toy_model, "-o", target / "o.jsonl"],
        "evaluate": [toy_model, many, "--output", target],
        "split": [many, "--output", target],
    }[name]
    assert "cannot be written" in said(script(name, *arguments))


def test_a_fault_in_the_middle_leaves_the_old_output_as_it_was(script, jsonl, toy_model, tmp_path):
    output = tmp_path / "names.jsonl"
    output.write_text("old", encoding="utf-8")
    said(script("annotate", jsonl(GOOD, {"id": "x"}), "--pipeline", toy_model, "-o", output))
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "names.jsonl"]


def test_a_one_megabyte_line_is_annotated_whole(script, jsonl, toy_model, tmp_path):
    text = "وصل ترامب إلى كازاخستان. " * 23_000
    assert len(text.encode()) > 1_000_000
    done = script("annotate", jsonl({"id": "long", "text": text}), "--pipeline", toy_model, "-o", tmp_path / "o.jsonl")
    assert done.returncode == 0, done.stderr.decode()
    (line,) = (tmp_path / "o.jsonl").read_text(encoding="utf-8").strip().split("\n")
    assert len(json.loads(line)["spans"]) == 46_000


def test_bidi_controls_do_not_move_offsets(script, jsonl, toy_model):
    text = "\u202bوترامب\u202c و\u2067كازاخستان\u2069 😀 لـ«رويترز»"
    done = script("annotate", jsonl({"id": "bidi", "text": text}), "--pipeline", toy_model)
    record = json.loads(done.stdout)
    assert record["text"] == text
    assert [text[s["start"] : s["end"]] for s in record["spans"]] == ["ترامب", "كازاخستان", "رويترز"]
