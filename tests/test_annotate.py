"""Annotating files, folders and standard input."""

import json


def records(done):
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode("utf-8").split("\n") if line]


def names(record):
    return [(span["text"], span["label"]) for span in record["spans"]]


def test_a_text_file_is_one_article(script, toy_model, tmp_path):
    (tmp_path / "news.txt").write_text("وترامب هنا\nبكازاخستان", encoding="utf-8")
    (record,) = records(script("annotate", tmp_path / "news.txt", "--pipeline", toy_model))
    assert record["id"] == "news"
    assert names(record) == [("ترامب", "PERSON"), ("كازاخستان", "COUNTRY")]


def test_with_lines_every_line_is_an_article(script, toy_model):
    done = script("annotate", "-", "--lines", "--pipeline", toy_model, stdin="ترامب\n\nفرويترز\n".encode())
    assert [(r["id"], names(r)) for r in records(done)] == [
        ("stdin-1", [("ترامب", "PERSON")]),
        ("stdin-3", [("رويترز", "MEDIA")]),
    ]


def test_jsonl_on_standard_input_keeps_its_other_keys(script, toy_model):
    line = json.dumps({"id": "7", "text": "وقال ترامب", "source": "x"}).encode()
    (record,) = records(script("annotate", "-", "--jsonl", "--pipeline", toy_model, stdin=line))
    assert (record["id"], record["source"]) == ("7", "x")
    assert names(record) == [("ترامب", "PERSON")]


def test_a_folder_is_searched_for_text_and_jsonl(script, toy_model, tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("ترامب", encoding="utf-8")
    (tmp_path / "in" / "deep" / "b.jsonl").write_text('{"id": "b", "text": "كازاخستان"}\n', encoding="utf-8")
    (tmp_path / "in" / "c.pdf").write_bytes(b"\xff")
    output = tmp_path / "out" / "names.jsonl"
    done = script("annotate", tmp_path / "in", "--pipeline", toy_model, "-o", output, "--processes", 2)
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [(r["id"], len(r["spans"])) for r in found] == [("a", 1), ("b", 1)]


def test_what_annotate_writes_is_valid_gold(script, toy_model, tmp_path):
    from ar_news.data.articles import read_articles

    script("annotate", "-", "--pipeline", toy_model, "-o", tmp_path / "o.jsonl", stdin="لـ«رويترز»".encode())
    (article,) = read_articles([tmp_path / "o.jsonl"])
    assert article.text[slice(*article.spans[0][:2])] == "رويترز"


def test_help_teaches(script):
    text = script("annotate", "--help").stdout.decode("utf-8")
    assert "python scripts/annotate.py" in text
