"""Evaluate a pipeline against gold articles: scores as JSON and table, errors as a web page."""
from articles import Article, Span, in_project, label_names, read_articles, run, write_json, write_text  # isort: skip
import time
from pathlib import Path
from typing import Annotated, Any, Dict, List, Optional, Set, Tuple

import typer
from ar_news.tokenizer import fold
from pages import Difference, page
from pipelines import load
from scoring import ALL, Pair, confusion, exact, interval, overlap
from tqdm import tqdm


def predict(nlp, articles: List[Article]) -> Tuple[List[Pair], int, float]:
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


def evaluation(nlp, gold: List[Article], training: List[Article]) -> Tuple[Dict[str, Any], List[Pair]]:
    """Every score of a pipeline on gold articles, and the spans that they were counted on.

    training: where they are given, names that stand there are scored apart from new ones.
    """
    labels = label_names()
    pairs, unaligned, speed = predict(nlp, gold)
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
    return result, pairs


def main(
    pipeline: Annotated[str, typer.Argument(help="Folder of a trained pipeline, or name of an installed one.")],
    articles: Annotated[Path, typer.Argument(help="Gold articles as JSONL.")],
    output: Annotated[Path, typer.Option(help="Folder for NAME.json, NAME.md and NAME.errors.html.")] = in_project(
        "training/news_ner_sm/scores"
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
    result, pairs = evaluation(load(pipeline), gold, read_articles([train]) if train else [])
    stem = name or articles.stem
    write_json(output / f"{stem}.json", result)
    write_text(output / f"{stem}.md", table(result) + "\n")
    write_text(output / f"{stem}.errors.html", error_page(gold, pairs, f"Errors on {stem}"))
    print(table(result))
    print(f"gold names that no token boundary fits (counted as missed): {result['unaligned']}")
    header = result["confusion"]["labels"]
    print("\nconfusion, rows gold, columns predicted\n" + " " * 10 + "".join(f"{label:>10}" for label in header))
    for label, row in zip(header, result["confusion"]["matrix"]):
        print(f"{label:<10}" + "".join(f"{value:>10}" for value in row))
    print(f"\nF {result['exact'][ALL]['f1']:.3f}, {result['words_per_second']:,} words/s; errors in {output / f'{stem}.errors.html'}")


if __name__ == "__main__":
    run(main)
