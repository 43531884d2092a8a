"""Cut articles into the wordpiece windows that an encoder is trained on."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy_transformers.align import get_span2wp_from_offset_mapping
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from ar_news.data.articles import Article
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.docs import Misfit, gold_doc
from ar_news.pipeline.tagger import tag_names, tag_of
from ar_news.pipeline.windows import LIMIT
from ar_news.transformer.arrays import Arrays

MISSING = -1


def tags_of(doc: Doc) -> list[int]:
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


def encode(
    nlp: Language, tokenizer, articles: Iterable[Article], get_spans: Callable[[list[Doc]], list[list[Span]]]
) -> Arrays:
    """All windows of some articles, flat.

    ids: wordpieces; piece, token: pairs of a wordpiece and a token of the same window that share characters;
    tags: one for each token of each window; window: a row (wordpieces, pairs, tokens, article, first token) each;
    annotated: whether an article (row) was annotated for a label (column).

    Of a token with more wordpieces than the encoder reads, the first ones are kept.
    """
    labels, most = label_names(), min(LIMIT + 2, tokenizer.model_max_length)
    columns: dict[str, list] = {key: [] for key in ("ids", "piece", "token", "tags", "window", "annotated")}
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
