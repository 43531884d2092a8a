"""Give a trained pipeline its full description, ready to be packaged."""

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import Enum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from spacy.util import load_config

from ar_news.data.articles import splits_of
from ar_news.data.files import ROOT, read_json
from ar_news.data.labels import label_names
from ar_news.data.stamps import digest
from ar_news.release import folder_of
from ar_news.scores.measuring import kernels
from ar_news.scores.scoring import ALL


class Size(str, Enum):
    """Which of the pipelines it is: what went into each stands in configs/meta-best.json."""

    sm = "sm"
    md = "md"
    trf = "trf"


def performance(scores: dict) -> dict:
    """Scores under the names that spaCy's meta.json uses (0 to 1)."""
    short = {"p": "precision", "r": "recall", "f": "f1"}
    rows = {label: {s: row[long] for s, long in short.items()} for label, row in scores["exact"].items()}
    total = rows.pop(ALL)
    return {
        **{f"ents_{s}": value for s, value in total.items()},
        "ents_per_type": rows,
        "speed": scores["words_per_second"],
    }


def commit() -> str:
    """The commit of the project, with "+" if files that it knows are changed; "" outside a checkout."""
    try:
        head, changed = (
            subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout.strip()
            for asked in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")


def installed(names: Iterable[str]) -> list[str]:
    """NAME==VERSION of those of these packages that are installed, and of all that they need."""
    found: dict[str, str] = {}
    todo = list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        with suppress(PackageNotFoundError):
            if name not in found:
                found[name] = version(name)
                needed = map(Requirement, requires(name) or ())
                todo += [need.name for need in needed if not need.marker or need.marker.evaluate({"extra": ""})]
    return [f"{name}=={found[name]}" for name in sorted(found)]


def made_of(corpus: Path) -> dict[str, Any]:
    """What decides the weights: commit, SHA-256 of the articles, versions of the installed packages, and processor kernels.

    The kernels are those that numpy's and thinc's matrix products choose by the processor: with others the sums are
    rounded in another way, and after some thousand steps that is another pipeline (F 0.899 and 0.912 of one seed).
    """
    packages = installed(("spacy", "wordfreq", "spacy-transformers"))
    return {
        "commit": commit(),
        "data": {f"{name}.jsonl": digest(corpus / f"{name}.jsonl") for name in sorted(splits_of(corpus))},
        "lock": {"sha256": hashlib.sha256("\n".join(packages).encode()).hexdigest(), "packages": packages},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "kernels": kernels(),
    }


def described(corpus: Path, author: str, licence: str, source: str, collections: Sequence[str] = ()) -> dict[str, Any]:
    """Description, author, licence and sources of a pipeline that was trained on a corpus.

    Those of this project's own corpus stand in configs/meta.json. Of another one nothing is claimed but what is given here.
    collections: whose texts were learnt from besides; what their makers and ours say stands among the sources, and what licence the
    pipeline then may have is for its maker to say.
    """
    meta = read_json(ROOT / "configs" / "meta.json", "restore it")
    own_corpus, known = meta.pop("corpus"), meta.pop("collections")
    told = own_corpus if corpus.resolve() == ROOT / "corpus" else {}
    name = source or told.get("name", "")
    own = {
        "name": name,
        "url": told.get("url", ""),
        "author": author or told.get("author", ""),
        "license": told.get("license", ""),
    }
    meta["url"] = told.get("url", "")
    meta["author"] = author or told.get("author", "")
    meta["license"] = licence or ("" if collections else told.get("pipeline_license", ""))
    others = [known.get(collection, {"name": collection}) for collection in collections]
    meta["sources"] = [*([own] if name else []), *others, *meta["sources"]]
    missing = [
        option
        for option, value in (("author", meta["author"]), ("license", meta["license"]), ("source", name))
        if not value
    ]
    if missing:
        given = " and ".join(f"--vars.{option}" for option in missing)
        why = f"texts of {', '.join(collections)} went in" if collections else f"{corpus} is not this project's corpus"
        print(f"warning: the pipeline will tell no {', '.join(missing)}, as {why}; give {given}")
    return meta


def forget_training(pipeline: Path) -> None:
    """Take out of the config of a pipeline how its training articles were copied and where its first weights lay.

    No wheel brings that program along, and the place is one of this machine. Reading asks for nothing of either; a training
    that goes on from the config of an installed wheel would.
    """
    config = load_config(pipeline / "config.cfg")
    if config.get("corpora", {}).get("train", {}).get("augmenter"):
        config["corpora"]["train"]["augmenter"] = None
    if config.get("paths", {}).get("init_tok2vec"):
        config["paths"]["init_tok2vec"] = None
    config.to_disk(pipeline / "config.cfg")


def warn_missing(meta: dict[str, Any]) -> None:
    """Say which labels of configs/labels.json a pipeline cannot find, as no training article had them."""
    missing = set(label_names()) - set(meta["labels"].get("ner", []))
    if missing:
        print(f"warning: the training data held no {', '.join(sorted(missing))}; the pipeline cannot find it")


def tell_start(meta: dict[str, Any], pipeline: str) -> None:
    """Add to a description the pipeline whose word layers the described one began with, and its sources.

    pipeline: its folder, a wheel, or a folder of released wheels; "" for none. Raises InputError for anything else.
    """
    if not pipeline:
        return
    begun = read_json(folder_of(Path(pipeline)) / "meta.json", "restore it")
    known = {key: begun.get(key, "") for key in ("lang", "name", "version")}
    meta["made_of"]["start"] = {**known, "commit": begun.get("made_of", {}).get("commit", "")}
    meta["sources"] += [source for source in begun.get("sources") or [] if source not in meta["sources"]]


def licence_lines(sources: Iterable[dict[str, str]]) -> str:
    """The sources of a pipeline for people, one a line: name, author, address and licence, as far as they are known."""
    lines = (
        "; ".join(filter(None, (source.get(key) for key in ("name", "author", "url", "license")))) for source in sources
    )
    return "".join(f"{line}\n" for line in lines)
