"""Measure other ways to find the names, on the same articles: lists, and a tagger by conditional random fields."""
import time
from pathlib import Path
from typing import Dict, Iterable, List, Sequence, Tuple

import pycrfsuite
import spacy
import typer
from ar_news.tagger import spans_of_tags, tag_names, tag_of
from articles import Article, label_names, placing, read_articles, run, write_json
from convert import blank_pipeline
from evaluate import predict
from measure import peak_memory, read_tests
from scoring import ALL, exact
from spacy.language import Language
from spacy.tokens import Doc
from suggest import Lists
from tqdm import tqdm
from typing_extensions import Annotated

# The grid of (L1, L2) weights; dev chooses.
PENALTIES = ((0.1, 0.01), (1.0, 0.001))
ITERATIONS = 80


def shape(text: str) -> str:
    """A letter for the kind of a token: digits, Arabic, Latin, mark or white space."""
    first = text[0]
    if first.isdigit():
        return "0"
    if first.isalpha():
        return "ع" if "\u0600" <= first <= "\u06FF" else "A" if first.isupper() else "a"
    return " " if first.isspace() else "."


def features(doc: Doc, listed: Sequence[str]) -> List[List[str]]:
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


class Crf:
    """A linear-chain CRF (Lafferty et al. 2001; CRFsuite by Okazaki) as a component of a spaCy pipeline."""

    def __init__(self, nlp: Language, path: Path):
        self.lists = Lists(nlp)
        self.path = path
        self.names = tag_names(label_names())
        self.tagger = pycrfsuite.Tagger()

    def rows(self, doc: Doc) -> List[List[str]]:
        self.lists(doc)
        rows = features(doc, [f"{token.ent_iob_}{token.ent_type_}" for token in doc])
        doc.set_ents([])
        return rows

    def __call__(self, doc: Doc) -> Doc:
        tags = [self.names.index(tag) for tag in self.tagger.tag(self.rows(doc))]
        # CRFsuite may let a name go on without a beginning.
        tags = [tag - 1 if tag and not tag % 2 and (not i or tags[i - 1] not in (tag, tag - 1)) else tag for i, tag in enumerate(tags)]
        doc.set_ents([spacy.tokens.Span(doc, a, b, label=label_names()[n]) for a, b, n in spans_of_tags(tags)])
        return doc

    def fit(self, nlp: Language, articles: Iterable[Article], penalty: Tuple[float, float]) -> None:
        """Train on gold articles; a name that fits no token of the pipeline is lost."""
        trainer = pycrfsuite.Trainer(verbose=False)
        for article in tqdm(list(articles), desc="features", unit="article", disable=None):
            doc = nlp.make_doc(article.text)
            rows = self.rows(doc)
            spans = (doc.char_span(span.start, span.end, label=span.label) for span in article.spans)
            doc.set_ents([span for span in spans if span])
            trainer.append(rows, [tag_of(token) for token in doc])
        trainer.set_params({"c1": penalty[0], "c2": penalty[1], "max_iterations": ITERATIONS, "feature.minfreq": 2})
        with placing(self.path) as temporary:
            trainer.train(str(temporary))
        self.tagger.open(str(self.path))


class Peer:
    """A blank pipeline with one function after the tokeniser, with what `predict` needs of a pipeline."""

    def __init__(self, nlp: Language, component) -> None:
        self.nlp, self.component = nlp, component

    def pipe(self, texts: Iterable[str]) -> Iterable[Doc]:
        return (self.component(self.nlp.make_doc(text)) for text in texts)


def scores(peer: Peer, tests: Dict[str, List[Article]]) -> Dict:
    """Exact scores on every test, words per second on the first."""
    found = {name: predict(peer, articles) for name, articles in tests.items()}
    speed = next(iter(found.values()))[2]
    return {"tests": {name: exact(pairs, label_names()) for name, (pairs, _, _) in found.items()}, "words_per_second": round(speed)}


def best_crf(nlp: Language, train: List[Article], dev: List[Article], output: Path) -> Tuple[Crf, float]:
    """The CRF of the penalty that is best on dev, and the seconds of its training."""
    fitted = []
    for number, penalty in enumerate(PENALTIES):
        crf = Crf(nlp, output.with_name(f"{output.stem}.{number}.crf"))
        start = time.perf_counter()
        crf.fit(nlp, train, penalty)
        seconds = time.perf_counter() - start
        fitted.append((exact(predict(Peer(nlp, crf), dev)[0], label_names())[ALL]["f1"], crf, seconds))
    _, crf, seconds = max(fitted, key=lambda row: row[0])
    return crf, seconds


def main(
    train: Annotated[Path, typer.Argument(help="Training articles, JSONL.")],
    dev: Annotated[Path, typer.Argument(help="Dev articles: they choose the penalties of the CRF.")],
    test: Annotated[List[str], typer.Option(help="NAME=FILE: gold articles to score on; may be given several times.")],
    output: Annotated[Path, typer.Option(help="JSON file to write; trained taggers go beside it.")] = Path("training/ablation/peers.json"),
):
    """Score lists of countries and outlets, and a CRF with the usual features, on stock spaCy's tokens and on ours."""
    tests = read_tests(test)
    gold, chosen = read_articles([train]), read_articles([dev])
    result = {}
    for tokens, nlp in (("stock", blank_pipeline(stock=True)), ("ours", blank_pipeline())):
        result[f"lists-{tokens}"] = {**scores(Peer(nlp, Lists(nlp)), tests), "megabytes": 0.0, "train_seconds": 0, "memory_mb": peak_memory()}
        crf, seconds = best_crf(nlp, gold, chosen, output.with_name(f"crf-{tokens}"))
        size = crf.path.stat().st_size / 1e6
        result[f"crf-{tokens}"] = {**scores(Peer(nlp, crf), tests), "megabytes": round(size, 1), "train_seconds": round(seconds), "memory_mb": peak_memory()}
    write_json(output, result)
    for name, row in result.items():
        print(f"{name}: " + ", ".join(f"{test} {100 * found[ALL]['f1']:.1f}" for test, found in row["tests"].items()))


if __name__ == "__main__":
    run(main)
