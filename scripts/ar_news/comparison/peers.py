"""Measure other ways to find the names, on the same articles: lists, and a tagger by conditional random fields."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pycrfsuite
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from tqdm import tqdm

from ar_news.data.articles import Article
from ar_news.data.files import placing
from ar_news.data.labels import label_names
from ar_news.docs import Misfit, blank_pipeline, gold_doc
from ar_news.lists_component import Lists
from ar_news.pipeline.tagger import spans_of_tags, tag_names, tag_of
from ar_news.scores.evaluation import predict
from ar_news.scores.measuring import peak_memory
from ar_news.scores.scoring import ALL, exact

# The grid of (L1, L2) weights; dev chooses.
PENALTIES = ((0.1, 0.01), (1.0, 0.001))


ITERATIONS = 80


def shape(text: str) -> str:
    """A letter for the kind of a token: digits, Arabic, Latin, mark or white space."""
    first = text[0]
    if first.isdigit():
        return "0"
    if first.isalpha():
        return "ع" if "\u0600" <= first <= "\u06ff" else "A" if first.isupper() else "a"
    return " " if first.isspace() else "."


def features(doc: Doc, listed: Sequence[str]) -> list[list[str]]:
    """The usual features of each token: word, beginnings and ends, kind, list membership, and those of its neighbours."""
    rows = []
    for token, found in zip(doc, listed):
        word = token.norm_
        own = [f"w={word}", f"k={shape(token.text)}", f"l={found}", f"len={min(len(word), 8)}"]
        own += [f"p{n}={word[:n]}" for n in (1, 2, 3, 4)] + [f"s{n}={word[-n:]}" for n in (1, 2, 3, 4)]
        rows.append(own)
    full = []
    for i, own in enumerate(rows):
        row = ["bias", *own]
        for step in (-2, -1, 1, 2):
            if 0 <= i + step < len(rows):
                row += [f"{step}:{feature}" for feature in rows[i + step][:3]]
        row += [f"-1w={doc[i - 1].norm_}|{doc[i].norm_}"] if i else ["begin"]
        full.append(row)
    return full


def begun(tags: Sequence[int]) -> list[int]:
    """The tags, in the numbers of `tag_names`, where a name that goes on without a beginning, as CRFsuite lets it, begins there."""
    repaired: list[int] = []
    before = 0
    for tag in tags:
        goes_on = tag > 0 and tag % 2 == 0
        if goes_on and before not in (tag - 1, tag):
            repaired.append(tag - 1)
        else:
            repaired.append(tag)
        before = tag
    return repaired


class Crf:
    """A linear-chain CRF (Lafferty et al. 2001; CRFsuite by Okazaki) as a component of a spaCy pipeline."""

    def __init__(self, nlp: Language):
        self.lists = Lists(nlp)
        self.names = tag_names(label_names())
        self.tagger = pycrfsuite.Tagger()

    def rows(self, doc: Doc) -> list[list[str]]:
        self.lists(doc)
        rows = features(doc, [f"{token.ent_iob_}{token.ent_type_}" for token in doc])
        doc.set_ents([])
        return rows

    def __call__(self, doc: Doc) -> Doc:
        tags = begun([self.names.index(tag) for tag in self.tagger.tag(self.rows(doc))])
        doc.set_ents([spacy.tokens.Span(doc, a, b, label=label_names()[n]) for a, b, n in spans_of_tags(tags)])
        return doc

    def fit(self, nlp: Language, articles: Iterable[Article], penalty: tuple[float, float], path: Path) -> None:
        """Train on gold articles and write the tagger to a file; a name that fits no token of the pipeline is lost.

        A CRF knows no missing tag, so it reads the stretches that were annotated, one by one.
        """
        trainer = pycrfsuite.Trainer(verbose=False)
        for article in tqdm(list(articles), desc="features", unit="article", disable=None):
            rows = self.rows(nlp.make_doc(article.text))
            doc, _ = gold_doc(nlp, article, Misfit.drop)
            for known, tokens in groupby(doc, key=lambda token: token.ent_iob > 0):
                if known:
                    places = [token.i for token in tokens]
                    trainer.append([rows[i] for i in places], [tag_of(doc[i]) for i in places])
        trainer.set_params({"c1": penalty[0], "c2": penalty[1], "max_iterations": ITERATIONS, "feature.minfreq": 2})
        with placing(path) as temporary:
            trainer.train(str(temporary))


class Peer:
    """A blank pipeline with one function after the tokeniser, with what `predict` needs of a pipeline."""

    def __init__(self, nlp: Language, component) -> None:
        self.nlp, self.component = nlp, component

    def pipe(self, texts: Iterable[str]) -> Iterable[Doc]:
        return (self.component(self.nlp.make_doc(text)) for text in texts)


def make_lists(stock: bool, file: Path | None) -> Peer:
    nlp = blank_pipeline(stock)
    return Peer(nlp, Lists(nlp))


def make_crf(stock: bool, file: Path | None) -> Peer:
    nlp = blank_pipeline(stock)
    crf = Crf(nlp)
    crf.tagger.open(str(file))
    return Peer(nlp, crf)


def train_crf(stock: bool, train: list[Article], dev: list[Article], stem: Path) -> tuple[Path, float]:
    """The file of the CRF whose penalty is best on dev, STEM.NUMBER.crf, and the seconds of its training."""
    nlp = blank_pipeline(stock)
    fitted = []
    for number, penalty in enumerate(PENALTIES):
        path = stem.with_name(f"{stem.name}.{number}.crf")
        start = time.perf_counter()
        Crf(nlp).fit(nlp, train, penalty, path)
        seconds = time.perf_counter() - start
        f1 = exact(predict(make_crf(stock, path), dev)[0], label_names())[ALL]["f1"]
        fitted.append((f1, path, seconds))
    _, path, seconds = max(fitted, key=lambda row: row[0])
    return path, seconds


class Way(NamedTuple):
    """A way to find the names.

    make: the peer, from its trained file, None if it needs none. train: makes that file from training and dev
    articles, by a path that its name begins with; gives the file and the seconds it took.
    """

    make: Callable[[Path | None], Peer]
    train: Callable[[list[Article], list[Article], Path], tuple[Path, float]] | None = None


PEERS = {
    "lists-stock": Way(partial(make_lists, True)),
    "crf-stock": Way(partial(make_crf, True), partial(train_crf, True)),
    "lists-ours": Way(partial(make_lists, False)),
    "crf-ours": Way(partial(make_crf, False), partial(train_crf, False)),
}


def measured(name: str, file: Path | None, tests: dict[str, list[Article]]) -> dict:
    """Exact scores of a peer on every test, words per second on the first, and the most memory of this process."""
    peer = PEERS[name].make(file)
    found = {test: predict(peer, articles) for test, articles in tests.items()}
    return {
        "tests": {test: exact(pairs, label_names()) for test, (pairs, _, _) in found.items()},
        "words_per_second": round(next(iter(found.values()))[2]),
        "memory_mb": peak_memory(),
    }
