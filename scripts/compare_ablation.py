"""Train the steps of configs/ablation.json that run on a CPU and measure all of them on the same articles."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.comparison.ablation import ablation
from ar_news.data.files import write_json
from ar_news.scores.scoring import ALL
from ar_news.training.pipelines import Overrides, read_overrides


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder of the gold corpus.")],
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of the run, with data/dev.spacy; pipelines and ablation.json go into its folder ablation."
        ),
    ],
    test: Annotated[
        list[str],
        typer.Option(
            help="NAME=FILE: gold articles to score on; may be given several times. The files of a folder are scored apart, each under its own name."
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, help='Trainings of each step, but of no step more than its "most".')] = 3,
    only: Annotated[list[str], typer.Option(help="Steps to run; all if not given.")] = [],
    overrides: Overrides = "",
    more: Annotated[
        str,
        typer.Option(
            help='JSONL of more training articles, in every step that trains on those of CORPUS; "" for none.'
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="JSON file for the figures; FOLDER/ablation/ablation.json.")
    ] = None,
):
    """Show which step brings what: scores, speed, memory and training time of every step, over several seeds.

    Steps are in configs/ablation.json. A pipeline that is there already, made of the same articles with the same settings,
    is not trained again, and one that was measured on the same articles is not measured again; an ablation that was stopped
    goes on.
    """
    result = {}
    for name, row in ablation(corpus, folder, test, seeds, only, read_overrides(overrides), more):
        result[name] = row
        print(f"{name}: " + ", ".join(f"{test} {100 * f1[ALL]['mean']:.1f}" for test, f1 in row["f1"].items()))
    write_json(output or folder / "ablation" / "ablation.json", result)


if __name__ == "__main__":
    run(main)
