"""Pretrain the word layers of the CPU pipeline on raw articles."""
from pathlib import Path
from typing import Callable

import typer
from ar_news.tokenizer import NewsTokenizer
from articles import ROOT, InputError, placing, read_articles, run
from spacy.language import Language
from spacy.training.pretrain import pretrain
from spacy.util import load_config, load_model_from_config, registry
from thinc.api import Config
from typing_extensions import Annotated

WEIGHTS = "tok2vec.bin"


@registry.tokenizers("ar_news.ready_tokenizer.v1")
def create_ready_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """The news tokeniser, initialised: spaCy's pretraining, unlike its training, initialises none."""

    def make(nlp: Language) -> NewsTokenizer:
        tokenizer = NewsTokenizer(nlp.vocab)
        tokenizer.initialize()
        return tokenizer

    return make


def pretraining(config: Path, articles: Path, epochs: int, seed: int) -> Config:
    """The whole config of a pipeline whose word layers are pretrained."""
    overrides = {
        "nlp.tokenizer.@tokenizers": "ar_news.ready_tokenizer.v1",
        "paths.raw_text": str(articles),
        "system.seed": seed,
        "pretraining.max_epochs": epochs,
        "pretraining.n_save_epoch": epochs,
    }
    return load_model_from_config(load_config(config, overrides=overrides), auto_fill=True).config.interpolate()


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of raw articles.")],
    output: Annotated[Path, typer.Argument(help="Folder for the weights, tok2vec.bin; nothing is done if they are there already.")],
    config: Annotated[Path, typer.Option(help="Config of the pipeline whose tok2vec is pretrained.")] = ROOT / "configs" / "cpu.cfg",
    epochs: Annotated[int, typer.Option(min=1, help="Times that all articles are read.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the weights to begin with.")] = 0,
):
    """Teach the word layers to predict the letters of each word of ARTICLES from its surroundings.

    What comes out is given to `spacy train` as --paths.init_tok2vec OUTPUT/tok2vec.bin. The objective is spaCy's
    PretrainCharacters. One core reads some thousand words a second.
    """
    if (output / WEIGHTS).exists():
        print(f"{output}: there already; remove it to pretrain again")
        return
    if output.exists():
        raise InputError(f"{output}: there already, and holds no {WEIGHTS}; choose another folder")
    if not read_articles([articles], spans=False):
        raise InputError(f"{articles}: holds no article; make it with raw_text.py")
    with placing(output) as folder:
        folder.mkdir()
        pretrain(pretraining(config, articles, epochs, seed), folder, silent=False, skip_last=True)
        (folder / f"model{epochs - 1}.bin").replace(folder / WEIGHTS)
    print(f"{output / WEIGHTS}: pretrained on {articles}")


if __name__ == "__main__":
    run(main)
