"""Set up the annotators' projects in Doccano: labels, shortcut keys, guideline, accounts and roles."""

import secrets
from enum import Enum

from ar_news.annotation.doccano_client import TYPE, Doccano
from ar_news.data.files import ROOT, InputError
from ar_news.data.labels import load_labels

ANNOTATOR = "annotator"


class Language(str, Enum):
    """Languages that the guideline is written in."""

    ar = "ar"
    en = "en"


def guideline(language: Language) -> str:
    """The guideline for annotators, as Doccano shows it."""
    return (ROOT / "corpus" / f"guideline.{language.value}.md").read_text(encoding="utf-8").strip()


def set_up_project(server: Doccano, name: str, text: str) -> list[str]:
    """Make the project of this name, or bring the one there is up to date; what was changed."""
    found = server.find_projects(name)
    if len(found) > 1:
        server.project(name)
    if found:
        project, changed = found[0], []
        server.check(project)
        if project["guideline"] != text:
            with server.errors("change the guideline"):
                server.client.update_project(project["id"], guideline=text)
            changed.append("guideline")
    else:
        with server.errors(f"make project {name!r}"):
            made = server.client.create_project(
                name=name,
                project_type=TYPE,
                description="People, countries, media outlets and agreements in Arabic news",
                guideline=text,
                collaborative_annotation=True,
                allow_overlapping=False,
                grapheme_mode=False,
            )
            project = {"id": made.id}
        changed = ["project"]
    return changed + set_up_labels(server, project["id"])


def set_up_labels(server: Doccano, project: int) -> list[str]:
    """The label types of configs/labels.json with their colours and keys; what was changed.

    Raises InputError if the project has others, as their spans could not be read back.
    """
    wanted = {label["label"]: label for label in load_labels()}
    there = {kind["text"]: kind for kind in server.labels(project).values()}
    strange = sorted(there.keys() - wanted.keys())
    if strange:
        raise InputError(
            f"{server.url}: project {project} has the label {strange[0]!r}, which configs/labels.json has not; delete it there"
        )
    changed = []
    for text, label in wanted.items():
        kind = there.get(text)
        look = {"suffix_key": label["key"], "color": label["colour"]}
        with server.errors(f"set up label {text}"):
            if kind is None:
                server.client.create_label_type(project, "span", text, **look)
            elif (kind["suffix_key"], kind["background_color"]) != (label["key"], label["colour"]):
                server.client.update_label_type(project, kind["id"], "span", **look)
            else:
                continue
        changed.append(f"label {text}")
    return changed


def set_up_account(server: Doccano, name: str) -> dict[str, str]:
    """Make the account if there is none of this name: {name: first password}, or {}."""
    users = server.get("users", "list the accounts", q=name)
    if any(user["username"] == name for user in users):
        return {}
    password = secrets.token_urlsafe(9)
    with server.errors(f"make the account {name} (that takes a superuser)"):
        server.client.create_user(name, password)
    return {name: password}
