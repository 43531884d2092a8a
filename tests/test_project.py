"""What the project says of itself agrees with what it holds."""
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, gold

LABELS = json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["README.md", "corpus/datasheet.md", "docs/best.md"])
def test_every_figure_of_a_page_is_the_measured_one(page):
    from document import MEASURED, render

    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- begin " in text
    assert render(text, json.loads(MEASURED.read_text(encoding="utf-8"))) == text


def test_the_measured_figures_are_those_of_this_corpus():
    from check_corpus import manifest
    from document import MEASURED

    assert json.loads(MEASURED.read_text(encoding="utf-8"))["corpus"] == manifest(ROOT / "corpus")


def test_an_unknown_figure_on_a_page_is_refused():
    from articles import InputError
    from document import MEASURED, render

    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    with pytest.raises(InputError, match="block speed_of_light: no such figure"):
        render("<!-- begin speed_of_light -->\n<!-- end speed_of_light -->", measured)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_guideline_names_every_label_and_its_key(language):
    text = (ROOT / "corpus" / f"guideline.{language}.md").read_text(encoding="utf-8")
    for label in LABELS:
        assert re.search(rf"^\| {label['key']} \| {label['label']}\b", text, re.MULTILINE), label["label"]
        assert re.search(rf"^## {label['label']}\b", text, re.MULTILINE), label["label"]


def test_both_guidelines_decide_the_same_cases():
    marked = {}
    for language in ("ar", "en"):
        text = (ROOT / "corpus" / f"guideline.{language}.md").read_text(encoding="utf-8")
        first_cells = re.findall(r"^\| ([^|]*[\u0621-\u064A][^|]*) \|", text, re.MULTILINE)
        marked[language] = [cell for cell in first_cells if cell != "النص" and cell != "المفتاح"]
    assert marked["ar"] == marked["en"]


def test_no_article_repeats_the_test_split():
    """A long run of words that train shares with test would make the scores look better than they are."""
    texts = {split: [article["text"].split() for article in gold(split)] for split in ("train", "test")}
    runs = {tuple(words[i : i + 12]) for words in texts["train"] for i in range(len(words) - 11)}
    assert not [words[i : i + 12] for words in texts["test"] for i in range(len(words) - 11) if tuple(words[i : i + 12]) in runs]


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "scripts").glob("*.py") if "\n    run(main)\n" in path.read_text(encoding="utf-8")))
def test_the_help_of_a_command_explains_it_and_each_of_its_arguments(name):
    import importlib

    import typer

    try:
        main = importlib.import_module(name).main
    except ModuleNotFoundError as error:
        pytest.skip(f"needs the package {error.name}: pip install -r requirements-best.txt")
    app = typer.Typer()
    app.command()(main)
    command = typer.main.get_command(app)
    assert command.help and len(command.help) > 40
    assert [parameter.name for parameter in command.params if not parameter.help] == []


def set_up(folder, *arguments):
    """in_venv.py in a project of its own whose one requirement no index can give."""
    (folder / "scripts").mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts" / "in_venv.py", folder / "scripts")
    (folder / "requirements.txt").write_text("spacy\n", encoding="utf-8")
    command = [sys.executable, str(folder / "scripts" / "in_venv.py"), *arguments]
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


def test_a_failed_set_up_is_one_clear_line_and_is_tried_again(tmp_path):
    for _ in range(2):
        done = set_up(tmp_path, "-c", "print('ran')")
        assert done.returncode == 1
        assert "ran" not in done.stdout
        assert "Traceback" not in done.stderr
        assert "could not be made" in done.stderr and "run the command again" in done.stderr


def test_set_up_without_a_command_teaches_the_two_commands(tmp_path):
    done = set_up(tmp_path)
    assert done.returncode == 2
    for command in ("python scripts/in_venv.py -m spacy project run all", "python scripts/in_venv.py -m pytest"):
        assert command in done.stdout
        assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_article_tells_its_genre_region_year_date_style_writer_and_passes():
    for split in ("train", "dev", "test"):
        for article in gold(split):
            assert {"genre", "region", "year", "date_style", "writer", "passes"} <= article.keys(), article["id"]


def test_the_agreement_kept_with_the_corpus_is_that_of_the_two_annotations():
    from agreement import agreement, same_articles
    from articles import read_articles

    double = ROOT / "corpus" / "double"
    pairs = same_articles(read_articles([double / "first.jsonl"]), read_articles([double / "second.jsonl"]))
    assert json.loads((double / "agreement.json").read_text(encoding="utf-8")) == agreement(pairs)


def test_a_tenth_of_the_articles_was_annotated_twice():
    assert len(gold("double/second")) >= sum(len(gold(split)) for split in ("train", "dev", "test")) / 10
