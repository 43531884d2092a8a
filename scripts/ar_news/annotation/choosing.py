"""Choose articles for annotation and suggest their names."""

from collections import Counter
from enum import Enum

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.language import Language
from spacy.util import minibatch
from thinc.api import set_dropout_rate
from tqdm import tqdm

from ar_news.data.files import InputError
from ar_news.docs import spans_of

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
    vectors, ner = nlp.get_pipe("tok2vec"), nlp.get_pipe("ner")
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
    shares = ([n / READINGS for n in found.values()] for found in votes)
    return [100 * sum(p * (1 - p) for p in found) / len(text.split()) for found, text in zip(shares, texts)]


def diverse(texts: list[str], scores: list[float], number: int) -> list[int]:
    """Indices of `number` texts of high score, each weighed by how little it resembles those chosen before it.

    After maximal marginal relevance (Carbonell and Goldstein 1998), with cosine similarity of TF-IDF vectors.
    """
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    nearest = numpy.zeros(len(texts))
    left, chosen = numpy.array(scores) + 1e-9, []
    for _ in range(min(number, len(texts))):
        best = int(numpy.argmax(left * (1 - nearest)))
        chosen.append(best)
        left[best] = -1.0
        nearest = numpy.maximum(nearest, (vectors @ vectors[best].T).toarray().ravel()).clip(0, 1)
    return chosen
