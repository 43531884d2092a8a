"""Evaluate a pipeline against gold articles: scores as JSON and table, errors as a web page."""
import time
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

import typer
from ar_news.tokenizer import fold
from articles import Article, Span, label_names, read_articles, run, write_json, write_text
from pages import Difference, page
from pipelines import load
from scoring import ALL, Pair, confusion, exact, interval, overlap
from tqdm import tqdm
from typing_extensions import Annotated


def predict(nlp, articles: List[Article]) -> Tuple[List[Pair], int, float]:
    """Pairs of gold and predicted spans, gold spans that fit no token, and words per second.

    Where an article was annotated for some labels only (its key "labels"), those alone are compared.
    """
    texts = [article.text for article in articles]
    list(nlp.pipe(texts[:2]))
    start = time.perf_counter()
    docs = list(tqdm(nlp.pipe(texts), total=len(texts), desc="evaluate", unit="article", disable=None))
    seconds = time.perf_counter() - start
    pairs, unaligned = [], 0
    for article, doc in zip(articles, docs):
        unaligned += sum(doc.char_span(span.start, span.end) is None for span in article.spans)
        labels = article.meta.get("labels", label_names())
        predicted = {Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if ent.label_ in labels}
        pairs.append(Pair(set(article.spans), predicted))
    return pairs, unaligned, sum(len(text.split()) for text in texts) / seconds


def name_key(article: Article, span: Span) -> Tuple[str, str]:
    """What makes two mentions the same name: label and spelling, with spelling variants folded."""
    return span.label, fold(article.text[span.start : span.end])


def seen_apart(articles: List[Article], pairs: List[Pair], training: List[Article]) -> Dict[str, Dict]:
    """Exact scores over the names that stand in the training articles, and over those that do not."""
    known: Set[Tuple[str, str]] = {name_key(article, span) for article in training for span in article.spans}
    parts: Dict[str, List[Pair]] = {"seen": [], "unseen": []}
    for article, pair in zip(articles, pairs):
        seen = Pair(*({span for span in side if name_key(article, span) in known} for side in pair))
        parts["seen"].append(seen)
        parts["unseen"].append(Pair(pair.gold - seen.gold, pair.predicted - seen.predicted))
    return {name: exact(part, label_names()) for name, part in parts.items()}


def table(result: Dict) -> str:
    """The scores as a Markdown table."""
    apart = result.get("seen_apart", {})
    lines = ["| | P | R | F | 95 % of F | F, overlap | names |" + "".join(f" F, {part} | names |" for part in apart)]
    lines.append("|-" * (7 + 2 * len(apart)) + "|")
    for label, row in result["exact"].items():
        low, high = result["interval"][label]
        numbers = " | ".join(f"{100 * row[key]:.1f}" for key in ("precision", "recall", "f1"))
        loose = 100 * result["overlap"][label]["f1"]
        cells = [label, numbers, f"{100 * low:.1f} – {100 * high:.1f}", f"{loose:.1f}", str(row["support"])]
        for scores in apart.values():
            cells += [f"{100 * scores[label]['f1']:.1f}", str(scores[label]["support"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def error_page(articles: List[Article], pairs: List[Pair], title: str) -> str:
    """A page with every error in its context, gold above predicted."""
    errors = [
        Difference(
            f"{'missed' if wrong in gold else 'wrong'} {wrong.label}: {article.text[wrong.start : wrong.end]} ({article.id})",
            article, wrong.start, wrong.end, {"gold": gold, "predicted": predicted},
        )
        for article, (gold, predicted) in zip(articles, pairs)
        for wrong in sorted(gold ^ predicted)
    ]
    return page(title, errors)


def main(
    pipeline: Annotated[str, typer.Argument(help="Folder of a trained pipeline, or name of an installed one.")],
    articles: Annotated[Path, typer.Argument(help="Gold articles as JSONL.")],
    output: Annotated[Path, typer.Option(help="Folder for NAME.json, NAME.md and NAME.errors.html.")] = Path(
        "training/scores"
    ),
    name: Annotated[str, typer.Option(help="Name of the files; that of ARTICLES if not given.")] = "",
    train: Annotated[
        Optional[Path], typer.Option(help="Training articles: scores names that stand there apart from new ones.")
    ] = None,
):
    """Score PIPELINE on the gold spans of ARTICLES.

    A predicted span is right when start, end and label all agree with gold; a gold span that fits no
    token of the pipeline counts as missed. Also written: scores by overlap, 95 % intervals by bootstrap
    over articles, a confusion matrix, and a page that shows every error in context.
    """
    gold = read_articles([articles])
    labels = label_names()
    training = read_articles([train]) if train else []
    pairs, unaligned, speed = predict(load(pipeline), gold)
    result = {
        "articles": len(gold),
        "words": sum(len(article.text.split()) for article in gold),
        "unaligned": unaligned,
        "words_per_second": round(speed),
        "exact": exact(pairs, labels),
        "interval": interval(pairs, labels),
        "overlap": overlap(pairs, labels),
        "confusion": confusion(pairs, labels),
    }
    if training:
        result["seen_apart"] = seen_apart(gold, pairs, training)
    stem = name or articles.stem
    write_json(output / f"{stem}.json", result)
    write_text(output / f"{stem}.md", table(result) + "\n")
    write_text(output / f"{stem}.errors.html", error_page(gold, pairs, f"Errors on {stem}"))
    print(table(result))
    print(f"gold names that no token boundary fits (counted as missed): {unaligned}")
    header, *matrix = result["confusion"]["labels"], *result["confusion"]["matrix"]
    print("\nconfusion, rows gold, columns predicted\n" + " " * 10 + "".join(f"{label:>10}" for label in header))
    for label, row in zip(header, matrix):
        print(f"{label:<10}" + "".join(f"{value:>10}" for value in row))
    print(f"\nF {result['exact'][ALL]['f1']:.3f}, {speed:,.0f} words/s; errors in {output / f'{stem}.errors.html'}")


if __name__ == "__main__":
    run(main)
