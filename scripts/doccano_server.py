"""Run a Doccano server on this machine: installed, with a database and an admin, web server and task worker together."""

from ar_news.cli import run

import signal
import subprocess
import time
from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.doccano_client import USERNAME, new_password
from ar_news.annotation.doccano_server import ENVIRONMENT, PYTHONS, Server, interpreter
from ar_news.annotation.own_environment import prepare_client
from ar_news.data.files import ROOT, InputError
from ar_news.environments import HINT, prepare


def main(
    home: Annotated[
        Path, typer.Option(help="Folder for database, uploads and logs. Back it up: it holds your work.")
    ] = (Path("doccano")),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8000,
    username: Annotated[str, typer.Option(envvar=USERNAME, help="Name of the admin.")] = "admin",
    python: Annotated[str, typer.Option(help=f"Python {' or '.join(PYTHONS)} to install Doccano on.")] = "",
    install: Annotated[
        bool, typer.Option("--install", help="Only install Doccano and its client, start nothing.")
    ] = False,
):
    """Start Doccano for annotators on this machine and stop it with Ctrl-C.

    The first start asks for the password of a new admin, or takes it from the environment variable DOCCANO_PASSWORD
    (at least 8 characters), installs Doccano into .venv-doccano (about 710 MB), and makes a database in HOME.

    Only this machine can reach the server. For annotators elsewhere, put a web server with HTTPS before it.
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
        print(f"Doccano is installed in {ENVIRONMENT}")
        return
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
    print("Doccano has stopped", flush=True)


if __name__ == "__main__":
    run(main)
