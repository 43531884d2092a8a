"""Pretrain the word layers of the CPU pipeline on raw articles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import load_config, load_model_from_config, registry
from thinc.api import Config

from ar_news.pipeline.tokenizer import NewsTokenizer

# It registers what the config names, too.
from ar_news.training.pipelines import check_keys

WEIGHTS = "tok2vec.bin"


@registry.tokenizers("ar_news.ready_tokenizer.v1")
def create_ready_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """The news tokeniser, initialised: spaCy's pretraining, unlike its training, initialises none."""

    def make(nlp: Language) -> NewsTokenizer:
        tokenizer = NewsTokenizer(nlp.vocab)
        tokenizer.initialize()
        return tokenizer

    return make


def pretraining(config: Path, articles: Path, epochs: int, seed: int, overrides: dict[str, Any]) -> Config:
    """The whole config of a pipeline whose word layers are pretrained."""
    check_keys(config, overrides)
    overrides = {
        **overrides,
        "nlp.tokenizer.@tokenizers": "ar_news.ready_tokenizer.v1",
        "paths.raw_text": str(articles),
        "system.seed": seed,
        "pretraining.max_epochs": epochs,
        "pretraining.n_save_epoch": epochs,
    }
    return load_model_from_config(load_config(config, overrides=overrides), auto_fill=True).config.interpolate()
