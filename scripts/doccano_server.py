"""Run a Doccano server on this machine: installed, with a database and an admin, web server and task worker together."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.doccano_client import USERNAME
from ar_news.annotation.doccano_server import PYTHONS, serve
from ar_news.data.files import in_project


def main(
    home: Annotated[
        Path, typer.Option(help="Folder for database, uploads and logs. Back it up: it holds your work.")
    ] = in_project("doccano"),
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
    print(serve(home, port, username, python, install), flush=True)


if __name__ == "__main__":
    run(main)
