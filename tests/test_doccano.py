"""Annotating in Doccano, against a real server that the project's own command starts."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import ROOT
from doccano_bench import (
    PASSWORD,
    Bench,
    copy_home,
    free_port,
    journal,
    need_server,
    plain_articles,
    read,
    start_command,
    stop_command,
    tricky_articles,
    wait_for,
    write,
)

LABELS = json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tests stop servers by POSIX signals")


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """Folder with `first`, the home of the running server, and `fresh`, a copy of it from before any project."""
    need_server()
    return tmp_path_factory.mktemp("doccano")


@pytest.fixture(scope="module")
def bench(homes):
    process, url = start_command(homes / "first", free_port())
    copy_home(homes / "first", homes / "fresh")
    yield Bench(url, homes)
    code, said = stop_command(process)
    assert (code, said.split("\n")[-2]) == (0, "Doccano has stopped")


@pytest.fixture
def own_server(bench, homes, tmp_path):
    """A second server that a test may stop; web server up, worker not."""
    from ar_news.annotation.doccano_server import Server

    server = Server(copy_home(homes / "fresh", tmp_path / "home"), free_port())
    server.start_web()
    yield server
    server.stop()


def python_for_doccano():
    """A Python that Doccano can be installed on, so that a test reaches what comes after the choice of one."""
    from ar_news.annotation.doccano_server import interpreter
    from ar_news.data.files import InputError

    try:
        return interpreter("")
    except InputError:
        pytest.skip("needs Python 3.10 or 3.11")


def kill_web(server):
    process = server.processes.pop("web")
    process.send_signal(signal.SIGTERM)
    process.wait()


class Shelf:
    """What a pull asks of a server, from memory: examples, and the same spans in each."""

    url = "http://127.0.0.1:8000"

    def __init__(self, examples, spans=()):
        self.listed, self.marked = examples, list(spans)

    def project(self, name):
        return 1

    def our_labels(self, project):
        return {number: {"text": label["label"]} for number, label in enumerate(LABELS)}

    def members(self, project):
        return {1: "sara"}

    def examples(self, project):
        return self.listed

    def spans(self, project, example):
        return self.marked

    def all(self, path, action, **parameters):
        confirmed = any(one["is_confirmed"] for one in self.listed if f"/{one['id']}/" in path)
        return [{"confirmed_by": 1, "confirmed_at": "2025-01-01"}] if confirmed else []


class Example(dict):
    """An example that counts how often it was compared."""

    compared = 0

    def __eq__(self, other):
        Example.compared += 1
        return super().__eq__(other)


def example(key, text, confirmed=True):
    return Example(id=key, text=text, meta={"article_id": key}, is_confirmed=confirmed, comment_count=0)


def surfaces(records):
    return {
        r["id"]: [(s["start"], s["end"], s["label"], r["text"][s["start"] : s["end"]]) for s in r["spans"]]
        for r in records
    }


# --- the server -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of listening ports")
def test_the_server_listens_on_loopback_only(bench):
    port = int(bench.url.rsplit(":", 1)[1])
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port]
    assert listening == [f"0100007F:{port:04X}"]


def test_a_taken_port_is_one_clear_line(bench, homes):
    port = bench.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "doccano_server.py"), "--home", str(homes / "fresh"), "--port", port],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "DOCCANO_PASSWORD": ""},
    )
    assert done.returncode == 1
    assert done.stderr == f"error: port {port} is taken; stop what runs there or give another --port\n"


def test_a_new_server_without_a_password_is_not_made(homes, tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "doccano_server.py"), "--home", str(tmp_path / "none")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "DOCCANO_PASSWORD": ""},
    )
    assert done.returncode == 1
    assert "set the environment variable DOCCANO_PASSWORD" in done.stderr
    assert not (tmp_path / "none" / "db.sqlite3").exists()


@pytest.fixture
def bare(tmp_path):
    """The server's command in a project where Doccano was never installed and no index can give it."""
    shutil.copytree(ROOT / "scripts", tmp_path / "project" / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements-doccano.txt", tmp_path / "project")

    def call(password, *options):
        return subprocess.run(
            [
                sys.executable,
                str(tmp_path / "project" / "scripts" / "doccano_server.py"),
                "--home",
                str(tmp_path / "home"),
                "--python",
                python_for_doccano(),
                "--port",
                str(free_port()),
                *options,
            ],
            capture_output=True,
            encoding="utf-8",
            check=False,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONUTF8": "1",
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": "",
                "DOCCANO_PASSWORD": password,
            },
        )

    call.environment = tmp_path / "project" / ".venv-doccano"
    return call


@pytest.mark.parametrize(
    "password, told",
    [
        ("seven-7", "DOCCANO_PASSWORD has less than 8 characters; set it to a longer one"),
        ("", "no password for admin; set the environment variable DOCCANO_PASSWORD"),
    ],
)
def test_a_missing_or_short_password_is_one_clear_line_before_anything_is_installed(bare, password, told):
    done = bare(password)
    assert (done.returncode, done.stderr, done.stdout) == (1, f"error: {told}\n", "")
    assert not bare.environment.exists()


def test_no_password_is_asked_for_by_an_installation_or_where_there_is_an_admin(bare, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "prepared").touch()
    for options in (("--install",), ()):
        done = bare("", *options) if options else bare("seven-7")
        assert done.returncode == 1 and "could not be made" in done.stderr and "Traceback" not in done.stderr
        assert "DOCCANO_PASSWORD" not in done.stderr and "8 characters" not in done.stderr


def test_the_admins_password_is_asked_for_before_the_long_installation(monkeypatch, tmp_path):
    from ar_news.annotation import doccano_server

    steps = []
    monkeypatch.setattr(doccano_server, "new_password", lambda username: steps.append("password") or PASSWORD)
    monkeypatch.setattr(doccano_server, "interpreter", lambda wished: sys.executable)

    def stop_here(*arguments):
        steps.append("installation")
        raise OSError("stop")

    monkeypatch.setattr(doccano_server, "prepare", stop_here)
    with pytest.raises(doccano_server.InputError, match="could not be made"):
        doccano_server.serve(tmp_path / "home", free_port(), "admin")
    assert steps == ["password", "installation"]


@pytest.fixture
def typing(monkeypatch):
    """Type these at the prompts of a terminal; the prompts."""

    def sit_down(*typed):
        prompts, left = [], list(typed)
        monkeypatch.delenv("DOCCANO_PASSWORD", raising=False)
        monkeypatch.setattr("sys.stdin", io.StringIO())
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or left.pop(0))
        return prompts

    return sit_down


def test_a_short_or_mistyped_password_is_asked_for_again(typing, capsys):
    from ar_news.annotation.doccano_client import new_password

    prompts = typing("short", PASSWORD, "mistyped", PASSWORD, PASSWORD)
    assert new_password("admin") == PASSWORD
    assert prompts == 2 * ["New password of admin (at least 8 characters): "] + ["Once more: "] + [
        prompts[0],
        "Once more: ",
    ]
    assert capsys.readouterr().err == "that has less than 8 characters\nthe two differ\n"


def test_after_three_tries_no_password_is_asked_for_any_more(typing):
    from ar_news.annotation.doccano_client import new_password
    from ar_news.data.files import InputError

    prompts = typing("short", "again", "shorter", PASSWORD, PASSWORD)
    with pytest.raises(InputError, match="no password of at least 8 characters in 3 tries; run the command again"):
        new_password("admin")
    assert len(prompts) == 3


@pytest.fixture
def stub():
    """A web server that lets everybody log in; `asked` has what it was asked for, as it stood in the requests."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self, status=403):
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_POST(self):
            self.do_GET(200)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.asked = asked
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def through(monkeypatch):
    """Put the environment's web traffic through the proxy at this port."""

    def proxy(port):
        for name in ("NO_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")

    return proxy


def test_the_server_sees_that_it_is_ready_where_web_traffic_goes_through_a_proxy(stub, through, tmp_path):
    from ar_news.annotation.doccano_server import Server

    through(free_port())
    server = Server(tmp_path, stub.server_port)
    assert server._answers() and stub.asked == ["/v1/me"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_a_password_for_this_machine_goes_through_no_proxy(stub, through, host):
    from ar_news.annotation.doccano_client import Doccano

    through(free_port())
    Doccano(f"http://{host}:{stub.server_port}", "admin", PASSWORD)
    assert stub.asked == ["/v1/auth/login/"]


def test_doccano_client_sends_no_password_for_this_machine_through_a_proxy_either(stub, through):
    from ar_news.annotation.own_environment import ENVIRONMENT
    from ar_news.environments import inside

    if not (ENVIRONMENT / "installed.sha256").exists():
        pytest.skip("needs the environment of the Doccano commands; scripts/doccano_server.py --install makes it")
    through(free_port())
    url = f"http://LOCALHOST:{stub.server_port}"
    code = f"from ar_news.annotation.doccano_client import Doccano; Doccano({url!r}, 'admin', {PASSWORD!r}).client"
    python = inside(ENVIRONMENT, "python")
    subprocess.run([python, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")})
    assert stub.asked == 2 * ["/v1/auth/login/"]


def test_a_server_elsewhere_is_reached_through_the_proxy(stub, through):
    from ar_news.annotation.doccano_client import Doccano

    through(stub.server_port)
    Doccano("http://doccano.example", "admin", PASSWORD)
    assert stub.asked == ["http://doccano.example/v1/auth/login/"]


@pytest.mark.parametrize(
    "url, own",
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.8.9.1", True),
        ("https://localhost:8000/v1", True),
        ("http://[::1]:8000", True),
        ("http://128.0.0.1", False),
        ("http://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("http://[::2]", False),
    ],
)
def test_only_loopback_addresses_are_of_this_machine(url, own):
    from ar_news.annotation.doccano_http import is_loopback

    assert is_loopback(url) is own


# --- set-up ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", ["sara omar", "sara, omar, ", ", sara,omar", "،sara ، omar،", "sara,,omar sara", "\n sara \n omar \n"]
)
def test_annotators_are_listed_by_comma_or_space_with_nothing_between_two_commas(names):
    from ar_news.annotation.doccano_client import split_names

    assert split_names(names) == ["sara", "omar"]


@pytest.mark.parametrize("names", ["", " ", ", ،"])
def test_no_annotator_is_no_name(names):
    from ar_news.annotation.doccano_client import split_names

    assert split_names(names) == []


def test_an_unknown_language_of_the_guideline_is_told_those_there_are(script):
    done = script("doccano_setup", "--language", "fr")
    said = done.stderr.decode()
    assert done.returncode == 2 and "--language" in said and "'ar', 'en'" in said


def test_set_up_makes_projects_labels_guideline_accounts_and_roles_and_changes_nothing_the_second_time(bench):
    first = bench.set_up("setup", "lina, nadir")
    assert "setup (lina): project, label PERSON, label COUNTRY, label MEDIA, label AGREEMENT, member lina" in first
    assert "RTL" in first
    second = bench.set_up("setup", "lina nadir")
    assert second.count("nothing to change") == 2 and "password" not in second
    server = bench.login()
    project = server.find_projects("setup (lina)")[0]
    found = [(k["text"], k["background_color"], k["suffix_key"]) for k in server.labels(project["id"]).values()]
    assert found == [(label["label"], label["colour"], label["key"]) for label in LABELS]
    assert project["guideline"].startswith('<div dir="rtl">')
    roles = {m["username"]: m["rolename"] for m in bench.client("list_members", project["id"])}
    assert roles == {"admin": "project_admin", "lina": "annotator"}
    # Nobody sees what the other marks.
    assert [p["name"] for p in bench.login("nadir").all("projects", "list")] == ["setup (nadir)"]


@pytest.mark.parametrize(
    "setting, word",
    [
        ({"grapheme_mode": True}, "graphemes"),
        ({"collaborative_annotation": False}, "does not share"),
        ({"allow_overlapping": True}, "overlapping"),
        ({"project_type": "Seq2seq"}, "Seq2seq"),
    ],
)
def test_a_project_whose_offsets_or_spans_could_not_be_trusted_is_refused(bench, tmp_path, setting, word):
    name = f"unfit {word}"
    settings = {"project_type": "SequenceLabeling", "collaborative_annotation": True, **setting}
    bench.client("create_project", name=name, description="unfit", **settings)
    for command in (("doccano_push", write(tmp_path / "a.jsonl", plain_articles(1))), ("doccano_setup",)):
        done = bench.run(*command, "--project", name)
        assert done.returncode == 1 and word in done.stderr and "Traceback" not in done.stderr


def test_two_projects_of_one_name_are_refused(bench, tmp_path):
    path = write(tmp_path / "a.jsonl", plain_articles(1))
    for _ in range(2):
        made = bench.client(
            "create_project",
            name="twin",
            description="twin",
            project_type="SequenceLabeling",
            collaborative_annotation=True,
        )
    done = bench.run("doccano_push", path, "--project", "twin")
    assert done.returncode == 1 and "2 projects are named 'twin'" in done.stderr
    # By its number one of them can be reached; it has no labels yet, which an import would make up.
    done = bench.run("doccano_push", path, "--project", made["id"])
    assert done.returncode == 1 and "has not the labels of configs/labels.json" in done.stderr
    assert bench.run("doccano_setup", "--project", made["id"]).returncode == 0
    assert "1 new" in bench.run("doccano_push", path, "--project", made["id"]).stdout


# --- round trip -----------------------------------------------------------------------------------------------


def test_a_thousand_tricky_articles_come_back_with_no_span_lost_or_moved(bench, tmp_path):
    articles = tricky_articles(1000)
    path = write(tmp_path / "articles.jsonl", articles)
    bench.set_up("trip")
    clock = time.perf_counter()
    pushed = bench.run("doccano_push", path, "--project", "trip")
    push_seconds = time.perf_counter() - clock
    assert pushed.returncode == 0, pushed.stderr
    bench.confirm("trip")
    clock = time.perf_counter()
    pulled = bench.run("doccano_pull", path, tmp_path / "out", "--project", "trip")
    pull_seconds = time.perf_counter() - clock
    assert pulled.returncode == 0, pulled.stderr
    back = read(tmp_path / "out" / "gold.jsonl")
    spans = sum(len(article["spans"]) for article in articles)
    pairs = [(surfaces([one])[one["id"]], surfaces([two])[two["id"]]) for one, two in zip(articles, back)]
    lost = sum(len(set(before) ^ set(after)) for before, after in pairs)
    # The README's figures; `spacy project run document` renders them.
    figures = {
        "articles": len(back),
        "spans": spans,
        "lost": lost,
        "push_seconds": push_seconds,
        "pull_seconds": pull_seconds,
    }
    (ROOT / "training" / "doccano.json").write_text(json.dumps(figures), encoding="utf-8")
    assert (len(back), lost) == (1000, 0) and spans > 5000
    assert [record["text"] for record in back] == [article["text"] for article in articles]
    assert surfaces(back) == surfaces(articles)
    assert {record["doccano"]["confirmed_by"][0] for record in back} == {"admin"}


# --- push -----------------------------------------------------------------------------------------------------


def test_pushing_again_sends_nothing_and_a_dry_run_neither(bench, tmp_path):
    path = write(tmp_path / "a.jsonl", plain_articles(5))
    bench.set_up("again")
    dry = bench.run("doccano_push", path, "--project", "again", "--dry-run")
    assert "again: 5 new (nothing sent)" in dry.stdout and bench.examples("again") == {}
    assert "again: 5 new" in bench.run("doccano_push", path, "--project", "again").stdout
    assert "again: 0 new, 5 same" in bench.run("doccano_push", path, "--project", "again").stdout
    assert len(bench.examples("again")) == 5


def test_a_push_killed_in_the_middle_is_finished_by_running_it_again(bench, tmp_path):
    articles = tricky_articles(120)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("killed")
    process = bench.start("doccano_push", path, "--project", "killed", "--chunk", 15)
    # Killed while the server imports: the third upload is sent and not known to be imported.
    wait_for(lambda: journal(path).count("sent") >= 3)
    process.kill()
    process.communicate()
    assert journal(path).count("imported") < 8
    done = bench.run("doccano_push", path, "--project", "killed")
    assert done.returncode == 0, done.stderr
    assert bench.examples("killed").keys() == {article["id"] for article in articles}
    bench.confirm("killed")
    assert bench.run("doccano_pull", path, tmp_path, "--project", "killed").returncode == 0
    assert surfaces(read(tmp_path / "gold.jsonl")) == surfaces(articles)


def test_a_server_stopped_in_the_middle_of_a_push_is_one_clear_line_and_loses_nothing(own_server, tmp_path):
    mine = Bench(own_server.url, tmp_path)
    own_server.start_worker()
    articles = plain_articles(40)
    path = write(tmp_path / "a.jsonl", articles)
    mine.set_up("stopped")
    process = mine.start("doccano_push", path, "--project", "stopped", "--chunk", 5)
    wait_for(lambda: journal(path).count("imported") >= 2)
    kill_web(own_server)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no server answers there; start it, then run again" in said and "Traceback" not in said
    own_server.start_web()
    again = mine.run("doccano_push", path, "--project", "stopped")
    assert again.returncode == 0, again.stderr
    assert mine.examples("stopped").keys() == {article["id"] for article in articles}


def test_without_a_worker_push_says_so_in_time_and_sends_nothing_twice(own_server, tmp_path):
    mine = Bench(own_server.url, tmp_path)
    path = write(tmp_path / "a.jsonl", plain_articles(4))
    mine.set_up("idle")
    done = mine.run("doccano_push", path, "--project", "idle", "--deadline", 2)
    assert done.returncode == 1 and "is the task worker running (`doccano task`)?" in done.stderr
    own_server.start_worker()
    again = mine.run("doccano_push", path, "--project", "idle")
    assert again.returncode == 0, again.stderr
    assert "waiting for the end of an import" in again.stdout and "idle: 0 new, 4 same" in again.stdout
    assert len(mine.examples("idle")) == 4


def test_an_import_whose_worker_was_killed_is_forgotten_on_demand_and_its_missing_spans_are_added(bench, tmp_path):
    articles = plain_articles(3)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("dead")
    bench.run("doccano_push", path, "--project", "dead")
    server = bench.login()
    number = server.project("dead")
    # As such a worker leaves it: the first article without its spans, the last not there, the task never ready.
    bench.client("delete_all_spans", number, bench.examples("dead")[articles[0]["id"]]["id"])
    bench.client("delete_example", number, bench.examples("dead")[articles[2]["id"]]["id"])
    lost = {
        "event": "sent",
        "url": server.url,
        "project": number,
        "task": "no-such-task",
        "articles": [a["id"] for a in articles],
    }
    with path.with_name("a.jsonl.pushed").open("a", encoding="utf-8") as file:
        file.write(json.dumps(lost) + "\n" + '{"event": "sent", "cut')
    waited = bench.run("doccano_push", path, "--project", "dead", "--deadline", 1)
    assert waited.returncode == 1 and "--forget" in waited.stderr
    done = bench.run("doccano_push", path, "--project", "dead", "--forget")
    assert done.returncode == 0, done.stderr
    assert "waiting" not in bench.run("doccano_push", path, "--project", "dead").stdout
    bench.confirm("dead")
    assert bench.run("doccano_pull", path, tmp_path / "out", "--project", "dead").returncode == 0
    assert surfaces(read(tmp_path / "out" / "gold.jsonl")) == surfaces(articles)


def test_a_wrong_password_and_a_wrong_address_are_one_clear_line(bench, tmp_path):
    path = write(tmp_path / "a.jsonl", plain_articles(1))
    wrong = bench.run("doccano_push", path, password="not-this-one")
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1 and "check the name and DOCCANO_PASSWORD" in wrong.stderr
    nowhere = Bench(f"http://127.0.0.1:{free_port()}", tmp_path).run("doccano_push", path)
    assert nowhere.returncode == 1
    assert nowhere.stderr.count("\n") == 1 and "no server answers there" in nowhere.stderr


def test_an_annotator_cannot_push_or_pull_and_is_told_why(bench, tmp_path):
    path = write(tmp_path / "a.jsonl", plain_articles(1))
    bench.set_up("role", "rami")
    for command in (("doccano_push", path), ("doccano_pull", path, tmp_path / "out")):
        done = bench.run(*command, "--project", "role (rami)", "--username", "rami", password=bench.accounts["rami"])
        assert done.returncode == 1
        assert "rami is annotator in 'role (rami)'; use an account that is project_admin there" in done.stderr


def test_a_changed_text_is_reported_and_replaced_only_where_nobody_has_worked(bench, tmp_path):
    articles = plain_articles(3)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("changed")
    bench.run("doccano_push", path, "--project", "changed")
    bench.confirm("changed", only=articles[0]["id"])
    for article in articles[:2]:
        article["text"] += "\nتصحيح"
    write(path, articles)
    told = bench.run("doccano_push", path, "--project", "changed")
    assert (
        told.stdout.count("its text is another in 'changed' than here") == 2
        and "2 changed, 0 new, 1 same" in told.stdout
    )
    updated = bench.run("doccano_push", path, "--project", "changed", "--update")
    assert updated.returncode == 0, updated.stderr
    assert (
        f"article {articles[0]['id']}: its text is another in 'changed' than here; somebody has worked on it"
        in updated.stdout
    )
    texts = {key: example["text"].endswith("تصحيح") for key, example in bench.examples("changed").items()}
    assert texts == {articles[0]["id"]: False, articles[1]["id"]: True, articles[2]["id"]: False}


def test_second_copies_that_nobody_touched_are_removed_and_foreign_articles_are_left(bench, tmp_path):
    from ar_news.annotation.doccano_import import row
    from ar_news.data.articles import Article, Span

    articles = plain_articles(2)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("copies")
    bench.run("doccano_push", path, "--project", "copies")
    server = bench.login()
    number = server.project("copies")
    record = row(
        Article(
            articles[0]["id"],
            articles[0]["text"],
            tuple(Span(s["start"], s["end"], s["label"]) for s in articles[0]["spans"][:0]),
        )
    )
    bench.client(
        "create_example",
        number,
        record.pop("text"),
        meta={key: value for key, value in record.items() if key != "label"},
    )
    bench.client("create_example", number, "من مكان آخر", meta={"source": "elsewhere"})
    done = bench.run("doccano_push", path, "--project", "copies")
    assert "1 second copies deleted" in done.stdout and "1 articles have no article_id" in done.stdout
    assert len(server.examples(number)) == 3


@pytest.mark.parametrize(
    "fault, word",
    [
        ({"text": ""}, "the text is empty"),
        ({"spans": [[0, 3, "CITY"]]}, "unknown label"),
        ({"spans": [[0, 999999, "PERSON"]]}, "out of range"),
        ({"spans": [[0, 5, "PERSON"], [2, 8, "PERSON"]]}, "overlap"),
    ],
)
def test_what_doccano_would_drop_in_silence_is_refused_before_anything_is_sent(bench, tmp_path, fault, word):
    bench.set_up("faulty")
    good = {"id": "good", "text": "وصل ماكرون إلى بيروت", "spans": []}
    path = write(tmp_path / "a.jsonl", [good, {"id": "bad", "text": "وصل ماكرون إلى بيروت مساء", "spans": [], **fault}])
    done = bench.run("doccano_push", path, "--project", "faulty")
    assert done.returncode == 1 and "article bad" in done.stderr and word in done.stderr
    assert bench.examples("faulty") == {}


# --- pull -----------------------------------------------------------------------------------------------------


def test_the_offsets_of_an_article_are_mapped_once_however_many_spans_it_has(monkeypatch):
    from ar_news.annotation import doccano_client as doccano
    from ar_news.annotation.doccano_export import Pull
    from ar_news.data.articles import Article

    text = "🎉 ماكرون " * 9400
    spans = [{"id": n, "user": 1, "label": 0, "start_offset": 10 * n + 3, "end_offset": 10 * n + 9} for n in range(200)]
    mapped, lengths = [], doccano.utf16_lengths
    monkeypatch.setattr(doccano, "utf16_lengths", lambda text: mapped.append(text) or lengths(text))
    pull = Pull()
    clock = time.perf_counter()
    pull.read(Shelf([example("long", text)], spans), "shelf", {"long": Article("long", text)}, "sara", False)
    seconds = time.perf_counter() - clock
    assert pull.faults == [] and {text[s.start : s.end] for s in pull.found["long"].spans} == {"ماكرون"}
    assert len(pull.found["long"].spans) == 200 and len(mapped) == 1 and seconds < 1


def test_a_fault_tells_the_page_of_its_article_without_a_search_through_all_articles():
    from ar_news.annotation.doccano_export import Pull
    from ar_news.data.articles import Article

    keys = [f"a{n}" for n in range(30)]
    shelf = Shelf([example(key, "نص آخر" if key == "a20" else "نص") for key in keys])
    pull, Example.compared = Pull(), 0
    pull.read(shelf, "shelf", {key: Article(key, "نص") for key in keys}, "sara", False)
    (fault,) = pull.faults
    assert fault.startswith("article a20 (http://127.0.0.1:8000/projects/1/sequence-labeling?page=21): ")
    assert Example.compared == 0


def test_only_confirmed_articles_are_pulled_and_confirmed_without_names_is_not_unannotated(bench, tmp_path):
    articles = [
        {"id": "named", "text": "وصل ماكرون إلى بيروت", "spans": [[4, 10, "PERSON"]]},
        {"id": "empty", "text": "لا اسم في هذا النص", "spans": []},
        {"id": "waiting", "text": "وهذا لم يقرأه أحد", "spans": []},
    ]
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("confirmed", "hala")
    bench.run("doccano_push", path, "--project", "confirmed", "--annotators", "hala")
    for name in ("named", "empty"):
        bench.confirm("confirmed (hala)", "hala", only=name)
    done = bench.run("doccano_pull", path, tmp_path / "out", "--project", "confirmed", "--annotators", "hala")
    assert "1 confirmed, 1 confirmed without names, 1 unconfirmed" in done.stdout
    named, empty = read(tmp_path / "out" / "hala.jsonl")
    assert (named["id"], empty["id"], empty["spans"], empty["confirmed"]) == ("named", "empty", [], True)
    assert named["annotator"] == "hala" and named["doccano"]["confirmed_by"] == ["hala"]
    assert named["doccano"]["confirmed_at"][0].startswith("20") and named["doccano"]["marked_by"] == ["admin"]
    bench.run("doccano_pull", path, tmp_path / "all", "--project", "confirmed", "--annotators", "hala", "--unconfirmed")
    assert [(r["id"], r["confirmed"]) for r in read(tmp_path / "all" / "hala.jsonl")][2] == ("waiting", False)


def test_one_bad_article_never_stops_the_rest_and_loose_spans_are_narrowed(bench, tmp_path):
    articles = [
        {"id": "loose", "text": "نقلت «رويترز» عن ماكرون", "spans": []},
        {"id": "beyond", "text": "🎉 وصل ماكرون", "spans": []},
        {"id": "halved", "text": "🎉 عاد ماكرون", "spans": []},
        {"id": "fine", "text": "🎉 غادر ماكرون", "spans": [[7, 13, "PERSON"]]},
    ]
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("bad")
    bench.run("doccano_push", path, "--project", "bad")
    bench.mark("bad", "loose", 4, 14, "MEDIA")
    bench.mark("bad", "beyond", 3, 400, "PERSON")
    bench.mark("bad", "halved", 1, 6, "PERSON")
    server = bench.login()
    bench.client("create_comment", server.project("bad"), bench.examples("bad")["loose"]["id"], "هل الاسم كامل؟")
    bench.confirm("bad")
    done = bench.run("doccano_pull", path, tmp_path / "out", "--project", "bad")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "article beyond" in done.stderr and "article halved" in done.stderr and done.stderr.count("error:") == 2
    back = {record["id"]: record for record in read(tmp_path / "out" / "gold.jsonl")}
    assert back.keys() == {"loose", "fine"}
    assert [span["text"] for span in back["loose"]["spans"]] == ["رويترز"] and "narrowed to 'رويترز'" in done.stdout
    assert back["loose"]["doccano"]["comments"] == ["admin: هل الاسم كامل؟"]
    assert [span["text"] for span in back["fine"]["spans"]] == ["ماكرون"]


def test_a_text_edited_on_the_server_is_a_fault_and_its_offsets_are_not_trusted(bench, tmp_path):
    articles = plain_articles(2)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("edited")
    bench.run("doccano_push", path, "--project", "edited")
    server = bench.login()
    example = bench.examples("edited")[articles[0]["id"]]
    bench.client("update_example", server.project("edited"), example["id"], text="كلمة " + example["text"])
    bench.confirm("edited")
    done = bench.run("doccano_pull", path, tmp_path / "out", "--project", "edited")
    assert done.returncode == 1 and f"article {articles[0]['id']}" in done.stderr and "another than here" in done.stderr
    assert [record["id"] for record in read(tmp_path / "out" / "gold.jsonl")] == [articles[1]["id"]]


def test_what_was_pulled_once_stays_when_it_is_gone_from_the_server(bench, tmp_path):
    articles = plain_articles(3)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("gone")
    bench.run("doccano_push", path, "--project", "gone")
    bench.confirm("gone", only=articles[0]["id"])
    bench.run("doccano_pull", path, tmp_path / "out", "--project", "gone")
    server = bench.login()
    bench.client("delete_example", server.project("gone"), bench.examples("gone")[articles[0]["id"]]["id"])
    bench.confirm("gone", only=articles[2]["id"])
    done = bench.run("doccano_pull", path, tmp_path / "out", "--project", "gone")
    assert "1 kept from an earlier pull" in done.stdout
    assert (
        "1 articles of" in done.stdout and "are in none of the projects: never pushed, or deleted there" in done.stdout
    )
    assert [record["id"] for record in read(tmp_path / "out" / "gold.jsonl")] == [articles[0]["id"], articles[2]["id"]]


def test_a_withdrawn_confirmation_is_no_gold_any_more_and_is_counted(bench, tmp_path):
    articles = plain_articles(3)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("withdrawn")
    bench.run("doccano_push", path, "--project", "withdrawn")
    bench.confirm("withdrawn")
    bench.run("doccano_pull", path, tmp_path / "out", "--project", "withdrawn")
    # The check mark, pressed again.
    server = bench.login()
    number, example = server.project("withdrawn"), bench.examples("withdrawn")[articles[1]["id"]]["id"]
    bench.client("update_example_state", number, example)
    assert not bench.examples("withdrawn")[articles[1]["id"]]["is_confirmed"]
    for options, told in ((), "1 unconfirmed, 1 withdrawn)"), (("--unconfirmed",), "1 unconfirmed)"):
        done = bench.run("doccano_pull", path, tmp_path / "out", "--project", "withdrawn", *options)
        assert done.returncode == 0 and told in done.stdout and "earlier pull" not in done.stdout
        confirmed = [r["id"] for r in read(tmp_path / "out" / "gold.jsonl") if r["confirmed"]]
        assert confirmed == [articles[0]["id"], articles[2]["id"]]


@pytest.mark.parametrize("unconfirmed, ids", [(False, ["gone"]), (True, ["there", "gone"])])
def test_an_earlier_confirmation_stays_only_while_its_article_is_gone(unconfirmed, ids):
    from ar_news.annotation.doccano_export import Pull
    from ar_news.data.articles import Article

    pool = {key: Article(key, "نص") for key in ("there", "gone")}
    previous = [Article(key, "نص", meta={"confirmed": True}) for key in pool]
    pull = Pull()
    pull.read(Shelf([example("there", "نص", confirmed=False)]), "shelf", pool, "sara", unconfirmed)
    pull_states = {article.id: article.meta["confirmed"] for article in pull.merge(previous, pool)}
    assert list(pull_states) == ids and pull_states["gone"] and not pull_states.get("there")
    assert pull.counts == {"unconfirmed": 1, "withdrawn": 1, "kept from an earlier pull": 1}


def test_what_a_lost_server_left_unread_stays_as_an_earlier_pull_had_it(monkeypatch):
    from ar_news.annotation.doccano_export import Pull
    from ar_news.data.articles import Article
    from ar_news.data.files import InputError

    keys = ("a", "b", "c")
    pool = {key: Article(key, "نص") for key in keys}
    shelf, asked = Shelf([example(key, "نص") for key in keys]), []

    def lost_at_the_second(project, number):
        asked.append(number)
        if number == "b":
            raise InputError("no server answers there")
        return []

    monkeypatch.setattr(shelf, "spans", lost_at_the_second)
    pull = Pull()
    with pytest.raises(InputError):
        pull.read(shelf, "shelf", pool, "sara", False)
    merged = pull.merge([Article(key, "نص", meta={"confirmed": True, "old": True}) for key in keys], pool)
    assert [(article.id, article.meta.get("old", False)) for article in merged] == [
        ("a", False),
        ("b", True),
        ("c", True),
    ]


def test_a_server_stopped_in_the_middle_of_a_pull_keeps_what_came_before(own_server, tmp_path, monkeypatch, capsys):
    import doccano_pull
    from ar_news.annotation.doccano_client import Doccano
    from ar_news.data.files import InputError

    mine = Bench(own_server.url, tmp_path)
    own_server.start_worker()
    articles = plain_articles(8)
    path = write(tmp_path / "a.jsonl", articles)
    mine.set_up("cut")
    mine.run("doccano_push", path, "--project", "cut")
    mine.confirm("cut")
    spans, calls = Doccano.spans, []

    def spans_until_the_fifth(self, project, example):
        calls.append(example)
        if len(calls) == 5:
            kill_web(own_server)
        return spans(self, project, example)

    monkeypatch.setattr(Doccano, "spans", spans_until_the_fifth)
    monkeypatch.setenv("DOCCANO_PASSWORD", PASSWORD)
    with pytest.raises(InputError, match="no server answers there"):
        doccano_pull.main(path, tmp_path / "out", "", "cut", own_server.url, "admin", False)
    assert len(read(tmp_path / "out" / "gold.jsonl")) == 4
    own_server.start_web()
    assert mine.run("doccano_pull", path, tmp_path / "out", "--project", "cut").returncode == 0
    assert surfaces(read(tmp_path / "out" / "gold.jsonl")) == surfaces(articles)


# --- two annotators -------------------------------------------------------------------------------------------


def test_articles_are_shared_out_evenly_with_an_overlap_that_stays_when_articles_are_added(bench, tmp_path):
    articles = plain_articles(20)
    bench.set_up("shared", "amal badr")
    names = ("shared (amal)", "shared (badr)")
    for number, overlap in ((10, 4), (20, 8)):
        path = write(tmp_path / "a.jsonl", articles[:number])
        done = bench.run("doccano_push", path, "--project", "shared", "--annotators", "amal,badr", "--overlap", 0.4)
        assert done.returncode == 0, done.stderr
        one, two = (bench.examples(name).keys() for name in names)
        assert len(one & two) == overlap and len(one | two) == number and abs(len(one) - len(two)) <= 1


def test_two_annotators_who_disagree_are_compared_adjudicated_in_doccano_and_become_valid_gold(bench, tmp_path, script):
    articles = plain_articles(12)
    path = write(tmp_path / "a.jsonl", articles)
    bench.set_up("pair", "dina emad")
    both = ("--project", "pair", "--annotators", "dina emad")
    assert bench.run("doccano_push", path, *both, "--overlap", 1).returncode == 0
    first, second, third = (next(a for a in articles[n:] if len(a["spans"]) > 3) for n in (0, 4, 8))
    # One-sided, another label, another boundary.
    bench.unmark("pair (emad)", first["id"], first["spans"][0]["text"], "emad")
    place = bench.unmark("pair (emad)", second["id"], second["spans"][0]["text"], "emad")
    other = "MEDIA" if second["spans"][0]["label"] != "MEDIA" else "PERSON"
    bench.mark("pair (emad)", second["id"], *place, other, "emad")
    long = next(s for s in third["spans"] if " " in s["text"])
    start, _ = bench.unmark("pair (emad)", third["id"], long["text"], "emad")
    bench.mark("pair (emad)", third["id"], start, start + long["text"].index(" "), long["label"], "emad")
    for name in ("dina", "emad"):
        bench.confirm(f"pair ({name})", name)
    assert bench.run("doccano_pull", path, tmp_path / "pulled", *both).returncode == 0

    done = script("annotation_adjudicate", tmp_path / "pulled", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert "disagreements: 1 one-sided, 1 label, 1 boundary" in said
    agreement = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))["dina, emad"]
    assert agreement["articles"] == 12 and 0.9 < agreement["agreement"]["ALL"]["f1"] < 1
    assert 0.9 < agreement["agreement"]["ALL"]["kappa"] < 1
    shown = (tmp_path / "out" / "disagreements.html").read_text(encoding="utf-8")
    assert shown.count("<h2>") == 3 and 'dir="rtl"' in shown and "<th>emad</th>" in shown
    assert len(read(tmp_path / "out" / "gold.jsonl")) == 9
    open_ids = [record["id"] for record in read(tmp_path / "out" / "unresolved.jsonl")]
    assert sorted(open_ids) == sorted({first["id"], second["id"], third["id"]})

    # Back to Doccano: the adjudicator restores dina's version.
    bench.set_up("pair", "judge")
    unresolved = tmp_path / "out" / "unresolved.jsonl"
    judge = ("--project", "pair", "--annotators", "judge")
    assert bench.run("doccano_push", unresolved, *judge).returncode == 0
    for article, span in ((first, first["spans"][0]), (second, second["spans"][0]), (third, long)):
        units = [len(article["text"][:edge].encode("utf-16-le")) // 2 for edge in (span["start"], span["end"])]
        bench.mark("pair (judge)", article["id"], *units, span["label"], "judge")
    bench.confirm("pair (judge)", "judge")
    assert bench.run("doccano_pull", unresolved, tmp_path / "judged", *judge).returncode == 0
    done = script(
        "annotation_adjudicate",
        tmp_path / "pulled",
        "--output",
        tmp_path / "out",
        "--decided",
        tmp_path / "judged" / "judge.jsonl",
    )
    assert done.returncode == 0, done.stderr.decode()
    final = read(tmp_path / "out" / "gold.jsonl")
    assert surfaces(final) == surfaces(articles)
    assert {record["id"] for record in final if record["decided"] == "adjudication"} == set(open_ids)
    assert script("corpus_split", tmp_path / "out" / "gold.jsonl", "--output", tmp_path / "corpus").returncode == 0
    checked = script("corpus_check", tmp_path / "corpus", "--output", tmp_path / "manifest.json")
    assert checked.returncode == 0, checked.stderr.decode()


# --- the workflow ---------------------------------------------------------------------------------------------


def test_the_workflow_suggests_sets_up_pushes_pulls_and_adjudicates(bench, tmp_path):
    for name in ("configs", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("*.jsonl"))
    for name in ("project.yml", "requirements-annotation.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv-annotation").symlink_to(ROOT / ".venv-annotation")
    write(tmp_path / "my articles.jsonl", [{"id": a["id"], "text": a["text"]} for a in plain_articles(6)])

    def workflow(name, **variables):
        given = {"annotators": "samar ziad", "overlap": 1, "doccano": bench.url, "project": "flow", **variables}
        options = [part for key, value in given.items() for part in (f"--vars.{key}", str(value))]
        return subprocess.run(
            [sys.executable, "-m", "spacy", "project", "run", name, ".", *options],
            cwd=tmp_path,
            check=False,
            env={**os.environ, "DOCCANO_PASSWORD": PASSWORD},
            capture_output=True,
            encoding="utf-8",
        )

    for _ in range(2):
        done = workflow("annotate", articles="my articles.jsonl", pick="random", number=4)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "country and outlet lists suggest" in done.stdout and "flow (samar): 0 new, 4 same" in done.stdout
    for name in ("samar", "ziad"):
        bench.confirm(f"flow ({name})")
    done = workflow("collect")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "samar, ziad:" in done.stdout and "disagreements: none" in done.stdout
    gold = read(tmp_path / "training" / "annotation" / "gold.jsonl")
    assert [record["passes"] for record in gold] == [2, 2, 2, 2] and all(record["spans"] for record in gold)


# --- the page itself ------------------------------------------------------------------------------------------

FIND = """word => {
  for (const line of document.querySelectorAll('.annotation-text text')) {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(word);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      const box = range.getBoundingClientRect();
      return {left: box.left, right: box.right, y: box.top + box.height / 2};
    }
  }
}"""


def test_a_name_selected_in_the_page_behind_an_emoji_is_pulled_back_exact(bench, tmp_path, page):
    """Log in as the annotator, switch to RTL, mark by mouse, confirm; the screenshots are those of the README."""
    headline = "عاجل 🎉👨‍👩‍👧 كازاخستان تقترب من الاتفاقات الإبراهيمية"
    text = f"{headline}\nنقل موقع «أكسيوس» عن مسؤولين 🇶🇦 أن الرئيس توكاييف بحث الأمر مع ترامب،\nوأكدت سكاي نيوز عربية أن الإعلان وشيك."
    suggested = [("أكسيوس", "MEDIA"), ("توكاييف", "PERSON"), ("ترامب", "PERSON"), ("سكاي نيوز عربية", "MEDIA")]
    spans = [[text.index(name), text.index(name) + len(name), label] for name, label in suggested]
    path = write(tmp_path / "a.jsonl", [{"id": "news-1", "text": text, "spans": spans}])
    bench.set_up("Arabic news NER", "sara")
    assert bench.run("doccano_push", path, "--annotators", "sara").returncode == 0
    shots = ROOT / "training" / "screenshots"

    page.goto(f"{bench.url}/auth")
    page.fill("input[name=username]", "sara")
    page.fill("input[type=password]", bench.accounts["sara"])
    page.press("input[type=password]", "Enter")
    page.wait_for_url("**/projects?**")
    number = bench.login().project("Arabic news NER (sara)")
    page.goto(f"{bench.url}/projects/{number}/sequence-labeling?page=1")
    page.wait_for_selector(".annotation-text text")
    # The page lays its lines out a while after it shows them.
    page.wait_for_timeout(2500)
    page.locator(".v-app-bar button").last.click()
    page.locator(".v-menu__content .v-input--switch").click()
    page.wait_for_timeout(500)
    page.screenshot(path=shots / "doccano-rtl.png")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1000)

    def drag(word):
        place = page.evaluate(FIND, word)
        page.mouse.move(place["right"] - 0.5, place["y"])
        page.mouse.down()
        page.mouse.move((place["left"] + place["right"]) / 2, place["y"], steps=5)
        page.mouse.move(place["left"] + 0.5, place["y"], steps=5)
        page.mouse.up()

    def saved():
        return page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/spans"))

    # By the list that opens, and by the key pressed first.
    drag("الاتفاقات الإبراهيمية")
    with saved() as answer:
        page.locator(".menuable__content__active .v-list-item", has_text="AGREEMENT").first.click()
    assert answer.value.status == 201
    page.wait_for_timeout(1000)
    page.keyboard.press(next(label["key"] for label in LABELS if label["label"] == "COUNTRY"))
    page.wait_for_timeout(500)
    with saved() as answer:
        drag("كازاخستان")
    assert answer.value.status == 201
    page.wait_for_timeout(1000)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/states")):
        page.locator(".v-main button").nth(0).click()
    page.mouse.move(640, 700)
    page.wait_for_timeout(1000)
    page.screenshot(path=shots / "doccano-annotated.png")

    done = bench.run("doccano_pull", path, tmp_path / "out", "--annotators", "sara")
    assert done.returncode == 0, done.stderr
    (record,) = read(tmp_path / "out" / "sara.jsonl")
    assert [(span["text"], span["label"]) for span in record["spans"]] == [
        ("كازاخستان", "COUNTRY"),
        ("الاتفاقات الإبراهيمية", "AGREEMENT"),
        *suggested,
    ]
    assert record["doccano"]["confirmed_by"] == ["sara"] and record["doccano"]["marked_by"] == ["admin", "sara"]
