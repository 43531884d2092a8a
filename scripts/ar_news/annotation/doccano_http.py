"""What doccano-client lacks: deadlines, retries, lists of more than five rows, an upload that can be waited for.

A session of our own at Doccano's HTTP interface. It raises what requests raises; an HTTPError says what the server said.
"""

import ipaddress
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

# Seconds until a connection, and until an answer; a page of 1000 examples took 15 s.
TIMEOUT = (10, 120)


def is_loopback(url: str) -> bool:
    """Whether an address is one of this machine's own: localhost, 127.0.0.0/8 or ::1."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Patient(HTTPAdapter):
    """A deadline for every request. Only reading is tried again: writing twice could leave two copies.

    What goes to this machine goes through no proxy, which could neither reach it nor should see its passwords.
    """

    def __init__(self):
        super().__init__(
            max_retries=Retry(total=3, backoff_factor=0.5, status_forcelist=(502, 503, 504), allowed_methods=("GET",))
        )

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        direct = is_loopback(request.url)
        return super().send(request, stream, timeout or TIMEOUT, verify, cert, {} if direct else proxies)


class Session:
    """A login at the server of this address, such as http://127.0.0.1:8000. Paths are those below /v1/."""

    def __init__(self, url: str):
        self.url = url
        self._session = requests.Session()
        self._session.headers.update({"Accept": "application/json", "Referer": url})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Patient())

    def _send(self, method: str, path: str, **options) -> requests.Response:
        response = self._session.request(method, f"{self.url}/v1/{path}", **options)
        if response.status_code >= 400:
            with suppress(requests.JSONDecodeError):
                raise requests.HTTPError(str(response.json()), response=response)
        response.raise_for_status()
        return response

    def login(self, username: str, password: str) -> None:
        self.post("auth/login/", {"username": username, "password": password})
        self._session.headers["X-CSRFToken"] = self._session.cookies.get("csrftoken") or ""

    def get(self, path: str, **parameters) -> Any:
        """The JSON at a path."""
        return self._send("GET", path, params=parameters).json()

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON that answers this one."""
        return self._send("POST", path, json=body or {}).json()

    def upload(self, name: str, content: bytes) -> str:
        """Send a file of this name; the server's id of it."""
        return self._send("POST", "fp/process/", files={"filepond": (name, content)}, headers={"Accept": "*/*"}).text

    def ingest(self, project: int, upload: str, kind: str) -> str:
        """Begin the import of an uploaded JSONL file into a project of this kind; id of the server's task."""
        columns = {"column_data": "text", "column_label": "label", "encoding": "utf_8"}
        body = {"uploadIds": [upload], "task": kind, "format": "JSONL", **columns}
        return self.post(f"projects/{project}/upload", body)["task_id"]
