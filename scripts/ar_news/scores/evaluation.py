"""Evaluate a pipeline against gold articles: scores as JSON and table, errors as a web page."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypedDict

from spacy.tokens import Doc
from tqdm import tqdm

from ar_news.data.articles import Article, Span
from ar_news.data.files import write_json, write_text
from ar_news.data.labels import label_names
from ar_news.pipeline.tokenizer import fold
from ar_news.scores.difference_page import Difference, page
from ar_news.scores.scoring import ALL, Confusion, Pair, Scores, confusion, exact, interval, overlap


class Reader(Protocol):
    """What reads texts: a spaCy pipeline, or something else that gives Docs with entities."""

    def pipe(self, texts: Iterable[str]) -> Iterable[Doc]: ...


class _Apart(TypedDict, total=False):
    unaligned: int
    words_per_second: int
    seen_apart: dict[str, Scores]


class Evaluation(_Apart):
    """Every score on some articles, as it is written to JSON.

    interval: bounds of F by label. Of a pipeline alone, unaligned: gold spans that fit no token, and words_per_second.
    seen_apart: `seen` and `unseen`, where training articles were given.
    """

    articles: int
    words: int
    exact: Scores
    interval: dict[str, list[float]]
    overlap: Scores
    confusion: Confusion


def predict(nlp: Reader, articles: list[Article]) -> tuple[list[Pair], int, float]:
    """Pairs of gold and predicted spans, gold spans that fit no token, and words per second.

    What an article was not annotated for counts on neither side: labels that were not looked for, and
    unsure stretches.
    """
    texts = [article.text for article in articles]
    list(nlp.pipe(texts[:2]))
    start = time.perf_counter()
    docs = list(tqdm(nlp.pipe(texts), total=len(texts), desc="evaluate", unit="article", disable=None))
    seconds = time.perf_counter() - start
    pairs, unaligned = [], 0
    for article, doc in zip(articles, docs):
        gold = set(article.decided(article.spans))
        unaligned += sum(doc.char_span(span.start, span.end) is None for span in gold)
        predicted = (Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
        pairs.append(Pair(gold, set(article.decided(predicted))))
    return pairs, unaligned, sum(len(text.split()) for text in texts) / seconds


def name_key(article: Article, span: Span) -> tuple[str, str]:
    """What makes two mentions the same name: label and spelling, with spelling variants folded."""
    return span.label, fold(article.text[span.start : span.end])


def seen_apart(articles: list[Article], pairs: list[Pair], training: list[Article]) -> dict[str, Scores]:
    """Exact scores over the names that stand in the training articles, and over those that do not."""
    known: set[tuple[str, str]] = {name_key(article, span) for article in training for span in article.spans}
    parts: dict[str, list[Pair]] = {"seen": [], "unseen": []}
    for article, pair in zip(articles, pairs):
        seen = Pair(*({span for span in side if name_key(article, span) in known} for side in pair))
        parts["seen"].append(seen)
        parts["unseen"].append(Pair(pair.gold - seen.gold, pair.predicted - seen.predicted))
    return {name: exact(part, label_names()) for name, part in parts.items()}


def table(result: Evaluation) -> str:
    """The scores as a Markdown table."""
    apart = result.get("seen_apart", {})
    lines = ["| | P | R | F | 95 % of F | F, overlap | names |" + "".join(f" F, {part} | names |" for part in apart)]
    lines.append("|-" * (7 + 2 * len(apart)) + "|")
    for label, row in result["exact"].items():
        low, high = result["interval"][label]
        numbers = " | ".join(f"{100 * value:.1f}" for value in (row["precision"], row["recall"], row["f1"]))
        loose = 100 * result["overlap"][label]["f1"]
        cells = [label, numbers, f"{100 * low:.1f} – {100 * high:.1f}", f"{loose:.1f}", str(row["support"])]
        for scores in apart.values():
            cells += [f"{100 * scores[label]['f1']:.1f}", str(scores[label]["support"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def error_page(articles: list[Article], pairs: list[Pair], title: str) -> str:
    """A page with every error in its context, gold above predicted."""
    errors = [
        Difference(
            f"{'missed' if wrong in gold else 'wrong'} {wrong.label}: {article.text[wrong.start : wrong.end]} ({article.id})",
            article,
            wrong.start,
            wrong.end,
            {"gold": gold, "predicted": predicted},
        )
        for article, (gold, predicted) in zip(articles, pairs)
        for wrong in sorted(gold ^ predicted)
    ]
    return page(title, errors)


def scored(gold: list[Article], pairs: list[Pair], training: list[Article]) -> Evaluation:
    """Every score of predicted spans on gold articles, whoever predicted them.

    training: where they are given, names that stand there are scored apart from new ones.
    """
    labels = label_names()
    result: Evaluation = {
        "articles": len(gold),
        "words": sum(len(article.text.split()) for article in gold),
        "exact": exact(pairs, labels),
        "interval": interval(pairs, labels),
        "overlap": overlap(pairs, labels),
        "confusion": confusion(pairs, labels),
    }
    if training:
        result["seen_apart"] = seen_apart(gold, pairs, training)
    return result


def evaluation(nlp: Reader, gold: list[Article], training: list[Article]) -> tuple[Evaluation, list[Pair]]:
    """Every score of a pipeline on gold articles, and the spans that they were counted on; training as in `scored`."""
    pairs, unaligned, speed = predict(nlp, gold)
    return {**scored(gold, pairs, training), "unaligned": unaligned, "words_per_second": round(speed)}, pairs


def write_scores(output: Path, name: str, gold: list[Article], pairs: list[Pair], result: Evaluation) -> str:
    """Write NAME.json, NAME.md and NAME.errors.html to a folder; the scores for the terminal."""
    errors = output / f"{name}.errors.html"
    write_json(output / f"{name}.json", result)
    write_text(output / f"{name}.md", table(result) + "\n")
    write_text(errors, error_page(gold, pairs, f"Errors on {name}"))
    lines = [table(result)]
    if "unaligned" in result:
        lines.append(f"gold names that no token boundary fits (counted as missed): {result['unaligned']}")
    header = result["confusion"]["labels"]
    lines += ["", "confusion, rows gold, columns predicted", " " * 10 + "".join(f"{label:>10}" for label in header)]
    for label, row in zip(header, result["confusion"]["matrix"]):
        lines.append(f"{label:<10}" + "".join(f"{value:>10}" for value in row))
    speed = f"{result['words_per_second']:,} words/s; " if "words_per_second" in result else ""
    return "\n".join([*lines, "", f"F {result['exact'][ALL]['f1']:.3f}, {speed}errors in {errors}"])
