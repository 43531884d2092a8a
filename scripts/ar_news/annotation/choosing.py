"""Choose articles for annotation and suggest their names."""

import random
from collections import Counter
from dataclasses import replace
from enum import Enum
from typing import Any

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.language import Language
from spacy.util import minibatch
from thinc.api import set_dropout_rate
from tqdm import tqdm

from ar_news.data.articles import Article
from ar_news.data.files import InputError
from ar_news.docs import load, spans_of
from ar_news.lists_component import lists_pipeline

# Given for a pipeline: the lists of countries and outlets.
LISTS = "lists"


READINGS = 6


DROPOUT = 0.2


BATCH = 16


class Pick(str, Enum):
    """Which articles to annotate."""

    all = "all"
    random = "random"
    unsure = "unsure"


def doubts(nlp: Language, texts: list[str], seed: int) -> list[float]:
    """For each text, how many of its names the pipeline is expected to get wrong, per 100 words.

    The pipeline reads every text six times, each time with other parts of its word vectors switched off
    (Monte Carlo dropout: Gal and Ghahramani 2016). A name found in a share p of the readings adds p(1 - p).
    On the dev articles this ranks articles much as their true number of errors does (Spearman 0.72); the
    spread of a beam search does not (0.3 or less).

    Raises InputError for a pipeline without tok2vec and ner.
    """
    if not {"tok2vec", "ner"} <= set(nlp.pipe_names):
        raise InputError("this pipeline has no tok2vec and ner, whose doubt could be measured; use --pick random")
    vectors: Any = nlp.get_pipe("tok2vec")
    ner: Any = nlp.get_pipe("ner")
    numpy.random.seed(seed)
    votes: list[Counter] = [Counter() for _ in texts]
    set_dropout_rate(vectors.model, DROPOUT)
    try:
        for _ in tqdm(range(READINGS), desc="doubt", unit="reading", disable=None):
            for batch in minibatch(range(len(texts)), BATCH):
                docs = [nlp.make_doc(texts[number]) for number in batch]
                vectors.set_annotations(docs, vectors.model(docs, is_train=True)[0])
                ner.set_annotations(docs, ner.predict(docs))
                for number, doc in zip(batch, docs):
                    votes[number].update(spans_of(doc))
    finally:
        set_dropout_rate(vectors.model, 0.0)
    found = []
    for names, text in zip(votes, texts):
        shares = [count / READINGS for count in names.values()]
        found.append(100 * sum(share * (1 - share) for share in shares) / len(text.split()))
    return found


def diverse(texts: list[str], scores: list[float], number: int) -> list[int]:
    """Indices of `number` texts of high score, each weighed by how little it resembles those chosen before it.

    After maximal marginal relevance (Carbonell and Goldstein 1998), with cosine similarity of TF-IDF vectors.
    """
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    nearest = numpy.zeros(len(texts))
    # A text without doubt is still chosen before one that was chosen already.
    left = numpy.array(scores) + 1e-9
    chosen: list[int] = []
    for _ in range(min(number, len(texts))):
        best = int(numpy.argmax(left * (1 - nearest)))
        chosen.append(best)
        left[best] = -1.0
        nearest = numpy.maximum(nearest, (vectors @ vectors[best].T).toarray().ravel()).clip(0, 1)
    return chosen


def suggest(pool: list[Article], pipeline: str, pick: Pick, number: int, seed: int) -> list[Article]:
    """The chosen articles with the names that a pipeline finds; of the doubtful each with its `doubt`, per 100 words.

    pipeline: folder or package name, LISTS for the lists. number: how many to choose, unless pick is all.
    Raises InputError where the pipeline cannot be loaded or has no doubt that could be measured.
    """
    if pipeline == LISTS and pick is Pick.unsure:
        raise InputError("lists have no doubt; train a pipeline first, or use --pick random")
    nlp = lists_pipeline() if pipeline == LISTS else load(pipeline)
    if pick is Pick.random:
        places = sorted(random.Random(seed).sample(range(len(pool)), min(number, len(pool))))
        pool = [pool[place] for place in places]
    elif pick is Pick.unsure:
        texts = [article.text for article in pool]
        scores = doubts(nlp, texts, seed)
        places = diverse(texts, scores, number)
        pool = [replace(pool[i], meta={**pool[i].meta, "doubt": round(scores[i], 3)}) for i in places]
    docs = nlp.pipe(article.text for article in pool)
    bar = tqdm(docs, total=len(pool), desc="suggest", unit="article", disable=None)
    return [Article(article.id, article.text, spans_of(doc), article.meta) for article, doc in zip(pool, bar)]
