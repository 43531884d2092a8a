"""Set up the annotators' projects in Doccano: labels, shortcut keys, guideline, accounts and roles."""

from ar_news.annotation.own_environment import enter

if __name__ == "__main__":
    enter()

from ar_news.cli import run

from typing import Annotated

import typer

from ar_news.annotation.doccano_client import (
    DEFAULT_PROJECT,
    DEFAULT_URL,
    Annotators,
    Project,
    Url,
    Username,
    connect,
    project_names,
    split_names,
)
from ar_news.annotation.doccano_projects import ANNOTATOR, Language, guideline, set_up_account, set_up_project


def main(
    annotators: Annotators = "",
    project: Project = DEFAULT_PROJECT,
    url: Url = DEFAULT_URL,
    username: Username = "admin",
    language: Annotated[Language, typer.Option(help="Language of the guideline.")] = Language.ar,
):
    """Make or find the projects, their labels with colours and keys, the guideline, and the annotators' accounts.

    Every annotator gets a project of his own, so that nobody sees another's spans. Running it again
    changes nothing; after an edit of configs/labels.json or of the guideline it brings them up to date.
    An account that is made here gets a password that is shown once.

    Example: python scripts/doccano_setup.py --annotators "sara omar"
    """
    names = split_names(annotators)
    server = connect(url, username)
    for annotator, name in project_names(project, names).items():
        changed = set_up_project(server, name, guideline(language))
        number = server.project(name)
        if annotator:
            made = set_up_account(server, annotator)
            if annotator not in server.members(number).values():
                with server.errors(f"add {annotator} to {name!r}"):
                    server.client.add_member(number, annotator, ANNOTATOR)
                changed.append(f"member {annotator}")
            for account, password in made.items():
                print(f"account {account} made; first password, shown only now: {password}")
        print(f"{name}: {', '.join(changed) or 'nothing to change'}; {server.url}/projects/{number}")
    print(
        "Tell the annotators: in the three-dots menu at the top right switch the text to RTL, after every reload of the page."
    )


if __name__ == "__main__":
    run(main)
