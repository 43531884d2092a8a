"""What the project says of itself agrees with what it holds."""

import importlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile

import pytest
import typer

from ar_news.data.articles import splits_of
from conftest import ROOT, gold

LABELS = json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["README.md", "corpus/datasheet.md", "docs/best.md", "docs/speed.md"])
def test_every_figure_of_a_page_is_the_measured_one(page):
    from ar_news.figures import MEASURED, render

    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- begin " in text
    assert render(text, json.loads(MEASURED.read_text(encoding="utf-8"))) == text


def test_the_measured_figures_are_those_of_this_corpus():
    from ar_news.figures import MEASURED
    from ar_news.quality.corpus import manifest

    assert json.loads(MEASURED.read_text(encoding="utf-8"))["corpus"] == manifest(ROOT / "corpus")


def test_an_unknown_figure_on_a_page_is_refused():
    from ar_news.data.files import InputError
    from ar_news.figures import MEASURED, render

    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    with pytest.raises(InputError, match="block speed_of_light: no such figure"):
        render("<!-- begin speed_of_light -->\n<!-- end speed_of_light -->", measured)


def test_the_pages_show_every_yardstick_of_real_articles_under_its_name():
    from ar_news.figures import MEASURED, ablation_table, held_out_tables, render, seeds_table

    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("open", "everyday"):
        assert f"<!-- begin {name} -->\n{seeds_table(measured['seeds'][name])}\n<!-- end {name} -->" in text
    score = {"ALL": {"mean": 0.5, "sd": 0.0, "n": 1}}
    rest = {"what": "", "words_per_second": 1, "memory_mb": 1, "megabytes": 1, "train_seconds": 1}
    steps = {"first": {"f1": dict.fromkeys(("dev", "test", "anercorp", "open", "everyday"), score), **rest}}
    peers = {"lists": {"tests": {"dev": {"ALL": {"f1": 0.25}}}, **rest}}
    measured = {**measured, "ablation": steps, "peers": peers}
    page = render("<!-- begin labels -->\n<!-- end labels -->", measured)
    assert [line for line in page.splitlines() if line.startswith("On ")] == ["On `open`:", "On `everyday`:"]
    assert page.count("| first | 50.0 |") == 2
    assert "| lists | 25.0 | – | – | – | – |" in ablation_table(steps, peers)
    assert held_out_tables({"first": {"f1": {"dev": score}}}) == "No articles were held out."


def test_a_label_that_nobody_marked_has_no_kappa_and_that_is_shown():
    from ar_news.figures import agreement_table

    row = {"f1": 0.0, "interval": [0.0, 0.5], "kappa": None, "names": 0}
    table = agreement_table({"articles": 1, "tokens": 10, "agreement": {"ORG": row}})
    assert "| ORG | 0.000 | 0.000 – 0.500 | – | 0 |" in table


def test_what_annotators_of_other_peoples_texts_differed_in_is_not_kept_with_the_figures(tmp_path):
    from ar_news.figures import measure_standoff, standoff_tables

    row = {"f1": 0.9, "interval": [0.8, 1.0], "kappa": 0.9, "names": 5}
    found = {"articles": 1, "tokens": 9, "agreement": {"ALL": row}, "differences": [{"text": "كلام"}]}
    one = {"articles": 1, "words": 9, "names": {"PERSON": {"mentions": 5, "different": 1}}}
    counts = {"splits": {"test": one, "all": one}, "outlets": {"ntrex": {"paper": 1}}, "twice": 1}
    for name, value in (("agreement", found), ("counts", counts)):
        (tmp_path / "ntrex").mkdir(exist_ok=True)
        (tmp_path / "ntrex" / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    measured = measure_standoff(tmp_path)
    assert "differences" not in measured["NTREX, translated"]["agreement"]
    page = standoff_tables(measured)
    assert "| NTREX, translated, test | 1 | 9 | 5 |" in page and "| ALL | 0.900 | 0.800 – 1.000 | 0.900 | 5 |" in page
    assert standoff_tables({}) == "Nothing is annotated yet."


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
    assert not [
        words[i : i + 12] for words in texts["test"] for i in range(len(words) - 11) if tuple(words[i : i + 12]) in runs
    ]


DOORS = sorted(
    path.stem for path in (ROOT / "scripts").glob("*.py") if "\n    run(main)\n" in path.read_text(encoding="utf-8")
)


def door(name):
    """A command's main function; skips where a package of requirements-best.txt is missing."""
    try:
        return importlib.import_module(name).main
    except ModuleNotFoundError as error:
        pytest.skip(f"needs the package {error.name}: pip install -r requirements-best.txt")


@pytest.mark.parametrize("name", DOORS)
def test_the_help_of_a_command_explains_it_and_each_of_its_arguments(name):
    from ar_news.cli import command

    found = typer.main.get_command(command(door(name)))
    assert found.help and len(found.help) > 40
    assert [parameter.name for parameter in found.params if not parameter.help] == []


@pytest.mark.parametrize("name", DOORS)
def test_help_leaves_it_to_the_terminal_where_a_line_ends(name):
    """At 80 columns lines of the docstring were once wrapped a second time."""
    from ar_news.cli import help_text

    paragraphs = help_text(door(name)).split("\n\n")
    assert not [p for p in paragraphs if "\n" in p and not p.startswith(" ")]


@pytest.mark.parametrize("name", DOORS)
def test_a_command_starts(name, started):
    """Everything else that is tested of commands runs in the process of the tests."""
    door(name)
    done = started(name, "--help")
    assert done.returncode == 0, done.stderr.decode()
    assert "Usage" in done.stdout.decode()


def test_articles_of_ones_own_are_ignored_by_git_and_the_corpus_is_not():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout")
    own = ["my_articles/a.txt", "my_corpus/train.jsonl", "mine.jsonl", "articles/a.txt"]
    corpus = [path.relative_to(ROOT).as_posix() for path in (ROOT / "corpus").rglob("*.jsonl")]
    assert "corpus/everyday/test.jsonl" in corpus
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", *own, *corpus],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.split() == own


def test_no_source_points_at_a_file_server():
    """What a package ships is named by package and version."""
    for name in ("meta.json", "meta-best.json"):
        assert "pypi" not in (ROOT / "configs" / name).read_text(encoding="utf-8").lower()


def wheel(folder, name):
    """A wheel with one empty module, for pip to install without a network."""
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")


def interruptible():
    """Let Ctrl-C through: tests that run in the background may have been told to ignore it, and hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def set_up(folder, *arguments, requirements="spacy\n", wheels="", start=subprocess.run):
    """in_venv.py in a project of its own, without an index; by default its one requirement cannot be had."""
    (folder / "scripts").mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts" / "in_venv.py", folder / "scripts")
    # Of the library only what the standard library alone can run.
    for name in ("__init__.py", "environments.py", "data/__init__.py", "data/files.py"):
        place = folder / "scripts" / "ar_news" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "scripts" / "ar_news" / name, place)
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    command = [sys.executable, str(folder / "scripts" / "in_venv.py"), *arguments]
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PYTHONUTF8": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    if sys.platform != "win32":
        streams["preexec_fn"] = interruptible
    return start(command, env=environment, start_new_session=sys.platform != "win32", **streams)


def test_a_failed_set_up_is_one_clear_line_and_is_tried_again(tmp_path):
    for _ in range(2):
        done = set_up(tmp_path, "-c", "print('ran')")
        assert done.returncode == 1
        assert "ran" not in done.stdout
        assert "Traceback" not in done.stderr
        *_, reason, last = done.stderr.splitlines()
        assert reason == "ERROR: No matching distribution found for spacy"
        assert last.startswith("error: ") and "could not be made" in last and "run the command again" in last


def test_a_set_up_tells_its_cost_before_and_its_time_after_and_only_once(tmp_path):
    for name in ("tiny_one", "tiny_two"):
        wheel(tmp_path, name)
    given = {"requirements": "tiny_one\ntiny_two\n", "wheels": tmp_path}
    done = set_up(tmp_path, "-c", "import tiny_one, tiny_two; print('ran')", **given)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    first, *_, last = done.stderr.splitlines()
    assert first.startswith("Installing requirements.txt into ") and first.endswith(
        "about 700 MB of disk and 2 to 4 minutes"
    )
    assert re.fullmatch(r"\.venv is ready: 2 packages in \d+ s", last)
    again = set_up(tmp_path, "-c", "print('ran')", **given)
    assert (again.stdout, again.stderr) == ("ran\n", "")


PIP = """
import sys, time
for name in ("numpy", "spacy", "numpy"):
    print("Collecting", name + ">=1", "(from somewhere)")
    time.sleep(0.5)
print("Installing collected packages: numpy, spacy, thinc")
time.sleep(0.5)
print("went wrong", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_set_up_tells_now_and_then_what_it_does_on_one_line_of_a_terminal(terminal, monkeypatch):
    from ar_news.environments import Progress

    said = io.StringIO()
    said.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", said)
    Progress(every=0.1).run([sys.executable, "-c", PIP, "0"])
    told = said.getvalue()
    steps = [f"{n} packages collected, now {name}" for n, name in ((1, "numpy"), (2, "spacy"), (2, "numpy"))] + [
        "installing 3 packages"
    ]
    assert [place for place in map(told.find, steps) if place >= 0] == sorted(map(told.find, steps))
    assert re.search(r"installing 3 packages, [12] s", told) and "went wrong" not in told
    assert told.count("\n") == (0 if terminal else told.count(" s\n"))
    assert not terminal or told.endswith("\r")


def test_a_set_up_whose_output_is_kept_in_a_file_tells_a_line_in_ten_seconds(monkeypatch):
    from ar_news.environments import Progress

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert Progress().every == 10


def test_a_step_that_fails_shows_the_end_of_its_errors(capsys):
    from ar_news.environments import Progress

    with pytest.raises(subprocess.CalledProcessError):
        Progress(every=60).run([sys.executable, "-c", PIP, "3"])
    assert capsys.readouterr().err == "went wrong\n"


SLOW_TO_STOP = """
import signal, sys, time
try:
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1.5)
    print("stopped in order", flush=True)
    sys.exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_leaves_the_program_its_time_to_stop(tmp_path):
    """Doccano's server stops its parts then; killed at once it would leave them running."""
    wheel(tmp_path, "tiny_one")
    assert set_up(tmp_path, "-c", "", requirements="tiny_one\n", wheels=tmp_path).returncode == 0
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "scripts" / "in_venv.py"), "-c", SLOW_TO_STOP],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=interruptible,
    )
    assert process.stdout.readline() == "started\n"
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate(timeout=30)
    assert (process.returncode, said, errors) == (7, "stopped in order\n", "")


def test_set_up_without_a_command_teaches_the_two_commands(tmp_path):
    done = set_up(tmp_path)
    assert done.returncode == 2
    for command in ("python scripts/in_venv.py -m spacy project run all", "python scripts/in_venv.py -m pytest"):
        assert command in done.stdout
        assert command in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_while_setting_up_is_one_clear_line(tmp_path):
    process = set_up(tmp_path, "-c", "", start=subprocess.Popen)
    first = process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, rest = process.communicate(timeout=30)
    assert first.startswith("Installing requirements.txt") and process.returncode == 130
    assert rest == f"error: stopped before {tmp_path / '.venv'} was complete; run the command again\n"


def test_every_article_tells_its_genre_region_year_date_style_writer_and_passes():
    for split in splits_of(ROOT / "corpus"):
        for article in gold(split):
            assert {"genre", "region", "year", "date_style", "writer", "passes"} <= article.keys(), article["id"]


def test_the_agreement_kept_with_the_corpus_is_that_of_the_two_annotations():
    from ar_news.data.articles import read_articles
    from ar_news.quality.agreement import agreement, same_articles

    double = ROOT / "corpus" / "double"
    pairs = same_articles(read_articles([double / "first.jsonl"]), read_articles([double / "second.jsonl"]))
    assert json.loads((double / "agreement.json").read_text(encoding="utf-8")) == agreement(pairs)


def test_a_tenth_of_the_articles_was_annotated_twice():
    assert len(gold("double/second")) >= sum(len(gold(split)) for split in ("train", "dev", "test")) / 10
