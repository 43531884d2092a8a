"""Choose articles for annotation and suggest their names."""
from articles import ROOT, Article, InputError, Span, read_articles, read_news, run, write_articles  # isort: skip
import json
import random
from collections import Counter
from enum import Enum
from pathlib import Path
from typing import Annotated, Dict, List, Optional, Set, Tuple

import numpy
import typer
from convert import blank_pipeline
from pipelines import TRAINED, load, spans_of
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans, minibatch
from thinc.api import set_dropout_rate
from tqdm import tqdm

READINGS = 6
DROPOUT = 0.2
BATCH = 16


class Pick(str, Enum):
    """Which articles to annotate."""

    all = "all"
    random = "random"
    unsure = "unsure"


def read_config(name: str):
    return json.loads((ROOT / "configs" / name).read_text(encoding="utf-8"))


@Language.factory("ar_news_lists")
def make_lists(nlp: Language, name: str) -> "Lists":
    return Lists(nlp)


class Lists:
    """Marks the countries and outlets of configs/countries.json and configs/outlets.json, for when no pipeline is trained yet.

    An outlet whose name is an ordinary word counts only behind a generic noun: صحيفة الحياة.
    """

    def __init__(self, nlp: Language):
        self.anywhere, self.after_noun = (PhraseMatcher(nlp.vocab, attr="NORM") for _ in range(2))
        outlets = read_config("outlets.json")
        countries = [form for state in read_config("countries.json") for form in state["short"] + state["official"]]
        self.anywhere.add("COUNTRY", [nlp.make_doc(form) for form in countries])
        self.anywhere.add("MEDIA", [nlp.make_doc(form) for form in outlets["anywhere"]])
        self.after_noun.add("MEDIA", [nlp.make_doc(form) for form in outlets["after_a_generic_noun"]])
        self.nouns = {token.norm_ for noun in outlets["generic_nouns"] for token in nlp.make_doc(noun)}

    def __call__(self, doc: Doc) -> Doc:
        found = self.anywhere(doc, as_spans=True)
        for span in self.after_noun(doc, as_spans=True):
            before = [token for token in doc[max(0, span.start - 3) : span.start] if not token.is_punct]
            if before and before[-1].norm_ in self.nouns:
                found.append(span)
        doc.set_ents(filter_spans(found))
        return doc


def lists_pipeline() -> Language:
    nlp = blank_pipeline()
    nlp.add_pipe("ar_news_lists")
    return nlp


def doubts(nlp: Language, texts: List[str], seed: int) -> List[float]:
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
    votes: List[Counter] = [Counter() for _ in texts]
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


def diverse(texts: List[str], scores: List[float], number: int) -> List[int]:
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


def main(
    source: Annotated[Path, typer.Argument(help="A .txt or .jsonl file of articles, or a folder of them.")],
    output: Annotated[Path, typer.Argument(help="JSONL file to write.")],
    pipeline: Annotated[
        str, typer.Option(help="Trained pipeline that suggests the names; `lists` for country and outlet lists.")
    ] = TRAINED,
    pick: Annotated[Pick, typer.Option(help="All articles, a random choice, or those the pipeline is least sure of.")] = Pick.all,
    number: Annotated[int, typer.Option(min=1, help="How many to choose.")] = 100,
    skip: Annotated[
        Optional[List[Path]], typer.Option(help="JSONL of articles that need no annotation; may be given several times.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random choice and of the readings.")] = 0,
):
    """Choose articles of SOURCE and write them with suggested names, ready for doccano_push.py.

    `unsure` reads each article six times with parts of the pipeline switched off, and prefers articles in
    which the names come and go, and which do not resemble those chosen before. Where the pipeline is not
    trained yet, country and outlet lists suggest. An article that cannot be read is named and left out.

    Example: python scripts/suggest.py articles/ training/annotation/suggested.jsonl --pick unsure --number 200
    """
    news = read_news(source, unique=True)
    news.tell()
    done: Set[str] = {article.id for path in skip or [] for article in read_articles([path], spans=False)}
    pool = [article for article in news.articles if article.id not in done]
    if not pool:
        raise InputError(f"{source}: all of its articles are among those to skip; give it new ones")
    if Path(pipeline).match("training/*/pipeline") and not Path(pipeline).exists():
        print(f"{pipeline} is not there yet: country and outlet lists suggest")
        pipeline = "lists"
    if pipeline == "lists" and pick is Pick.unsure:
        raise InputError("lists have no doubt; train a pipeline first, or use --pick random")
    nlp = lists_pipeline() if pipeline == "lists" else load(pipeline)
    texts = [article.text for article in pool]
    scores: Dict[int, float] = {}
    chosen = list(range(len(pool)))
    if pick is Pick.random:
        chosen = sorted(random.Random(seed).sample(chosen, min(number, len(pool))))
    elif pick is Pick.unsure:
        scores = dict(enumerate(doubts(nlp, texts, seed)))
        chosen = diverse(texts, list(scores.values()), number)
    docs = nlp.pipe(texts[index] for index in chosen)
    suggested = []
    for index, doc in zip(chosen, tqdm(docs, total=len(chosen), desc="suggest", unit="article", disable=None)):
        article = pool[index]
        meta = {**article.meta, "doubt": round(scores[index], 3)} if scores else article.meta
        suggested.append(Article(article.id, article.text, spans_of(doc), meta))
    write_articles(output, suggested)
    print(f"{output}: {len(suggested)} of {len(pool)} articles, {sum(len(a.spans) for a in suggested)} names suggested by {pipeline}")


if __name__ == "__main__":
    run(main)
