"""Train a CPU pipeline by a config and overrides, so that the same inputs on one machine give the same weights."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from spacy.cli._util import parse_config_overrides, setup_gpu
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from threadpoolctl import threadpool_limits

from ar_news.data.files import LIBRARY, ROOT, InputError
from ar_news.data.stamps import Stamp
from ar_news.pipeline import (  # noqa: F401  (importing them registers what the config names)
    edges,
    listener,
    name_rules,
    second_look,
    tokenizer,
    word_layers,
)
from ar_news.training import chain, signs, swaps  # noqa: F401  (likewise)

# What decides the weights besides config and articles; by the names that the last four programs leave the best step is chosen.
PROGRAMS = [
    *(
        ROOT / "configs" / name
        for name in ("names.txt", "name_rules.json", "people.json", "countries.json", "outlets.json")
    ),
    *(LIBRARY / "training" / f"{name}.py" for name in ("signs", "swaps")),
    *(
        LIBRARY / "pipeline" / f"{name}.py"
        for name in ("tokenizer", "word_layers", "name_rules", "second_look", "edges", "bare")
    ),
]


# spaCy's own variable: `spacy project run` neither sees it nor trains again for it.
VARIABLE = "SPACY_CONFIG_OVERRIDES"


Overrides = Annotated[
    str,
    typer.Option(help='Values for the config, as KEY=VALUE by spaces: "training.max_steps=8000 training.dropout=0.1".'),
]


def read_overrides(text: str) -> dict[str, Any]:
    """`training.max_steps=8000 training.dropout=0.1` as a dictionary of dotted keys; InputError for another form."""
    if os.environ.get(VARIABLE):
        raise InputError(
            f'{VARIABLE} is set, which a workflow cannot see; unset it and give --vars.overrides "KEY=VALUE"'
        )
    pairs = text.split()
    bad = [pair for pair in pairs if not pair.lstrip("-").partition("=")[2] or "." not in pair.partition("=")[0]]
    if bad:
        raise InputError(
            f"--overrides: {bad[0]!r} is no KEY=VALUE with a dotted key; write for example training.max_steps=8000"
        )
    return dict(parse_config_overrides([f"--{pair.lstrip('-')}" for pair in pairs], env_var=None))


def check_keys(config: Path, overrides: dict[str, Any]) -> None:
    """InputError for an override of a key that the config does not have: spaCy may take it and use it for nothing."""
    try:
        whole = load_config(config)
    except (OSError, ValueError) as error:
        raise InputError(f"{config}: no config can be read ({str(error).splitlines()[0]}); correct the path") from None
    for key in overrides:
        block: Any = whole
        for part in key.split("."):
            if not isinstance(block, dict) or part not in block:
                raise InputError(f"{config}: has no {key}, so it cannot be overridden; look for the right name there")
            block = block[part]


def word_layers_of(pipeline: Path) -> dict[str, Any]:
    """The block components.tok2vec of a trained pipeline; InputError if it has none that stands alone."""
    try:
        block = load_config(pipeline / "config.cfg")["components"]["tok2vec"]
        alone = not block["model"]["embed"].get("include_static_vectors") and (pipeline / "tok2vec" / "model").exists()
    except (OSError, ValueError, KeyError):
        alone = False
    if not alone:
        raise InputError(f"{pipeline}: has no word layers (tok2vec, without vectors) to begin with; choose another one")
    return block


def train_pipeline(
    config: Path,
    output: Path,
    overrides: dict[str, Any],
    inputs: Iterable[Path] = (),
    start: Path | None = None,
    gpu: int = -1,
    words: Path | None = None,
) -> bool:
    """Train, and put the folder with model-best and model-last in its place when the training has ended.

    overrides: values of the config by dotted key, paths and seed included. inputs: what else the training reads than the
    config and the files at `paths.train` and `paths.dev`. start: a pipeline whose components are trained further. words: a
    pipeline whose word layers the training begins with, in their sizes; `ner` begins from nothing.

    Returns False if the folder was there already, made of the same. Raises InputError for what cannot be read or
    does not fit the config.
    """
    check_keys(config, overrides)
    used = [config, *PROGRAMS, *inputs, *([start] if start else [])]
    used += [Path(overrides[key]) for key in ("paths.train", "paths.dev") if key in overrides]
    named = {key: value for key, value in overrides.items() if not key.startswith("paths.")}
    if words:
        # What spaCy's own pretraining is given as: a layout and a file of weights.
        weights = words / "tok2vec" / "model"
        used += [weights]
        overrides = {**overrides, "paths.init_tok2vec": str(weights)}
    stamp = Stamp(output, {"overrides": named}, used)
    if stamp.fresh():
        return False
    try:
        whole = load_config(config, overrides=overrides)
        for part in whole["nlp"]["pipeline"] if start else ():
            # What has no weights is that of the config, and need not be there.
            if "model" in whole["components"][part]:
                whole["components"][part] = {"source": str(start)}
        if words:
            whole["components"]["tok2vec"] = word_layers_of(words)
        setup_gpu(gpu, silent=True)
        # With another number of threads numpy's products are another draw; two bring nothing, as the products are small.
        with stamp.making(holds="model-best") as temporary, threadpool_limits(limits=1, user_api="blas"):
            temporary.mkdir()
            train(init_nlp(whole, use_gpu=gpu), temporary, use_gpu=gpu, stdout=sys.stdout, stderr=sys.stderr)
    except ValueError as error:
        # Of spaCy and of confection (ConfigValidationError is one): their first line names the key.
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"{config}: cannot be trained ({reason}); correct the config or the overrides") from None
    return True
