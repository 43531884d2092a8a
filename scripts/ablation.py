"""Train the steps of configs/ablation.json that run on a CPU and measure all of them on the same articles."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean, pstdev
from typing import Dict, Iterator, List, Tuple

import typer
from articles import ROOT, InputError, label_names, placing, read_articles, run, write_json
from convert import blank_pipeline, gold_doc
from scoring import ALL
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from tqdm import tqdm
from typing_extensions import Annotated


def read_steps() -> List[Dict]:
    """The steps: name, what is new in it, and either training files, overrides and most seeds, or a folder of ready pipelines."""
    return json.loads((ROOT / "configs" / "ablation.json").read_text(encoding="utf-8"))


def write_docs(files: Dict[str, int], output: Path) -> None:
    """Articles of several JSONL files, each so many times, as one .spacy file."""
    nlp, docs = blank_pipeline(), DocBin()
    for file, times in files.items():
        for article in tqdm(read_articles([Path(file)]), desc=Path(file).stem, unit="article", disable=None):
            doc, _ = gold_doc(nlp, article)
            for _ in range(times):
                docs.add(doc)
    with placing(output) as temporary:
        docs.to_disk(temporary)


def trained(step: Dict, seed: int, dev: Path, output: Path) -> Path:
    """Folder of a step's pipeline for one seed; it is trained if it is not there yet."""
    folder = output / step["name"] / str(seed)
    if not (folder / "seconds.json").exists():
        data = output / step["name"] / "train.spacy"
        if not data.exists():
            write_docs(step["train"], data)
        paths = {"paths.train": str(data), "paths.dev": str(dev), "system.seed": seed}
        start = time.perf_counter()
        config = load_config(ROOT / "configs" / "cpu.cfg", overrides={**step.get("overrides", {}), **paths})
        if "start" in step:
            before = output / step["start"] / str(seed) / "model-best"
            for part in config["nlp"]["pipeline"]:
                config["components"][part] = {"source": str(before)}
        folder.mkdir(parents=True, exist_ok=True)
        train(init_nlp(config), folder, stdout=sys.stdout, stderr=sys.stderr)
        write_json(folder / "seconds.json", round(time.perf_counter() - start))
    return folder / "model-best"


def pipelines(step: Dict, seeds: int, dev: Path, output: Path) -> Iterator[Tuple[Path, int]]:
    """The pipelines of a step, one a seed, and how long each trained, in seconds."""
    if "train" in step:
        for seed in range(min(seeds, step.get("most", seeds))):
            model = trained(step, seed, dev, output)
            yield model, json.loads((model.parent / "seconds.json").read_text())
        return
    found = sorted(ROOT.glob(step["pipelines"]))
    if not found:
        print(f"{step['name']}: left out, as there is no {step['pipelines']}; {step['missing']}")
    for model in found:
        log = model.parent / "tagger" / "training.json"
        yield model, json.loads(log.read_text(encoding="utf-8"))["seconds"] if log.exists() else 0


def measured(model: Path, tests: List[str], output: Path) -> Dict:
    """What measure.py says of a pipeline, in a process of its own and on one core."""
    command = [sys.executable, str(ROOT / "scripts" / "measure.py"), str(model), *tests, "--output", str(output)]
    threads = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    if subprocess.run(command, env={**os.environ, **threads}, check=False).returncode:
        raise InputError(f"{model}: could not be measured; see above")
    return json.loads(output.read_text(encoding="utf-8"))


def fresh(file: Path, sources: List[Path]) -> bool:
    """Whether a file is there and younger than what it was made of."""
    return file.exists() and all(
        source.exists() and source.stat().st_mtime <= file.stat().st_mtime for source in sources
    )


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
    dev: Annotated[Path, typer.Argument(help="Dev articles as .spacy: they choose each pipeline's checkpoint.")],
    test: Annotated[List[str], typer.Option(help="NAME=FILE: gold articles to score on; may be given several times.")],
    output: Annotated[Path, typer.Option(help="Folder for the pipelines and ablation.json.")] = Path("training/ablation"),
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each step, but of no step more than its \"most\".")] = 3,
    only: Annotated[List[str], typer.Option(help="Steps to run; all if not given.")] = [],
):
    """Show which step brings what: scores, speed, memory and training time of every step, over several seeds.

    Steps are in configs/ablation.json. A pipeline that is there already is not trained again, and one whose file
    measured.json is younger than the pipeline and the test articles is not measured again.
    """
    result = {}
    for step in read_steps():
        if only and step["name"] not in only:
            continue
        runs = []
        for model, seconds in pipelines(step, seeds, dev, output):
            cache = model.parent / "measured.json"
            if not fresh(cache, [model / "meta.json", *(Path(name.partition("=")[2]) for name in test)]):
                measured(model, test, cache)
            runs.append({**json.loads(cache.read_text(encoding="utf-8")), "train_seconds": seconds})
        if not runs:
            continue
        result[step["name"]] = {"what": step["what"], **summary(runs)}
        scores = ", ".join(f"{name} {100 * rows[ALL]['mean']:.1f}" for name, rows in result[step["name"]]["f1"].items())
        print(f"{step['name']}: {scores}")
    write_json(output / "ablation.json", result)


if __name__ == "__main__":
    run(main)
