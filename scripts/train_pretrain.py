"""Pretrain the word layers of the CPU pipeline on raw articles."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer
from spacy.training.pretrain import pretrain
from threadpoolctl import threadpool_limits

from ar_news.data.articles import read_articles
from ar_news.data.files import ROOT, InputError
from ar_news.data.stamps import Stamp
from ar_news.training.pipelines import PROGRAMS, Overrides, read_overrides
from ar_news.training.pretraining import WEIGHTS, pretraining


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of raw articles.")],
    output: Annotated[Path, typer.Argument(help="Folder for the weights, tok2vec.bin.")],
    config: Annotated[Path, typer.Option(help="Config of the pipeline whose tok2vec is pretrained.")] = ROOT
    / "configs"
    / "cpu.cfg",
    epochs: Annotated[int, typer.Option(min=1, help="Times that all articles are read.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the weights to begin with.")] = 0,
    overrides: Overrides = "",
):
    """Teach the word layers to predict the letters of each word of ARTICLES from its surroundings.

    What comes out is given to `spacy train` as --paths.init_tok2vec OUTPUT/tok2vec.bin. The objective is spaCy's
    PretrainCharacters. One core reads some thousand words a second.
    Nothing is done if OUTPUT is there already, made of the same articles with the same settings.
    """
    values = read_overrides(overrides)
    stamp = Stamp(output, {"epochs": epochs, "seed": seed, "overrides": values}, [articles, config, *PROGRAMS])
    if stamp.fresh():
        return
    if not read_articles([articles], spans=False):
        raise InputError(f"{articles}: holds no article; make it with public_raw.py")
    with stamp.making(holds=WEIGHTS) as folder, threadpool_limits(limits=1, user_api="blas"):
        folder.mkdir()
        pretrain(pretraining(config, articles, epochs, seed, values), folder, silent=False, skip_last=True)
        (folder / f"model{epochs - 1}.bin").replace(folder / WEIGHTS)
    print(f"{output / WEIGHTS}: pretrained on {articles}")


if __name__ == "__main__":
    run(main)
