"""One copy of our code in a process, however many of our pipelines are loaded.

Every wheel brings these files along, and what they register spaCy knows by its name alone: a second copy would take
the place of the first (a tokeniser) or be refused with E004 (a component). So a package imports this file before the
others, and gets the modules that are there already where the files are the same.

This file imports nothing but spaCy and the standard library: it is copied into the wheel as it is.
"""

import sys
from importlib import import_module
from pathlib import Path

from spacy.util import registry

# Each package has its own: these know in which one they are.
OWN = ("__init__", "once", "looks")
KEY = "ar_news.brought"


def share(package: str, folder: Path) -> None:
    """Put the modules of earlier copies in the place of a package's own ones that are the same.

    package: its name. folder: where its files lie.

    Raises ImportError if a file is another one than that of a package which this process has loaded.
    """
    if KEY not in registry.misc:
        registry.misc.register(KEY, func={})
    brought: dict[str, tuple[str, str]] = registry.misc.get(KEY)
    for path in sorted(folder.glob("*.py")):
        if path.stem in OWN:
            continue
        text = path.read_text(encoding="utf-8")
        first, known = brought.get(path.stem, (package, text))
        # A package whose import failed is gone again.
        if first == package or first not in sys.modules:
            brought[path.stem] = package, text
        elif known != text:
            raise ImportError(
                f"{package} has another {path.name} than {first}, which is loaded already: they are of two releases; "
                "install both of one release, or each in an environment of its own"
            )
        else:
            module = import_module(f"{first}.{path.stem}")
            sys.modules[f"{package}.{path.stem}"] = module
            setattr(sys.modules[package], path.stem, module)


# `spacy package --code` runs the file by itself.
if __package__:
    share(__package__, Path(__file__).parent)
