"""What README shows: the library in five lines, with nothing heavy until it is asked for."""

import subprocess
import sys

from conftest import ROOT


def python(code):
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_library_imports_nothing_heavy():
    assert (
        python("import sys, ar_news; print([n for n in ('spacy', 'sklearn', 'torch', 'typer') if n in sys.modules])")
        == "[]"
    )


def test_every_public_name_is_there_and_explains_itself():
    assert python("import ar_news; print([n for n in ar_news.__all__ if not getattr(ar_news, n).__doc__])") == "[]"


def test_articles_are_read_and_a_pipeline_is_scored(toy_model, jsonl):
    path = jsonl({"id": "a", "text": "وصل ترامب", "spans": [[4, 9, "PERSON"]]})
    code = (
        "from ar_news import exact, load, predict, read_articles\n"
        f"articles = read_articles([{str(path)!r}])\n"
        f"pairs, _, speed = predict(load({str(toy_model)!r}), articles)\n"
        "print(exact(pairs, articles[0].labels)['ALL']['f1'])"
    )
    assert python(code) == "1.0"
