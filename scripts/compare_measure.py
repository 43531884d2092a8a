"""Measure one pipeline: exact scores, speed, memory and size."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.data.labels import label_names
from ar_news.docs import load
from ar_news.scores.evaluation import predict
from ar_news.scores.measuring import peak_memory, read_tests
from ar_news.scores.scoring import exact


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of a trained pipeline.")],
    tests: Annotated[
        list[str], typer.Argument(help="NAME=FILE: gold articles to score on; or a folder of such files.")
    ],
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
    result = {
        "tests": scores,
        "words_per_second": speeds[0],
        "memory_mb": round(peak_memory()),
        "megabytes": round(size, 1),
    }
    write_json(output, result)


if __name__ == "__main__":
    run(main)
