"""The labels of configs/labels.json, which feed everything that knows labels."""

import json
from functools import cache

from ar_news.data.files import ROOT


@cache
def load_labels() -> list[dict[str, str]]:
    """The label definitions of configs/labels.json, in their order."""
    return json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))


def label_names() -> list[str]:
    return [label["label"] for label in load_labels()]
