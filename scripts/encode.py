"""Cut articles into the wordpiece windows that an encoder is trained on."""
from articles import Article, InputError, label_names, placing, read_articles, run  # isort: skip
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Callable, Dict, Iterable, List

import numpy
import typer
from ar_news.tagger import tag_names, tag_of
from ar_news.windows import LIMIT, windows
from arrays import Arrays, write_arrays
from convert import Misfit, blank_pipeline, gold_doc
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy_transformers.align import get_span2wp_from_offset_mapping
from tqdm import tqdm
from transformers import AutoTokenizer, PreTrainedTokenizerBase

MISSING = -1


def tags_of(doc: Doc) -> List[int]:
    """The number of each token's BIO tag; MISSING where the token has no annotation."""
    names = tag_names(label_names())
    return [names.index(tag_of(token)) if token.ent_iob else MISSING for token in doc]


def read_tokenizer(encoder: Path) -> PreTrainedTokenizerBase:
    """The tokeniser of an encoder's folder; InputError if there is none."""
    try:
        return AutoTokenizer.from_pretrained(encoder, local_files_only=True)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{encoder}: no encoder ({reason}); run `spacy project run encoder` first") from None


def encode(nlp: Language, tokenizer, articles: Iterable[Article], get_spans: Callable[[List[Doc]], List[List[Span]]]) -> Arrays:
    """All windows of some articles, flat.

    ids: wordpieces; piece, token: pairs of a wordpiece and a token of the same window that share characters;
    tags: one for each token of each window; window: a row (wordpieces, pairs, tokens, article, first token) each;
    annotated: whether an article (row) was annotated for a label (column).

    Of a token with more wordpieces than the encoder reads, the first ones are kept.
    """
    labels, most = label_names(), min(LIMIT + 2, tokenizer.model_max_length)
    columns: Dict[str, List] = {key: [] for key in ("ids", "piece", "token", "tags", "window", "annotated")}
    for number, article in enumerate(articles):
        # Outside the spans all is O here: `annotated` tells of which labels that says something.
        doc, _ = gold_doc(nlp, replace(article, annotated_for=None), Misfit.missing)
        tags = tags_of(doc)
        columns["annotated"].append([label in article.labels for label in labels])
        spans = get_spans([doc])[0]
        batch = tokenizer([span.text for span in spans], return_offsets_mapping=True, verbose=False)
        for span, ids, offsets in zip(spans, batch["input_ids"], batch["offset_mapping"]):
            # As spacy-transformers does: what is too long loses its end.
            ids = ids[:most]
            found = get_span2wp_from_offset_mapping(span, numpy.array(offsets))
            pairs = [(piece, token) for token, own in enumerate(found) for piece in sorted(own) if piece < most]
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
    encoder: Annotated[Path, typer.Option(help="Folder of the encoder whose wordpieces are wanted.")] = Path("training/encoder"),
    overlap: Annotated[float, typer.Option(min=0.0, max=0.9, help="Share of a window that the next one repeats.")] = 0.25,
    limit: Annotated[int, typer.Option(min=16, max=LIMIT, help="Wordpieces in a window.")] = LIMIT,
    stock: Annotated[bool, typer.Option("--stock", help="Take spaCy's own tokens and the text as it stands, as others do, to compare.")] = False,
):
    """Tokenise ARTICLES as the pipeline does, cut them into overlapping windows, and write OUTPUT for finetune.py.

    An article that was annotated for some labels only teaches nothing about the others where it has no name.
    """
    found = read_articles(articles)
    nlp, tokenizer = blank_pipeline(stock), read_tokenizer(encoder)
    bar = tqdm(found, desc=output.stem, unit="article", disable=None)
    columns = encode(nlp, tokenizer, bar, partial(windows, tokenizer=tokenizer, overlap=overlap, limit=limit, split=not stock))
    with placing(output) as temporary:
        write_arrays(temporary, **columns)
    print(f"{output}: {len(found)} articles, {len(columns['window'])} windows, {len(columns['ids'])} wordpieces")


if __name__ == "__main__":
    run(main)
