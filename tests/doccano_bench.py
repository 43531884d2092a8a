"""A real Doccano server for the tests, and people who work in it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from conftest import ROOT, gold

PASSWORD = "klm-opq-17"
READY = re.compile(r"Doccano is ready at (\S+) ")

# doccano-client is where these tests are not: methods of it, four at a time.
CALLS = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from doccano_client import DoccanoClient
url, account, password, calls = json.load(sys.stdin)
client = DoccanoClient(url)
client.login(account, password)
with ThreadPoolExecutor(4) as pool:
    found = list(pool.map(lambda call: getattr(client, call[0])(*call[1], **call[2]), calls))
print(json.dumps(found, default=lambda value: value.dict() if hasattr(value, "dict") else str(value)))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more):
    return {**os.environ, "PYTHONUTF8": "1", "DOCCANO_PASSWORD": PASSWORD, **more}


def need_server():
    """Skip where Doccano was never installed; the tests would take its 700 MB from the network unasked."""
    from ar_news.annotation import doccano_server, own_environment

    parts = (doccano_server.ENVIRONMENT, own_environment.ENVIRONMENT)
    if not all((part / "installed.sha256").exists() for part in parts):
        pytest.skip("no Doccano here; `python scripts/in_venv.py scripts/doccano_server.py --install` installs it")


def start_command(home, port):
    """scripts/doccano_server.py as a user starts it, once it says that it is ready; the process and its address."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "doccano_server.py"), "--home", str(home), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        match = READY.search(line)
        if match:
            return process, match[1]
    raise AssertionError("".join(said))


def stop_command(process):
    """Ctrl-C; exit code and what was printed since."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


class Bench:
    """A running server, the project's commands against it, and annotators at work there."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.accounts = {"admin": PASSWORD}

    def run(self, name, *arguments, password=PASSWORD):
        """scripts/NAME.py with this server's address; the finished process."""
        done = subprocess.run(
            self.command(name, *arguments),
            env=environment(DOCCANO_PASSWORD=password),
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        for account, first in re.findall(r"account (\S+) made; first password, shown only now: (\S+)", done.stdout):
            self.accounts[account] = first
        return done

    def command(self, name, *arguments):
        return [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments), "--url", self.url]

    def start(self, name, *arguments):
        return subprocess.Popen(
            self.command(name, *arguments),
            env=environment(),
            cwd=ROOT,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def login(self, account="admin"):
        from ar_news.annotation.doccano_client import Doccano

        return Doccano(self.url, account, self.accounts[account])

    def calls(self, account, *calls):
        """What these methods of doccano-client give, with their arguments and options, called by this account."""
        from ar_news.annotation.own_environment import ENVIRONMENT
        from ar_news.environments import inside

        done = subprocess.run(
            [inside(ENVIRONMENT, "python"), "-c", CALLS],
            input=json.dumps([self.url, account, self.accounts[account], calls]),
            capture_output=True,
            encoding="utf-8",
            env=environment(),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def client(self, method, *arguments, account="admin", **options):
        """What this method of doccano-client gives."""
        return self.calls(account, (method, arguments, options))[0]

    def set_up(self, project, annotators=""):
        done = self.run("doccano_setup", "--project", project, "--annotators", annotators)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def examples(self, project):
        """Examples by article id; every id once."""
        server = self.login()
        listed = server.examples(server.project(project))
        found = {example["meta"]["article_id"]: example for example in listed}
        assert len(found) == len(listed)
        return found

    def confirm(self, project, account="admin", only=None):
        """Press the check mark of the project's articles."""
        server = self.login(account)
        number = server.find_projects(project)[0]["id"]
        ids = [
            e["id"]
            for e in server.examples(number)
            if not e["is_confirmed"] and only in (None, e["meta"].get("article_id"))
        ]

        self.calls(account, *(("update_example_state", (number, example), {}) for example in ids))

    def mark(self, project, article, start, end, label, account="admin"):
        """Add a span, in UTF-16 as the page does."""
        server = self.login(account)
        number = server.find_projects(project)[0]["id"]
        ids = {kind["text"]: key for key, kind in server.labels(number).items()}
        example = {e["meta"]["article_id"]: e["id"] for e in server.examples(number)}[article]
        return server.post(
            f"projects/{number}/examples/{example}/spans",
            "mark",
            {"start_offset": start, "end_offset": end, "label": ids[label], "prob": 0.0},
        )

    def unmark(self, project, article, surface, account="admin"):
        """Delete the first span on this surface; where it was, in UTF-16."""
        server = self.login(account)
        number = server.find_projects(project)[0]["id"]
        example = {e["meta"]["article_id"]: e for e in server.examples(number)}[article]
        text = example["text"].encode("utf-16-le")
        for span in sorted(server.spans(number, example["id"]), key=lambda span: span["start_offset"]):
            if text[2 * span["start_offset"] : 2 * span["end_offset"]].decode("utf-16-le") == surface:
                self.client("delete_span", number, example["id"], span["id"], account=account)
                return span["start_offset"], span["end_offset"]
        raise AssertionError(f"no span on {surface}")


# What real files hold and what moves offsets: emoji of several code points, marks, bidi controls, odd line ends.
TRICKY = (
    "🎉 عاجل 👨‍👩‍👧 ",
    "🇶🇦 قَالَ مُحَدِّثُنا إنَّ الأمرَ مُؤكَّدٌ — ",
    "ـــ «الخبـــر» ـــ\r\n",
    "فقرة\u2028أخرى ",
    "\u200f(خاص) \u202bنص\u202c ",
    "𝟚𝟘𝟚𝟝 ٢٥٪ | ",
    "\ttab\u00a0nbsp \ufeff",
    "e\u0301 ﷺ ",
)


def tricky_articles(number):
    """Articles of the corpus, shortened, with a tricky run before every paragraph; spans moved along, all exact."""
    base = [article for split in ("train", "dev", "test") for article in gold(split)]
    articles = []
    for index in range(number):
        source = base[index % len(base)]
        lap = index // len(base)
        text, spans, place = "", [], 0
        for count, paragraph in enumerate(source["text"].split("\n")[lap * 3 : lap * 3 + 3] or [source["text"][:200]]):
            place = source["text"].index(paragraph)
            text += TRICKY[(index + count) % len(TRICKY)]
            shift = len(text) - place
            for span in source["spans"]:
                if place <= span["start"] and span["end"] <= place + len(paragraph):
                    spans.append(
                        {
                            "start": span["start"] + shift,
                            "end": span["end"] + shift,
                            "label": span["label"],
                            "text": span["text"],
                        }
                    )
            text += paragraph + "\n"
        articles.append({"id": f"{source['id']}/{lap}", "text": text, "spans": spans})
    return articles


def plain_articles(number):
    return [{key: article[key] for key in ("id", "text", "spans")} for article in gold("dev")[:number]]


def write(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8", newline="\n")
    return path


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def journal(path):
    """Events of a push so far."""
    path = path.with_name(f"{path.name}.pushed")
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line)["event"] for line in lines if line.endswith("}")]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def copy_home(source, target):
    """A home of its own for a second server: the database as it was before any project, and the key."""
    target.mkdir()
    for name in ("db.sqlite3", "secret_key"):
        shutil.copy(source / name, target / name)
    return target
