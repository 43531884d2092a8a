"""Cut articles into the wordpiece windows that an encoder is trained on."""
from itertools import chain
from pathlib import Path
from typing import Dict, Iterable, List

import numpy
import typer
from ar_news.tagger import tag_names, tag_of
from ar_news.windows import LIMIT, make_windows
from articles import Article, InputError, label_names, placing, read_articles, run
from convert import blank_pipeline
from spacy.language import Language
from spacy.tokens import Doc
from spacy_transformers.align import get_span2wp_from_offset_mapping
from tqdm import tqdm
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from typing_extensions import Annotated

MISSING = -1


def tags_of(doc: Doc, article: Article) -> List[int]:
    """The number of each token's BIO tag; MISSING where a name fits no token boundary or is unsure."""
    names = tag_names(label_names())
    spans = [(span, doc.char_span(span.start, span.end, label=span.label)) for span in article.spans]
    doc.set_ents([found for _, found in spans if found])
    tags = [names.index(tag_of(token)) for token in doc]
    unknown = [(span.start, span.end) for span, found in spans if found is None]
    for start, end in [*unknown, *article.meta.get("unsure", [])]:
        around = doc.char_span(start, end, alignment_mode="expand")
        tags[around.start : around.end] = [MISSING] * len(around)
    return tags


def read_tokenizer(encoder: str) -> PreTrainedTokenizerBase:
    """The tokeniser of an encoder's folder or name; InputError if there is none."""
    try:
        return AutoTokenizer.from_pretrained(encoder)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{encoder}: no encoder ({reason}); run `spacy project run encoder` first") from None


def encode(nlp: Language, tokenizer, articles: Iterable[Article], get_spans) -> Dict[str, numpy.ndarray]:
    """All windows of some articles, flat.

    ids: wordpieces; piece, token: pairs of a wordpiece and a token of the same window that share characters;
    tags: one for each token of each window; window: a row (wordpieces, pairs, tokens, article, first token) each;
    annotated: whether an article (row) was annotated for a label (column).
    """
    labels = label_names()
    columns: Dict[str, List] = {key: [] for key in ("ids", "piece", "token", "tags", "window", "annotated")}
    for number, article in enumerate(articles):
        doc = nlp.make_doc(article.text)
        tags = tags_of(doc, article)
        columns["annotated"].append([label in article.meta.get("labels", labels) for label in labels])
        spans = get_spans([doc])[0]
        batch = tokenizer([span.text for span in spans], return_offsets_mapping=True)
        for span, ids, offsets in zip(spans, batch["input_ids"], batch["offset_mapping"]):
            found = get_span2wp_from_offset_mapping(span, numpy.array(offsets))
            pairs = [(piece, token) for token, own in enumerate(found) for piece in sorted(own)]
            if len(ids) > LIMIT + 2:
                raise InputError(f"{article.id}: a window of {len(ids)} wordpieces; the encoder reads {LIMIT + 2}")
            columns["ids"].append(ids)
            columns["piece"].append([piece for piece, _ in pairs])
            columns["token"].append([token for _, token in pairs])
            columns["tags"].append(tags[span.start : span.end])
            columns["window"].append((len(ids), len(pairs), len(span), number, span.start))
    types = {"ids": "i", "piece": "u2", "token": "u2", "tags": "i1"}
    flat = {key: numpy.fromiter(chain.from_iterable(columns[key]), dtype=kind) for key, kind in types.items()}
    return {**flat, "window": numpy.array(columns["window"], dtype="i"), "annotated": numpy.array(columns["annotated"])}


def main(
    articles: Annotated[List[Path], typer.Argument(help="JSONL of articles, gold, silver or bare.")],
    output: Annotated[Path, typer.Option(help="File for the windows, .npz.")],
    encoder: Annotated[str, typer.Option(help="Folder or hub name of the encoder whose wordpieces are wanted.")] = "training/encoder",
    overlap: Annotated[float, typer.Option(min=0.0, max=0.9, help="Share of a window that the next one repeats.")] = 0.25,
    limit: Annotated[int, typer.Option(min=16, max=LIMIT, help="Wordpieces in a window.")] = LIMIT,
    stock: Annotated[bool, typer.Option("--stock", help="Take spaCy's own tokens and the text as it stands, as others do, to compare.")] = False,
):
    """Tokenise ARTICLES as the pipeline does, cut them into overlapping windows, and write OUTPUT for finetune.py.

    An article with a key "labels" is annotated for these labels only: its other words teach nothing about the
    rest. Training on the file needs PyTorch and transformers, not spaCy.
    """
    found = read_articles(articles, gold=True)
    nlp, tokenizer = blank_pipeline(stock), read_tokenizer(encoder)
    bar = tqdm(found, desc=output.stem, unit="article", disable=None)
    columns = encode(nlp, tokenizer, bar, make_windows(overlap, limit, not stock))
    with placing(output) as temporary, open(temporary, "wb") as file:
        numpy.savez_compressed(file, **columns)
    print(f"{output}: {len(found)} articles, {len(columns['window'])} windows, {len(columns['ids'])} wordpieces")


if __name__ == "__main__":
    run(main)
