"""Make a spaCy pipeline of a fine-tuned tagger."""

from pathlib import Path
from typing import Any

import torch
from spacy.language import Language
from spacy.training import Example

from ar_news.data.labels import label_names
from ar_news.docs import blank_pipeline
from ar_news.pipeline import edges, name_rules, second_look, tagger, windows  # noqa: F401  (importing them registers what the pipeline names)
from ar_news.pipeline.packed import rounded
from ar_news.transformer.labelling import read_head


def assemble(folder: Path, overlap: float, stock: bool) -> Language:
    """A pipeline of the news tokeniser (or spaCy's own one), the encoder of the folder, and its tagger.

    Raises InputError if the folder holds no tagger of the labels of configs/labels.json.

    Matrices are rounded as ar_news.pipeline.packed rounds them, so that the wheel is a quarter as large.
    """
    nlp = blank_pipeline(stock)
    weight, bias = read_head(folder)
    model = {
        "@architectures": "ar_news.TransformerModel.v1",
        "name": str(folder),
        "overlap": overlap,
        "split": not stock,
    }
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    unread = {"@annotation_setters": "ar_news.unread.v1"}
    transformer: Any = nlp.add_pipe("transformer", config={"model": model, "set_extra_annotations": unread})
    layers = {"@architectures": "spacy.Tagger.v2", "normalize": True, "tok2vec": listener}
    head: Any = nlp.add_pipe("ar_news_tagger", name="ner", config={"model": layers})
    nlp.add_pipe("ar_news_name_rules")
    nlp.add_pipe("ar_news_second_look")
    for label in label_names():
        head.add_label(label)
    nlp.add_pipe("ar_news_edges")
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("نص"), {})])
    softmax = head.model.get_ref("softmax")
    softmax.set_param("W", softmax.ops.asarray(weight))
    softmax.set_param("b", softmax.ops.asarray(bias))
    # What was trained where is told by training.json; a path of this machine helps nobody.
    nlp.get_pipe_config("transformer")["model"]["name"] = transformer.model.attrs["name"] = folder.name
    transformer.model.transformer.config._name_or_path = ""
    transformer.model.tokenizer.name_or_path = ""
    transformer.model.tokenizer.init_kwargs.pop("name_or_path", None)
    for weights in transformer.model.transformer.parameters():
        if weights.ndim == 2:
            weights.data = torch.from_numpy(rounded(weights.detach().cpu().numpy()))
    return nlp
