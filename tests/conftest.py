"""Shared fixtures: the project's own scripts run as a user runs them."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    from convert import blank_pipeline

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
def script():
    """Run scripts/NAME.py with arguments; the finished process, with text output."""

    def call(name, *arguments, stdin=None):
        command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, cwd=ROOT, check=False
        )

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
