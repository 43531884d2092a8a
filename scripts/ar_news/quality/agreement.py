"""Agreement of two annotators who marked the same articles on their own."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from sklearn.metrics import cohen_kappa_score

from ar_news.data.articles import Article, Span
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.docs import blank_pipeline
from ar_news.scores.scoring import ALL, Pair, exact, interval


def same_articles(first: list[Article], second: list[Article]) -> list[tuple[Article, Article]]:
    """The articles of `second`, each with its twin of `first`; InputError if one has none or another text."""
    twins = {article.id: article for article in first}
    faults = []
    for article in second:
        if article.id not in twins:
            faults.append(f"article {article.id}: only the second annotator has it; give the first one's file too")
        elif twins[article.id].text != article.text:
            faults.append(f"article {article.id}: the two annotators had different texts; annotate it again")
    if faults:
        raise InputError(*faults)
    return [(twins[article.id], article) for article in second]


def token_labels(spans: Iterable[Span], offsets: list[int]) -> list[str]:
    """For each token, given by the offset of its first character, the label of the span that holds it, or O."""
    by_offset = {offset: label for start, end, label in spans for offset in range(start, end)}
    return [by_offset.get(offset, "O") for offset in offsets]


def kappa(one: Sequence, two: Sequence) -> float | None:
    """Cohen's kappa (Cohen 1960) of two label sequences; None, as it is undefined, if both are one same label throughout."""
    return None if len({*one, *two}) < 2 else float(cohen_kappa_score(one, two))


class Row(TypedDict):
    """F1 of spans (0 to 1) and the bounds of its 95 % interval by bootstrap over articles, Cohen's kappa over tokens, None
    where it is undefined, and names of the first annotator."""

    f1: float
    interval: list[float]
    kappa: float | None
    names: int


class Agreement(TypedDict):
    """What is written of two annotators: `agreement` by label and over all, and every span that one of them alone has."""

    articles: int
    tokens: int
    agreement: dict[str, Row]
    differences: list[dict[str, Any]]


def agreement(pairs: list[tuple[Article, Article]]) -> Agreement:
    """Span F1 and Cohen's kappa over tokens, per label and over all, and every difference.

    F1 is the same whichever annotator is taken for gold. Kappa of one label asks of each token whether it
    belongs to a name of that label.
    """
    nlp = blank_pipeline()
    labels = label_names()
    one: list[tuple[str, set[str]]] = []
    two: list[str] = []
    differences: list[dict[str, Any]] = []
    compared: list[Pair] = []
    for left, right in pairs:
        # What one of them did not annotate cannot be agreed upon.
        both = Pair(*(set(left.decided(right.decided(side.spans))) for side in (left, right)))
        compared.append(both)
        wanted = set(left.labels) & set(right.labels)
        unsure = {place for start, end in (*left.unsure, *right.unsure) for place in range(start, end)}
        offsets = [token.idx for token in nlp.make_doc(left.text) if not token.is_space and token.idx not in unsure]
        one += [(label, wanted) for label in token_labels(both.gold, offsets)]
        two += token_labels(both.predicted, offsets)
        for span in sorted(both.gold ^ both.predicted):
            by = "first" if span in both.gold else "second"
            differences.append({"id": left.id, "by": by, **span._asdict(), "text": left.text[span.start : span.end]})
    scores, bounds = exact(compared, labels), interval(compared, labels)
    kappas: dict[str, float | None] = {}
    for label in labels:
        asked = [(a == label, b == label) for (a, wanted), b in zip(one, two) if label in wanted]
        kappas[label] = kappa(*zip(*asked)) if asked else None
    kappas[ALL] = kappa([a for a, _ in one], two)
    rows: dict[str, Row] = {
        label: {
            "f1": scores[label]["f1"],
            "interval": bounds[label],
            "kappa": found,
            "names": scores[label]["support"],
        }
        for label, found in kappas.items()
    }
    return {"articles": len(pairs), "tokens": len(one), "agreement": rows, "differences": differences}


def show(result: Agreement) -> str:
    """The agreement as a table for the terminal."""
    lines = [f"{'':<10}{'F1':>8}{'95 %':>16}{'kappa':>8}"]
    for label, row in result["agreement"].items():
        shown = "–" if row["kappa"] is None else f"{row['kappa']:.3f}"
        bounds = " – ".join(f"{bound:.3f}" for bound in row["interval"])
        lines.append(f"{label:<10}{row['f1']:>8.3f}{bounds:>16}{shown:>8}")
    return "\n".join(
        [*lines, f"{result['articles']} articles, {result['tokens']} tokens, {len(result['differences'])} differences"]
    )
