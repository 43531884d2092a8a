"""Score pipelines of several seeds on the same articles: the mean, and how far chance moves it."""
from articles import label_names, read_articles, run, write_json  # isort: skip
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any, Dict, List

import typer
from evaluate import evaluation
from measure import read_tests
from pipelines import load
from scoring import ALL


def summed(results: List[Any]) -> Any:
    """Results of the same shape as one: every number becomes its mean and, of scores, its standard deviation.

    Counts that are the same in all stay what they are.
    """
    first = results[0]
    if isinstance(first, dict):
        return {key: summed([result[key] for result in results]) for key in first}
    if len(set(map(str, results))) == 1 and not isinstance(first, float):
        return first
    if isinstance(first, (int, float)):
        return {"mean": mean(results), "sd": stdev(results) if len(results) > 1 else 0.0}
    return [summed([result[i] for result in results]) for i in range(len(first))]


def main(
    pipelines: Annotated[List[Path], typer.Argument(help="Folders of pipelines that differ in the seed alone.")],
    train: Annotated[Path, typer.Option(help="Their training articles: names that stand there are scored apart from new ones.")],
    test: Annotated[List[str], typer.Option(help="NAME=FILE: gold articles to score on; may be given several times.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
):
    """Write mean and standard deviation of every score of PIPELINES on every test file.

    One training is one draw: with another seed F moves by about a point, and so does it on another processor.
    """
    tests, training = read_tests(test), read_articles([train])
    found: Dict[str, List[Dict]] = {name: [] for name in tests}
    for pipeline in pipelines:
        nlp = load(str(pipeline))
        for name, gold in tests.items():
            result, _ = evaluation(nlp, gold, training)
            kept = ("articles", "words", "unaligned", "words_per_second", "exact", "interval", "overlap", "seen_apart")
            found[name].append({key: result[key] for key in kept})
    rows = {name: {"seeds": len(results), **summed(results)} for name, results in found.items()}
    write_json(output, rows)
    for name, row in rows.items():
        told = ", ".join(f"{label} {100 * row['exact'][label]['f1']['mean']:.1f} ± {100 * row['exact'][label]['f1']['sd']:.1f}" for label in (*label_names(), ALL))
        print(f"{name}: {told}")


if __name__ == "__main__":
    run(main)
