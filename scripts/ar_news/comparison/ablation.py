"""Train the steps of configs/ablation.json that run on a CPU and measure all of them on the same articles."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

from spacy.tokens import DocBin
from tqdm import tqdm

from ar_news.data.articles import more_files, read_articles
from ar_news.data.files import LIBRARY, ROOT, InputError
from ar_news.data.labels import label_names
from ar_news.data.stamps import Stamp
from ar_news.docs import blank_pipeline, gold_doc
from ar_news.scores.measuring import named_files
from ar_news.scores.scoring import ALL
from ar_news.training.pipelines import train_pipeline

MEASURE = [
    ROOT / "scripts" / "compare_measure.py",
    *(LIBRARY / "scores" / name for name in ("measuring.py", "evaluation.py", "scoring.py")),
]


def read_steps(corpus: Path, folder: Path, more: str = "") -> list[dict]:
    """The steps: name, what is new in it, and either training files, overrides and most seeds, or a folder of ready pipelines.

    corpus, folder: what `{corpus}` and `{run}` stand for in the paths of configs/ablation.json. more: more training articles,
    which count in each step as often as those of the corpus; "" for none. Raises InputError if they are not to be trained on.
    """
    text = (ROOT / "configs" / "ablation.json").read_text(encoding="utf-8")
    steps = json.loads(text.replace("{corpus}", corpus.as_posix()).replace("{run}", folder.as_posix()))
    for file in more_files(more):
        for step in steps:
            if times := step.get("train", {}).get(f"{corpus.as_posix()}/train.jsonl"):
                step["train"][file.as_posix()] = times
    return steps


def write_docs(files: dict[str, int], output: Path) -> None:
    """Articles of several JSONL files, each so many times, as one .spacy file."""
    nlp, docs = blank_pipeline(), DocBin()
    for file, times in files.items():
        for article in tqdm(read_articles([Path(file)]), desc=Path(file).stem, unit="article", disable=None):
            doc, _ = gold_doc(nlp, article)
            for _ in range(times):
                docs.add(doc)
    docs.to_disk(output)


def trained(step: dict, seed: int, base: Path, overrides: dict[str, Any]) -> tuple[Path, int]:
    """A step's pipeline for one seed, and how long it trained, in seconds; it is trained unless it is up to date."""
    output = base / "ablation"
    folder, data = output / step["name"] / str(seed), output / step["name"] / "train.spacy"
    files = [Path(file) for file in step["train"]]
    program = [LIBRARY / name for name in ("docs.py", "pipeline/tokenizer.py")]
    gold = Stamp(data, {"times": list(step["train"].values())}, [*files, *program])
    if not gold.fresh():
        with gold.making() as temporary:
            write_docs(step["train"], temporary)
    paths = {"paths.train": str(data), "paths.dev": str(base / "data" / "dev.spacy"), "system.seed": seed}
    own = step.get("overrides", {})
    read = [Path(value) for key, value in own.items() if key.startswith("paths.")]
    start = output / step["start"] / str(seed) / "model" / "model-best" if "start" in step else None
    train_pipeline(ROOT / "configs" / "cpu.cfg", folder / "model", {**overrides, **own, **paths}, read, start)
    return folder / "model" / "model-best", Stamp(folder / "model", {}, []).seconds


def pipelines(step: dict, seeds: int, base: Path, overrides: dict[str, Any]) -> Iterator[tuple[Path, int]]:
    """The pipelines of a step, one a seed, and how long each trained, in seconds."""
    if "train" in step:
        for seed in range(min(seeds, step.get("most", seeds))):
            yield trained(step, seed, base, overrides)
        return
    found = sorted(base.glob(step["pipelines"]))
    if not found:
        print(f"{step['name']}: left out, as there is no {base / step['pipelines']}; {step['missing']}")
    for model in found:
        log = model.parent / "tagger" / "training.json"
        yield model, json.loads(log.read_text(encoding="utf-8"))["seconds"] if log.exists() else 0


def measured(model: Path, tests: list[str], output: Path) -> dict:
    """What compare_measure.py says of a pipeline, in a process of its own and on one core, unless it is up to date."""
    files = [Path(test.partition("=")[2]) for test in tests]
    stamp = Stamp(output, {"tests": tests}, [model, *files, *MEASURE])
    if not stamp.fresh():
        threads = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        with stamp.making() as temporary:
            command = [sys.executable, str(MEASURE[0]), str(model), *tests, "--output", str(temporary)]
            if subprocess.run(command, env={**os.environ, **threads}, check=False).returncode:
                raise InputError(f"{model}: could not be measured; see above")
    return json.loads(output.read_text(encoding="utf-8"))


def summary(runs: list[dict]) -> dict:
    """Mean and standard deviation over the seeds of every F, and the means of the other measures."""
    f1 = {
        name: {
            label: {"mean": mean(values), "sd": pstdev(values), "n": len(values)}
            for label in (*label_names(), ALL)
            if (values := [run["tests"][name][label]["f1"] for run in runs if label in run["tests"][name]])
        }
        for name in runs[0]["tests"]
    }
    rest = {
        key: round(mean(run[key] for run in runs), 1)
        for key in ("words_per_second", "memory_mb", "megabytes", "train_seconds")
    }
    return {"f1": f1, **rest}


def ablation(
    corpus: Path, folder: Path, tests: list[str], seeds: int, only: list[str], overrides: dict[str, Any], more: str = ""
) -> Iterator[tuple[str, dict]]:
    """Name and result of every step that has pipelines: what it is, and the `summary` of its measures.

    folder: of the run; what is made goes into its folder ablation. tests: NAME=FILE of gold articles, or a folder. seeds:
    trainings of a step. only: names of the wanted steps, none for all. more: as in `read_steps`.
    """
    # What is wrong with them is told before anything is trained.
    named_files(tests)
    for step in read_steps(corpus, folder, more):
        if only and step["name"] not in only:
            continue
        runs: list[dict] = []
        for model, seconds in pipelines(step, seeds, folder, overrides):
            row = measured(model, tests, folder / "ablation" / step["name"] / f"measured.{len(runs)}.json")
            runs.append({**row, "train_seconds": seconds})
        if runs:
            yield step["name"], {"what": step["what"], **summary(runs)}
