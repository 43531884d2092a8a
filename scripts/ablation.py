"""Train the steps of configs/ablation.json that run on a CPU and measure all of them on the same articles."""
from articles import ROOT, InputError, label_names, read_articles, run, write_json  # isort: skip
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import mean, pstdev
from typing import Annotated, Any, Dict, Iterator, List, Tuple

import typer
from convert import blank_pipeline, gold_doc
from scoring import ALL
from spacy.tokens import DocBin
from stamps import Stamp
from tqdm import tqdm
from train import Overrides, read_overrides, train_pipeline

MEASURE = [ROOT / "scripts" / name for name in ("measure.py", "evaluate.py", "scoring.py")]


def read_steps(corpus: Path, folder: Path) -> List[Dict]:
    """The steps: name, what is new in it, and either training files, overrides and most seeds, or a folder of ready pipelines.

    corpus, folder: what `{corpus}` and `{run}` stand for in the paths of configs/ablation.json.
    """
    text = (ROOT / "configs" / "ablation.json").read_text(encoding="utf-8")
    return json.loads(text.replace("{corpus}", corpus.as_posix()).replace("{run}", folder.as_posix()))


def write_docs(files: Dict[str, int], output: Path) -> None:
    """Articles of several JSONL files, each so many times, as one .spacy file."""
    nlp, docs = blank_pipeline(), DocBin()
    for file, times in files.items():
        for article in tqdm(read_articles([Path(file)]), desc=Path(file).stem, unit="article", disable=None):
            doc, _ = gold_doc(nlp, article)
            for _ in range(times):
                docs.add(doc)
    docs.to_disk(output)


def trained(step: Dict, seed: int, base: Path, overrides: Dict[str, Any]) -> Tuple[Path, int]:
    """A step's pipeline for one seed, and how long it trained, in seconds; it is trained unless it is up to date."""
    output = base / "ablation"
    folder, data = output / step["name"] / str(seed), output / step["name"] / "train.spacy"
    files = [Path(file) for file in step["train"]]
    program = [ROOT / "scripts" / name for name in ("convert.py", "ar_news/tokenizer.py")]
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


def pipelines(step: Dict, seeds: int, base: Path, overrides: Dict[str, Any]) -> Iterator[Tuple[Path, int]]:
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


def measured(model: Path, tests: List[str], output: Path) -> Dict:
    """What measure.py says of a pipeline, in a process of its own and on one core, unless it is up to date."""
    files = [Path(test.partition("=")[2]) for test in tests]
    stamp = Stamp(output, {"tests": tests}, [model, *files, *MEASURE])
    if not stamp.fresh():
        threads = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        with stamp.making() as temporary:
            command = [sys.executable, str(MEASURE[0]), str(model), *tests, "--output", str(temporary)]
            if subprocess.run(command, env={**os.environ, **threads}, check=False).returncode:
                raise InputError(f"{model}: could not be measured; see above")
    return json.loads(output.read_text(encoding="utf-8"))


def summary(runs: List[Dict]) -> Dict:
    """Mean and standard deviation over the seeds of every F, and the means of the other measures."""
    f1 = {
        name: {
            label: {"mean": mean(values), "sd": pstdev(values), "n": len(values)}
            for label in (*label_names(), ALL)
            if (values := [run["tests"][name][label]["f1"] for run in runs if label in run["tests"][name]])
        }
        for name in runs[0]["tests"]
    }
    rest = {key: round(mean(run[key] for run in runs), 1) for key in ("words_per_second", "memory_mb", "megabytes", "train_seconds")}
    return {"f1": f1, **rest}


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder of the gold corpus.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the run, with data/dev.spacy; pipelines and ablation.json go into its folder ablation.")],
    test: Annotated[List[str], typer.Option(help="NAME=FILE: gold articles to score on; may be given several times.")],
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each step, but of no step more than its \"most\".")] = 3,
    only: Annotated[List[str], typer.Option(help="Steps to run; all if not given.")] = [],
    overrides: Overrides = "",
):
    """Show which step brings what: scores, speed, memory and training time of every step, over several seeds.

    Steps are in configs/ablation.json. A pipeline that is there already, made of the same articles with the same settings,
    is not trained again, and one that was measured on the same articles is not measured again; an ablation that was stopped
    goes on.
    """
    values, output, result = read_overrides(overrides), folder / "ablation", {}
    for step in read_steps(corpus, folder):
        if only and step["name"] not in only:
            continue
        runs = []
        for model, seconds in pipelines(step, seeds, folder, values):
            row = measured(model, test, output / step["name"] / f"measured.{len(runs)}.json")
            runs.append({**row, "train_seconds": seconds})
        if not runs:
            continue
        result[step["name"]] = {"what": step["what"], **summary(runs)}
        scores = ", ".join(f"{name} {100 * rows[ALL]['mean']:.1f}" for name, rows in result[step["name"]]["f1"].items())
        print(f"{step['name']}: {scores}")
    write_json(output / "ablation.json", result)


if __name__ == "__main__":
    run(main)
