"""Lists of countries and outlets, and the keys by which spellings of a name are one."""

import re
from typing import Any

from ar_news.data.files import ROOT, read_json
from ar_news.pipeline.tokenizer import fold


def read_list(name: str) -> Any:
    """A list of configs/."""
    return read_json(ROOT / "configs" / name, "restore it from the repository")


def country_forms() -> set[str]:
    """Every name of a state that configs/countries.json knows, spelling folded, without white space."""
    states = read_list("countries.json")
    return {name_key(form) for state in states for form in state["short"] + state["official"]}


def known_names() -> dict[str, set[str]]:
    """The keys of the countries and outlets that configs/ lists, by label."""
    outlets = read_list("outlets.json")
    names = outlets["anywhere"] + outlets["after_a_generic_noun"]
    return {"COUNTRY": country_forms(), "MEDIA": {name_key(name) for name in names}}


def name_key(name: str) -> str:
    """A name without spelling variants, white space and the article, whose alif لل does not write."""
    return re.sub("^ا?ل", "", "".join(fold(name).split()))
