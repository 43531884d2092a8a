"""Make a spaCy pipeline of a fine-tuned tagger."""
from pathlib import Path

import typer
from ar_news import tagger, windows  # noqa: F401  (importing them registers their functions)
from articles import label_names, placing, run
from convert import blank_pipeline
from label import read_head
from spacy.language import Language
from spacy.training import Example
from typing_extensions import Annotated


def assemble(folder: Path, overlap: float, stock: bool) -> Language:
    """A pipeline of the news tokeniser (or spaCy's own one), the encoder of the folder, and its tagger.

    Weights are kept in half precision: no tag of the dev articles changes, and the wheel is half as large.
    """
    nlp = blank_pipeline(stock)
    model = {
        "@architectures": "spacy-transformers.TransformerModel.v3",
        "name": str(folder),
        "get_spans": {"@span_getters": "ar_news.windows.v1", "overlap": overlap, "split": not stock},
        "tokenizer_config": {"use_fast": True},
    }
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    transformer = nlp.add_pipe("transformer", config={"model": model})
    head = nlp.add_pipe("ar_news_tagger", name="ner", config={"model": {"@architectures": "spacy.Tagger.v2", "normalize": True, "tok2vec": listener}})
    for label in label_names():
        head.add_label(label)
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("نص"), {})])
    weight, bias = read_head(folder)
    softmax = head.model.get_ref("softmax")
    softmax.set_param("W", softmax.ops.asarray(weight))
    softmax.set_param("b", softmax.ops.asarray(bias))
    # What was trained where is told by training.json; a path of this machine helps nobody.
    nlp.get_pipe_config("transformer")["model"]["name"] = transformer.model.attrs["name"] = folder.name
    transformer.model.transformer.config._name_or_path = ""
    transformer.model.tokenizer.name_or_path = ""
    transformer.model.tokenizer.init_kwargs.pop("name_or_path", None)
    transformer.model.transformer.half()
    return nlp


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of the tagger, as finetune.py wrote it.")],
    output: Annotated[Path, typer.Argument(help="Folder for the pipeline; an old one is replaced.")],
    overlap: Annotated[float, typer.Option(help="Share of a window that the next one repeats.")] = 0.25,
    stock: Annotated[bool, typer.Option("--stock", help="For windows that encode.py cut with --stock.")] = False,
):
    """Write a spaCy pipeline to OUTPUT that tags as the tagger in FOLDER does."""
    nlp = assemble(folder, overlap, stock)
    with placing(output) as temporary:
        nlp.to_disk(temporary)
    print(f"{output}: {nlp.pipe_names}")


if __name__ == "__main__":
    run(main)
