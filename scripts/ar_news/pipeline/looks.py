"""displaCy's colours of our labels, and what `spacy.explain` says of them.

In the project they come from configs/labels.json, in a wheel from its meta.json, where package_describe.py wrote them.

This file imports nothing but spaCy and the standard library: it is copied into the wheel as it is.
"""

import json
from pathlib import Path

from spacy.glossary import GLOSSARY
from spacy.util import get_model_meta, registry


def looks(folder: Path) -> dict[str, tuple[str, str]]:
    """Colour (as #rrggbb) and definition of each label that is known to a package in a folder; none if nothing is told."""
    labels = folder / "../../../configs" / "labels.json"
    try:
        told = get_model_meta(folder)
    except OSError:
        rows = json.loads(labels.read_text(encoding="utf-8")) if labels.exists() else []
        return {row["label"]: (row["colour"], row["definition_en"]) for row in rows}
    definitions = told.get("label_definitions", {})
    return {label: (colour, definitions.get(label, "")) for label, colour in told.get("label_colours", {}).items()}


KNOWN = looks(Path(__file__).resolve().parent)


@registry.displacy_colors(__name__)
def colours() -> dict[str, str]:
    """The colour of each label, for displaCy."""
    return {label: colour for label, (colour, _) in KNOWN.items()}


for label, (_, definition) in KNOWN.items():
    # PERSON is spaCy's own too, and explained already.
    GLOSSARY.setdefault(label, definition)
