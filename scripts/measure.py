"""Measure one pipeline: exact scores, speed, memory and size."""
from articles import Article, InputError, label_names, read_articles, run, write_json  # isort: skip
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Dict, List

import typer
from evaluate import predict
from pipelines import load
from scoring import exact


def peak_memory() -> float:
    """Most memory that this process has held, in MB of 10^6 bytes; 0 on Windows, which does not tell."""
    if sys.platform == "win32":
        return 0.0
    # Linux lets a new process begin with the peak that getrusage knows of the one that started it; not so this file.
    with suppress(OSError), open("/proc/self/status", encoding="utf-8") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def read_tests(tests: List[str]) -> Dict[str, List[Article]]:
    """The gold articles of every NAME=FILE, a file under its first name alone; InputError for one of another form."""
    files: Dict[Path, str] = {}
    for test in tests:
        name, sign, file = test.partition("=")
        if not sign:
            raise InputError(f"{name}: no NAME=FILE; write for example test=corpus/test.jsonl")
        if files.setdefault(Path(file), name) != name:
            print(f"{name}: left out, as {file} is {files[Path(file)]} already")
    return {name: read_articles([file]) for file, name in files.items()}


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of a trained pipeline.")],
    tests: Annotated[List[str], typer.Argument(help="NAME=FILE: gold articles to score on.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
):
    """Write the exact scores of PIPELINE on every test file, words per second on the first, memory and size.

    Set OMP_NUM_THREADS=1 for the speed of one core.
    """
    pool = read_tests(tests)
    nlp, scores, speeds = load(str(pipeline)), {}, []
    for name, gold in pool.items():
        found, _, speed = predict(nlp, gold)
        scores[name] = exact(found, label_names())
        speeds.append(round(speed))
    size = sum(file.stat().st_size for file in pipeline.rglob("*") if file.is_file()) / 1e6
    result = {"tests": scores, "words_per_second": speeds[0], "memory_mb": round(peak_memory()), "megabytes": round(size, 1)}
    write_json(output, result)


if __name__ == "__main__":
    run(main)
