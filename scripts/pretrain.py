"""Pretrain the word layers of the CPU pipeline on raw articles."""
from articles import ROOT, InputError, read_articles, run  # isort: skip
from pathlib import Path
from typing import Annotated, Any, Callable, Dict

import typer
from ar_news.tokenizer import NewsTokenizer
from spacy.language import Language
from spacy.training.pretrain import pretrain
from spacy.util import load_config, load_model_from_config, registry
from stamps import Stamp
from thinc.api import Config
from train import TOKENIZER, Overrides, read_overrides

WEIGHTS = "tok2vec.bin"


@registry.tokenizers("ar_news.ready_tokenizer.v1")
def create_ready_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """The news tokeniser, initialised: spaCy's pretraining, unlike its training, initialises none."""

    def make(nlp: Language) -> NewsTokenizer:
        tokenizer = NewsTokenizer(nlp.vocab)
        tokenizer.initialize()
        return tokenizer

    return make


def pretraining(config: Path, articles: Path, epochs: int, seed: int, overrides: Dict[str, Any]) -> Config:
    """The whole config of a pipeline whose word layers are pretrained."""
    overrides = {
        **overrides,
        "nlp.tokenizer.@tokenizers": "ar_news.ready_tokenizer.v1",
        "paths.raw_text": str(articles),
        "system.seed": seed,
        "pretraining.max_epochs": epochs,
        "pretraining.n_save_epoch": epochs,
    }
    return load_model_from_config(load_config(config, overrides=overrides), auto_fill=True).config.interpolate()


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of raw articles.")],
    output: Annotated[Path, typer.Argument(help="Folder for the weights, tok2vec.bin.")],
    config: Annotated[Path, typer.Option(help="Config of the pipeline whose tok2vec is pretrained.")] = ROOT / "configs" / "cpu.cfg",
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
    stamp = Stamp(output, {"epochs": epochs, "seed": seed, "overrides": values}, [articles, config, TOKENIZER])
    if stamp.fresh():
        return
    if not read_articles([articles], spans=False):
        raise InputError(f"{articles}: holds no article; make it with raw_text.py")
    with stamp.making(holds=WEIGHTS) as folder:
        folder.mkdir()
        pretrain(pretraining(config, articles, epochs, seed, values), folder, silent=False, skip_last=True)
        (folder / f"model{epochs - 1}.bin").replace(folder / WEIGHTS)
    print(f"{output / WEIGHTS}: pretrained on {articles}")


if __name__ == "__main__":
    run(main)
