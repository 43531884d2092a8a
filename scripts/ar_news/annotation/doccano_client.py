"""What the Doccano commands share: login, projects, examples, offsets, and what becomes of a server's errors.

Every annotator has a Doccano project of his own, in which suggestions and confirmations are shared with
the admin ("collaborative"). In one project for all, Doccano hides the admin's suggestions from the
annotators, or shows each annotator the other's spans; either way no two annotations are independent and
suggested at once.

Doccano's page counts offsets in UTF-16 code units; ours are Unicode code points. An emoji is two of
the former and one of the latter.
"""

import getpass
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import requests
from typer import Option

from ar_news.annotation.doccano_http import Session, is_loopback
from ar_news.data.articles import Span
from ar_news.data.files import InputError
from ar_news.data.labels import label_names

if TYPE_CHECKING:
    from doccano_client import DoccanoClient

USERNAME, PASSWORD = "DOCCANO_USERNAME", "DOCCANO_PASSWORD"


SHORTEST_PASSWORD, TRIES = 8, 3


TYPE = "SequenceLabeling"


PAGE = 500


Url = Annotated[str, Option("--url", envvar="DOCCANO_URL", help="Address of the Doccano server.")]


Username = Annotated[str, Option("--username", envvar=USERNAME, help="Account with the role project_admin.")]


Project = Annotated[
    str, Option("--project", help="Name or number of the project; an annotator's is `NAME (annotator)`.")
]


Annotators = Annotated[
    str, Option("--annotators", help="Names of the annotators' accounts, by comma or space; none: the project itself.")
]


DEFAULT_URL, DEFAULT_PROJECT = "http://127.0.0.1:8000", "Arabic news NER"


def ask_password(username: str) -> str:
    """The password, from DOCCANO_PASSWORD or else from a prompt; InputError if there is neither."""
    if os.environ.get(PASSWORD):
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        raise InputError(f"no password for {username}; set the environment variable {PASSWORD}")
    return getpass.getpass(f"Password of {username}: ")


def new_password(username: str) -> str:
    """A password for an account that is to be made, from DOCCANO_PASSWORD or typed twice; InputError if there is none long enough."""
    short = f"has less than {SHORTEST_PASSWORD} characters"
    if os.environ.get(PASSWORD) or not sys.stdin.isatty():
        password = ask_password(username)
        if len(password) < SHORTEST_PASSWORD:
            raise InputError(f"{PASSWORD} {short}; set it to a longer one")
        return password
    for _ in range(TRIES):
        password = getpass.getpass(f"New password of {username} (at least {SHORTEST_PASSWORD} characters): ")
        if len(password) < SHORTEST_PASSWORD:
            print(f"that {short}", file=sys.stderr)
        elif getpass.getpass("Once more: ") == password:
            return password
        else:
            print("the two differ", file=sys.stderr)
    raise InputError(f"no password of at least {SHORTEST_PASSWORD} characters in {TRIES} tries; run the command again")


def split_names(names: str) -> list[str]:
    """Annotators, each once, in the order given; InputError for a name that Doccano refuses."""
    found = list(dict.fromkeys(re.findall(r"[^,،\s]+", names)))
    bad = [name for name in found if not re.fullmatch(r"[\w.@+-]{1,60}", name)]
    if bad:
        raise InputError(f"annotator {bad[0]!r}: an account's name has letters, digits and . @ + - _ only")
    return found


def project_names(project: str, annotators: list[str]) -> dict[str, str]:
    """Each annotator's project; without annotators the project itself, under the annotator ''."""
    return {annotator: f"{project} ({annotator})" for annotator in annotators} or {"": project}


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def span_hash(spans: Iterable[tuple[int, int, str]]) -> str:
    """Tells whether spans are still those that were suggested."""
    return text_hash(repr(sorted(tuple(span) for span in spans)))


def utf16_lengths(text: str) -> list[int]:
    """For each code point offset of the text, from 0 to len(text), the same place in UTF-16 code units."""
    return [0, *accumulate(2 if char > "\uffff" else 1 for char in text)]


def to_utf16(text: str, spans: Iterable[Span]) -> list[tuple[int, int, str]]:
    units = utf16_lengths(text)
    return [(units[start], units[end], label) for start, end, label in spans]


@lru_cache(maxsize=1)
def _code_points(text: str) -> dict[int, int]:
    """Code point offsets by UTF-16 offset. The last text's are kept, as its spans are asked for one after the other."""
    return {units: point for point, units in enumerate(utf16_lengths(text))}


def from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The place in code points; None if it is out of the text, empty, or cuts a character in two."""
    points = _code_points(text)
    if start not in points or end not in points or start >= end:
        return None
    return points[start], points[end]


class Doccano:
    """A login at a Doccano server.

    `client` is a DoccanoClient, for what that has a method for. `get`, `post` and `http` reach what it has no or only
    a slow method for, with deadlines.
    """

    def __init__(self, url: str, username: str, password: str):
        self.url = url.rstrip("/")
        self.username, self._password = username, password
        self.http = Session(self.url)
        with self.errors("log in"):
            self.http.login(username, password)

    @cached_property
    def client(self) -> "DoccanoClient":
        """doccano-client, logged in. It has no deadlines, so it gets only short requests, after others were answered."""
        # Here, as it is installed in the environment of these commands only.
        from doccano_client import DoccanoClient

        if is_loopback(self.url):
            # It takes the proxy of the environment, which should not see this machine's passwords.
            others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
            direct = ",".join(filter(None, (others, urlsplit(self.url).hostname)))
            os.environ["no_proxy"] = os.environ["NO_PROXY"] = direct
        client = DoccanoClient(self.url)
        with self.errors("log in"):
            client.login(self.username, self._password)
        return client

    @contextmanager
    def errors(self, action: str) -> Iterator[None]:
        """Turn what goes wrong at the server into an InputError: what could not be done, why, and what to do."""
        try:
            yield
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            said = (
                re.sub(r"[{}\[\]']", "", str(error)).removeprefix("detail: ").removeprefix("non_field_errors: ")[:300]
            )
            what = {
                400: "look at the answer" if action != "log in" else f"check the name and {PASSWORD}",
                401: f"check the name and {PASSWORD}",
                403: "use an account that is project_admin there",
                404: "check the address and that the project is still there",
            }.get(status, "see the server's log")
            raise InputError(f"{self.url}: cannot {action} as {self.username}: {status}, {said}; {what}") from None
        except requests.Timeout:
            raise InputError(
                f"{self.url}: cannot {action}: no answer in time; see the server's log, then run again"
            ) from None
        except requests.RequestException:
            raise InputError(
                f"{self.url}: cannot {action}: no server answers there; start it, then run again"
            ) from None

    def get(self, path: str, action: str, **parameters) -> Any:
        with self.errors(action):
            return self.http.get(path, **parameters)

    def post(self, path: str, action: str, body: Any = None) -> Any:
        with self.errors(action):
            return self.http.post(path, body)

    def find_projects(self, name: str) -> list[dict]:
        """The projects of exactly this name, or the one of this number, that the account may see, as the server describes them."""
        listed = self.all("projects", "list the projects")
        return [p for p in listed if p["name"] == name] or [p for p in listed if str(p["id"]) == name]

    def project(self, name: str) -> int:
        """Id of the project of this name, if this program can work with it.

        Raises InputError if there is none or several, or one that is unfit: of another kind, with offsets in
        graphemes, with overlapping spans, or where members do not see each other's spans.
        """
        found = self.find_projects(name)
        if not found:
            raise InputError(f"{self.url}: no project {name!r}; make it with scripts/doccano_setup.py")
        if len(found) > 1:
            ids = ", ".join(str(project["id"]) for project in found)
            raise InputError(
                f"{self.url}: {len(found)} projects are named {name!r} (numbers {ids}); rename all but one, or give a number"
            )
        project = found[0]
        self.check(project)
        return project["id"]

    def check(self, project: dict) -> None:
        """InputError if a project has another kind or other settings than ours have, or the account is no admin of it."""
        wrong = None
        if project["project_type"] != TYPE:
            wrong = f"is of type {project['project_type']}, not {TYPE}"
        elif project.get("grapheme_mode"):
            wrong = "counts offsets in graphemes, which moves every span in vocalised text"
        elif project.get("allow_overlapping"):
            wrong = "allows overlapping spans"
        elif not project.get("collaborative_annotation"):
            wrong = "does not share annotations among its members, so annotators would see no suggestions"
        if wrong:
            raise InputError(
                f"{self.url}: project {project['name']!r} {wrong}; make another with scripts/doccano_setup.py"
            )
        role = self.get(f"projects/{project['id']}/my-role", "read the role")["rolename"]
        if role != "project_admin":
            raise InputError(
                f"{self.url}: {self.username} is {role} in {project['name']!r}; use an account that is project_admin there"
            )

    def all(self, path: str, action: str, **parameters) -> list[dict]:
        """Every row of a list that the server may cut into pages."""
        found: list[dict] = []
        while True:
            page = self.get(path, action, limit=PAGE, offset=len(found), **parameters)
            if isinstance(page, list):
                return page
            found += page["results"]
            if not page["next"] or not page["results"]:
                return found

    def examples(self, project: int) -> list[dict]:
        """All examples of a project, oldest first: id, text, meta, is_confirmed, comment_count."""
        # An example added between two pages can stand on both.
        found = {example["id"]: example for example in self.all(f"projects/{project}/examples", "list the articles")}
        return list(found.values())

    def labels(self, project: int) -> dict[int, dict]:
        """Label types of a project by id."""
        types = self.get(f"projects/{project}/span-types", "list the labels")
        return {kind["id"]: kind for kind in types}

    def our_labels(self, project: int) -> dict[int, dict]:
        """Label types by id; InputError if they are not those of configs/labels.json, as an import would make missing ones itself."""
        labels = self.labels(project)
        if sorted(kind["text"] for kind in labels.values()) != sorted(label_names()):
            raise InputError(
                f"{self.url}: project {project} has not the labels of configs/labels.json; bring it up to date with scripts/doccano_setup.py"
            )
        return labels

    def spans(self, project: int, example: int) -> list[dict]:
        """Spans of an example: id, user, label (an id), start_offset and end_offset (UTF-16), updated_at."""
        return self.get(f"projects/{project}/examples/{example}/spans", f"read the spans of example {example}")

    def members(self, project: int) -> dict[int, str]:
        """Names of the project's members by user id."""
        return {row["user"]: row["username"] for row in self.get(f"projects/{project}/members", "list the members")}


def connect(url: str, username: str) -> Doccano:
    return Doccano(url, username, ask_password(username))
