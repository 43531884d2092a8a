"""Bad input gets one clear line with file, place and remedy, a non-zero exit, and leaves nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = {"id": "good", "text": "وصل ترامب إلى كازاخستان", "spans": [[4, 9, "PERSON"], [14, 23, "COUNTRY"]]}

RECORD_FAULTS = [
    pytest.param({**GOOD, "id": 1.5}, "`id` is a float", id="id is a fraction"),
    pytest.param({**GOOD, "id": True}, "`id` is a bool", id="id is true"),
    pytest.param({**GOOD, "id": "good"}, "this id stands in", id="id twice"),
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
    pytest.param({**GOOD, "spans": [{"start": 4, "end": 9}]}, "has no start, end and label", id="span without a key"),
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
        {**GOOD, "text": "قال «ترامب»", "spans": [[4, 10, "PERSON"]]},
        "white space, punctuation",
        id="quote at the edge",
    ),
    pytest.param(
        {**GOOD, "text": "\u202bترامب", "spans": [[0, 6, "PERSON"]]}, "white space, punctuation", id="bidi at the edge"
    ),
    pytest.param(
        {**GOOD, "text": "محمد\n\nصلاح", "spans": [[0, 10, "PERSON"]]},
        "crosses an empty line",
        id="crosses an empty line",
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
    from ar_news.data.articles import read_articles
    from ar_news.data.files import InputError

    text = json.dumps(GOOD) + "\n" + json.dumps(record) + "\n"
    path = jsonl()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_articles([path])
    (line,) = caught.value.messages
    named = record["id"] if isinstance(record["id"], str) else "articles-2"
    assert line.startswith(f"{path}:2: article {named}: ")
    assert message in line


@pytest.mark.parametrize(
    "raw, message",
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        ('{"id": "é"'.encode("latin-1"), ":1: not UTF-8 (byte 9 of the line)"),
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


@pytest.mark.parametrize("name", ["corpus_check", "train_convert", "corpus_split", "evaluate", "annotate"])
def test_a_missing_file_is_named(script, toy_model, tmp_path, name):
    missing = tmp_path / "nowhere"
    arguments = {
        "corpus_check": [missing, "--output", tmp_path / "m.json"],
        "train_convert": [missing, tmp_path / "data"],
        "corpus_split": [missing, "--output", tmp_path],
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
    line = said(script("corpus_check", corpus, "--output", tmp_path / "m.json"))
    assert "test: article other: same text as train in train" in line
    assert not (tmp_path / "m.json").exists()


def test_an_id_that_stands_twice_is_refused(script, corpus, jsonl, tmp_path):
    jsonl({**GOOD, "id": "train", "text": f"{GOOD['text']} dev"}, name="corpus/dev.jsonl")
    assert "this id is also in train" in said(script("corpus_check", corpus, "--output", tmp_path / "m.json"))


def test_many_faults_are_all_counted_and_the_first_twenty_shown(script, jsonl, toy_model):
    line = said(script("evaluate", toy_model, jsonl(*[{"id": str(i), "text": "x", "spans": []} for i in range(45)])))
    assert line.count("no Arabic letter") == 20
    assert "and 25 more faults" in line


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions, absent on Windows")
def test_a_folder_without_write_permission_is_named(script, jsonl, toy_model, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):  # a superuser may write there, but not into the kernel's files
        closed = Path("/proc")
    assert "cannot be written" in said(
        script("annotate", jsonl(GOOD), "--pipeline", toy_model, "-o", closed / "o.jsonl")
    )


@pytest.mark.parametrize("name", ["corpus_check", "train_convert", "annotate", "evaluate", "corpus_split"])
def test_a_folder_that_cannot_be_made_is_named(script, corpus, jsonl, toy_model, tmp_path, name):
    (tmp_path / "file").write_text("a file stands where the folder should be", encoding="utf-8")
    target = tmp_path / "file" / "out"
    many = jsonl(*[{**GOOD, "id": str(i), "text": f"{GOOD['text']} {i}"} for i in range(20)])
    arguments = {
        "corpus_check": [corpus, "--output", target / "m.json"],
        "train_convert": [corpus, target],
        "annotate": [many, "--pipeline", toy_model, "-o", target / "o.jsonl"],
        "evaluate": [toy_model, many, "--output", target],
        "corpus_split": [many, "--output", target],
    }[name]
    assert "cannot be written" in said(script(name, *arguments))


def test_a_fault_in_the_middle_leaves_the_old_output_as_it_was(tmp_path):
    from ar_news.data.files import writing

    output = tmp_path / "names.jsonl"
    output.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), writing(output) as file:
        file.write("new")
        1 / 0  # noqa: B018
    assert output.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["names.jsonl"]


def test_faulty_news_is_named_and_counted_and_the_rest_is_annotated(script, jsonl, toy_model, tmp_path):
    path = jsonl(GOOD, {"id": "empty", "text": ""}, {"id": "none"}, {"id": "other", "text": "Reuters said so."})
    path.write_bytes(path.read_bytes() + b'{"id": "broken\n' + b'{"id": "\xe9", "text": "x"}\n')
    errors = said(script("annotate", path, "--pipeline", toy_model, "-o", tmp_path / "o.jsonl"))
    for line, fault in (
        (2, "article empty: the text is empty"),
        (3, "article none: missing 'text'"),
        (5, "broken JSON"),
        (6, "not UTF-8"),
    ):
        assert f"{path}:{line}: {fault}" in errors
    assert "4 articles or files left out, 2 read" in errors
    records = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(record["id"], len(record["spans"])) for record in records] == [("good", 2), ("other", 0)]


def test_a_bad_file_stops_no_other_of_its_folder(script, toy_model, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("وصل ترامب", encoding="utf-8")
    (folder / "b.txt").write_text("", encoding="utf-8")
    (folder / "c.txt").write_bytes("سطر\nوصل".encode() + "وصل".encode("cp1256"))
    errors = said(script("annotate", folder, "--pipeline", toy_model, "-o", tmp_path / "o.jsonl"))
    assert (
        f"{folder / 'b.txt'}: the file is empty" in errors
        and f"{folder / 'c.txt'}:2: not UTF-8 (byte 14 of the file)" in errors
    )
    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8"))["id"] == "a"


def test_nothing_readable_at_all_writes_nothing(script, jsonl, toy_model, tmp_path):
    said(script("annotate", jsonl({"id": "x", "text": ""}), "--pipeline", toy_model, "-o", tmp_path / "o.jsonl"))
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions, absent on Windows")
def test_who_may_read_a_new_file_is_what_the_umask_says(tmp_path):
    from ar_news.data.files import write_text

    for umask, mode in ((0o077, 0o600), (0o022, 0o644)):
        before = os.umask(umask)
        try:
            write_text(tmp_path / "names.jsonl", "x")
        finally:
            os.umask(before)
        assert (tmp_path / "names.jsonl").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("name", ["package_describe"])
def test_a_folder_of_somebody_else_is_not_replaced(script, toy_model, tmp_path, name):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("years of work", encoding="utf-8")
    scores = tmp_path / "scores.json"
    row = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    scores.write_text(json.dumps({"exact": {"ALL": row}, "words_per_second": 1}), encoding="utf-8")
    assert "so it is not one of this command's" in said(script(name, toy_model, scores, mine))
    assert (mine / "thesis.docx").read_text(encoding="utf-8") == "years of work"


def test_an_unknown_choice_is_told_with_the_choices(script, toy_model, tmp_path):
    done = script("package_describe", toy_model, tmp_path / "scores.json", tmp_path / "out", "--size", "lg")
    assert done.returncode == 2
    assert "sm" in done.stderr.decode() and "trf" in done.stderr.decode()


@pytest.mark.parametrize(
    "text, start, end", [("🎉ترامب|", 0, 7), ("+ترامب$", 0, 7), ("🇪🇬مصر", 0, 5), ("سعر $مصر", 4, 8), ("وَلبنان", 1, 7)]
)
def test_a_symbol_or_a_mark_at_the_edge_of_a_span_is_refused(jsonl, text, start, end):
    from ar_news.data.articles import read_articles
    from ar_news.data.files import InputError
    from ar_news.pipeline.bare import trimmed

    with pytest.raises(InputError, match="begins or ends with white space, punctuation, a symbol"):
        read_articles([jsonl({"id": "x", "text": text, "spans": [[start, end, "COUNTRY"]]})])
    narrow = trimmed(text, start, end)
    assert text[slice(*narrow)] in ("ترامب", "مصر", "لبنان")
    assert read_articles([jsonl({"id": "x", "text": text, "spans": [[*narrow, "COUNTRY"]]})])


@pytest.mark.parametrize("name", ["+972", "Canal+", "كنال+", "محمدًا", "محمدٌ", "i24NEWS"])
def test_a_sign_that_is_part_of_a_name_stays(name):
    from ar_news.pipeline.bare import trimmed

    assert trimmed(f"«{name}»", 0, len(name) + 2) == (1, len(name) + 1)


def test_an_article_longer_than_a_million_letters_is_evaluated(script, toy_model, jsonl, tmp_path):
    text = "وصل ترامب. " + "كتب " * 250_000
    done = script(
        "evaluate", toy_model, jsonl({"id": "long", "text": text, "spans": [[4, 9, "PERSON"]]}), "--output", tmp_path
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads((tmp_path / "articles.json").read_text(encoding="utf-8"))["exact"]["ALL"]["f1"] == 1.0


def test_a_command_in_a_python_without_the_packages_is_one_plain_line(started):
    done = started("annotate", "--help", python=(sys.executable, "-S"))
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1 and "python scripts/in_venv.py" in done.stderr.decode()


def test_a_default_path_is_of_the_project_wherever_a_command_is_started(tmp_path):
    from conftest import ROOT

    code = f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); from ar_news.data.files import in_project; print(in_project('training/x'))"
    for folder, path in ((tmp_path, ROOT / "training" / "x"), (ROOT, Path("training/x"))):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, encoding="utf-8", check=True
        )
        assert done.stdout.strip() == str(path)


def test_bidi_controls_do_not_move_offsets(script, jsonl, toy_model):
    text = "\u202bوترامب\u202c و\u2067كازاخستان\u2069 😀 لـ«رويترز»"
    done = script("annotate", jsonl({"id": "bidi", "text": text}), "--pipeline", toy_model)
    record = json.loads(done.stdout)
    assert record["text"] == text
    assert [text[s["start"] : s["end"]] for s in record["spans"]] == ["ترامب", "كازاخستان", "رويترز"]
