"""Run a Doccano server on this machine: installed, with a database and an admin, web server and task worker together."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

import requests

from ar_news.annotation.doccano_client import new_password
from ar_news.annotation.own_environment import prepare_client
from ar_news.data.files import ROOT, InputError
from ar_news.environments import HINT, find_python, inside, prepare

ENVIRONMENT = ROOT / ".venv-doccano"


# Doccano 1.8.4 was driven on these; on 3.8 pip does not find a set of versions that fits.
PYTHONS = ("3.11", "3.10")


START_SECONDS = 120


STOP_SECONDS = 20


def interpreter(wished: str) -> str:
    """The Python to run Doccano on: the wished one, this one, or one on the path. InputError if none fits."""
    python = find_python(PYTHONS, wished)
    if python:
        return python
    raise InputError(
        f"no Python {' or '.join(PYTHONS)}, which Doccano 1.8.4 needs; install one and give it with --python"
    )


class Server:
    """A Doccano server on 127.0.0.1 that keeps database, media, logs and secret key in one folder.

    home: that folder. port: of the web server. environment: the virtual environment that Doccano is in.
    """

    def __init__(self, home: Path, port: int, environment: Path = ENVIRONMENT):
        self.home, self.port = home.resolve(), port
        self.url = f"http://127.0.0.1:{port}"
        # Made when database and admin are complete: a first start may be stopped in the middle.
        self.prepared = self.home / "prepared"
        self.python = inside(environment, "python")
        self.processes: dict[str, subprocess.Popen] = {}

    @cached_property
    def backend(self) -> Path:
        """Folder of Doccano's own code."""
        found = subprocess.run(
            [self.python, "-c", "import backend, os; print(os.path.dirname(backend.__file__))"],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return Path(found.stdout.strip())

    def settings(self) -> dict[str, str]:
        """The environment variables that Doccano reads."""
        self.home.mkdir(parents=True, exist_ok=True)
        key = self.home / "secret_key"
        if not key.exists():
            # Doccano's own default is public, and whoever knows the key can forge a login.
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(48))
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "STANDALONE": "True",
            "DATABASE_URL": f"sqlite:///{(self.home / 'db.sqlite3').as_posix()}",
            "MEDIA_ROOT": str(self.home / "media"),
            "SECRET_KEY": key.read_text(),
            "PYTHONPATH": str(self.backend),
            "PYTHONUTF8": "1",
        }

    def manage(self, *arguments: str, **variables: str) -> str:
        """Output of one of Doccano's management commands; InputError with its last line if it fails."""
        done = subprocess.run(
            [self.python, "manage.py", *arguments],
            cwd=self.backend,
            env={**self.settings(), **variables},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).split("\n")[-1]
            raise InputError(f"{self.home}: Doccano's `{arguments[0]}` failed ({said}); try another --home")
        return done.stdout

    def initialise(self, username: str, password: str) -> None:
        """Make or upgrade the database and make the admin, if there is none of that name.

        The password goes through the environment, as the arguments of a process can be read by everybody.
        """
        self.manage("migrate")
        self.manage("create_roles")
        count = (
            f"from django.contrib.auth.models import User; print(User.objects.filter(username={username!r}).count())"
        )
        if self.manage("shell", "-c", count).strip().endswith("0"):
            self.manage(
                "createsuperuser",
                "--noinput",
                "--username",
                username,
                "--email",
                f"{username}@localhost.invalid",
                DJANGO_SUPERUSER_PASSWORD=password,
            )
        self.prepared.touch()

    def _start(self, name: str, command: list[str]) -> None:
        log = (self.home / f"{name}.log").open("w", encoding="utf-8")
        self.processes[name] = subprocess.Popen(
            [str(self.python), *command],
            cwd=self.backend,
            env=self.settings(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # In a group of their own, so that Ctrl-C reaches only this program, which then stops both in order.
            start_new_session=sys.platform != "win32",
        )
        log.close()

    def check_port(self) -> None:
        """InputError if something answers at the port already."""
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise InputError(f"port {self.port} is taken; stop what runs there or give another --port")

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        self.check_port()
        address = f"127.0.0.1:{self.port}"
        if sys.platform == "win32":
            self._start("web", ["-m", "waitress", f"--listen={address}", "config.wsgi:application"])
        else:
            self._start(
                "web", ["-m", "gunicorn", "--bind", address, "--workers", "2", "--timeout", "120", "config.wsgi"]
            )
        self._wait("web", self._answers)

    def start_worker(self) -> None:
        """Start the task worker, without which no upload is ever imported, and wait until it is ready."""
        pool = ["--pool=solo"] if sys.platform == "win32" else ["--concurrency=1"]
        self._start("worker", ["-m", "celery", "--app=config", "worker", "--loglevel=info", *pool])
        self._wait(
            "worker", lambda: " ready." in (self.home / "worker.log").read_text(encoding="utf-8", errors="replace")
        )

    def _answers(self) -> bool:
        with requests.Session() as session:
            # A proxy of the environment cannot reach this machine.
            session.trust_env = False
            try:
                # Without a login this is 403. /v1/health/ would start a check that takes seconds.
                return session.get(f"{self.url}/v1/me", timeout=5).status_code in (200, 401, 403)
            except requests.RequestException:
                return False

    def _wait(self, name: str, ready) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise InputError(f"Doccano's {name} did not start; see {self.home / f'{name}.log'}")
            time.sleep(0.2)

    def dead(self) -> list[str]:
        """Names of the parts that have ended."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def stop(self) -> None:
        """Stop whatever runs, letting it finish its request; after 20 seconds by force."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


def serve(home: Path, port: int, username: str, python: str = "", install: bool = False) -> str:
    """Run a server until a signal stops it, or only install it and the client of its commands; what is done, in one line.

    Where the home is new, Doccano is installed, a database and the admin are made. python: to install it on. Raises
    InputError for a port that is taken, a password that will not do, and a server that does not start or ends by itself.
    """
    chosen = interpreter(python)
    server = Server(home, port)
    password = ""
    if not install:
        # Before the long installation, so that nobody has to wait for a question.
        server.check_port()
        if not server.prepared.exists():
            password = new_password(username)
    try:
        prepare(ENVIRONMENT, ROOT / "requirements-doccano.txt", "710 MB of disk and 2 to 4 minutes", chosen)
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError(f"{ENVIRONMENT} could not be made ({error}); {HINT}") from None
    if install:
        prepare_client()
        return f"Doccano is installed in {ENVIRONMENT}"
    if password:
        print("Preparing the database …", flush=True)
        server.initialise(username, password)
    stopping = []
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: stopping.append(True))
    try:
        server.start_web()
        server.start_worker()
        print(f"Doccano is ready at {server.url} (admin: {username}); stop it with Ctrl-C", flush=True)
        while not stopping:
            if server.dead():
                raise InputError(f"Doccano's {server.dead()[0]} ended; see {server.home / f'{server.dead()[0]}.log'}")
            time.sleep(0.2)
        print("Stopping …", flush=True)
    finally:
        server.stop()
    return "Doccano has stopped"
