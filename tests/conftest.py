"""Shared fixtures: the project's own scripts run as a user runs them."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import spacy  # noqa: E402

import ar_news  # noqa: E402, F401

TOKENIZER = {"nlp": {"tokenizer": {"@tokenizers": "ar_news.tokenizer.v1"}}}


def gold(split):
    """The records of one split of the project's corpus."""
    lines = (ROOT / "corpus" / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@pytest.fixture(scope="session")
def nlp():
    """A blank Arabic pipeline with the initialised news tokeniser."""
    from ar_news.docs import blank_pipeline

    return blank_pipeline()


@pytest.fixture(scope="session")
def toy_model(nlp, tmp_path_factory):
    """Folder of a real pipeline that is quick to make: the news tokeniser and three names by rule."""
    blank = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    ruler = blank.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "ترامب"},
            {"label": "COUNTRY", "pattern": "كازاخستان"},
            {"label": "MEDIA", "pattern": "رويترز"},
        ]
    )
    folder = tmp_path_factory.mktemp("toy") / "model"
    blank.to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def small_texts():
    """Beginnings of articles: many different words, and some in all of them."""
    return [article["text"][:700] for article in gold("dev")[:10]]


@pytest.fixture(scope="session")
def small_pipeline(nlp, small_texts, tmp_path_factory):
    """Folder of a pipeline of configs/cpu.cfg that has learnt a little and so finds names, right and wrong ones."""
    from spacy.training import Example
    from spacy.util import load_config, load_model_from_config
    from thinc.api import fix_random_seed

    from ar_news.pipeline import edges, listener, name_rules, second_look, word_layers  # noqa: F401  (importing them registers what the config names)

    fix_random_seed(0)
    made = load_model_from_config(load_config(ROOT / "configs" / "cpu.cfg"), auto_fill=True)
    examples = []
    for text, article in zip(small_texts, gold("dev")):
        doc = nlp.make_doc(text)
        spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in article["spans"]]
        doc.ents = [span for span in spans if span]
        examples.append(Example(made.make_doc(text), doc))
    made.initialize(lambda: examples)
    made.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    optimizer = made.create_optimizer()
    for _ in range(15):
        for start in range(0, len(examples), 2):
            made.update(examples[start : start + 2], sgd=optimizer)
    path = tmp_path_factory.mktemp("fast") / "pipeline"
    made.to_disk(path)
    return path


class Done(NamedTuple):
    """What a command left: exit code and output, as subprocess.run gives them."""

    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture(scope="session")
def script():
    """Run scripts/NAME.py with arguments, in this process: what it does is the same, and spaCy is started once."""

    def call(name, *arguments, stdin=None):
        from ar_news import cli

        before, streams = Path.cwd(), (sys.stdin, sys.stdout, sys.stderr)
        os.chdir(ROOT)
        try:
            # Typer's runner gives the command streams of its own; what it raises must be what a user's shell sees.
            with CliRunner().isolation(input=stdin or b"") as (out, err, _):
                code = cli.call(importlib.import_module(name).main, arguments)
                sys.stdout.flush()
                sys.stderr.flush()
                return Done(code, out.getvalue(), err.getvalue())
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            os.chdir(before)

    return call


@pytest.fixture(scope="session")
def started():
    """Run scripts/NAME.py in a process of its own, as a user does."""

    def call(name, *arguments, python=(sys.executable,), cwd=ROOT):
        command = [*python, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, cwd=cwd, check=False)

    return call


@pytest.fixture
def jsonl(tmp_path):
    """Write records as JSONL; the path."""

    def write(*records, name="articles.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
        return path

    return write


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@pytest.fixture
def page():
    """A page of the browser that this machine has."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs `pip install -r tests/requirements.txt`")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not program:
        pytest.skip("needs Chromium or Chrome on the path")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(30_000)
        yield page
        browser.close()
