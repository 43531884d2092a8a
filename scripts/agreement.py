"""Agreement of two annotators who marked the same articles on their own."""
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import typer
from articles import Article, InputError, label_names, read_articles, run, write_json
from convert import blank_pipeline
from scoring import ALL, Pair, exact
from sklearn.metrics import cohen_kappa_score
from typing_extensions import Annotated


def same_articles(first: List[Article], second: List[Article]) -> List[Tuple[Article, Article]]:
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


def token_labels(article: Article, offsets: List[int]) -> List[str]:
    """For each token, given by the offset of its first character, the label of the span that holds it, or O."""
    by_offset = {offset: label for start, end, label in article.spans for offset in range(start, end)}
    return [by_offset.get(offset, "O") for offset in offsets]


def kappa(one: Sequence, two: Sequence) -> Optional[float]:
    """Cohen's kappa (Cohen 1960) of two label sequences; None, as it is undefined, if both are one same label throughout."""
    return None if len({*one, *two}) < 2 else float(cohen_kappa_score(one, two))


def agreement(pairs: List[Tuple[Article, Article]]) -> Dict:
    """Span F1 and Cohen's kappa over tokens, per label and over all, and every difference.

    F1 is the same whichever annotator is taken for gold. Kappa of one label asks of each token whether it
    belongs to a name of that label.
    """
    nlp = blank_pipeline()
    labels = label_names()
    one, two, differences = [], [], []
    for left, right in pairs:
        offsets = [token.idx for token in nlp.make_doc(left.text) if not token.is_space]
        one += token_labels(left, offsets)
        two += token_labels(right, offsets)
        for span in sorted(set(left.spans) ^ set(right.spans)):
            by = "first" if span in left.spans else "second"
            differences.append({"id": left.id, "by": by, **span._asdict(), "text": left.text[span.start : span.end]})
    scores = exact([Pair(set(left.spans), set(right.spans)) for left, right in pairs], labels)
    kappas = {label: kappa([a == label for a in one], [b == label for b in two]) for label in labels}
    kappas[ALL] = kappa(one, two)
    rows = {
        label: {"f1": scores[label]["f1"], "kappa": found, "names": scores[label]["support"]}
        for label, found in kappas.items()
    }
    return {"articles": len(pairs), "tokens": len(one), "agreement": rows, "differences": differences}


def show(result: Dict) -> str:
    """The agreement as a table for the terminal."""
    lines = [f"{'':<10}{'F1':>8}{'kappa':>8}"]
    for label, row in result["agreement"].items():
        shown = "–" if row["kappa"] is None else f"{row['kappa']:.3f}"
        lines.append(f"{label:<10}{row['f1']:>8.3f}{shown:>8}")
    return "\n".join([*lines, f"{result['articles']} articles, {result['tokens']} tokens, {len(result['differences'])} differences"])


def main(
    first: Annotated[List[Path], typer.Option(help="JSONL of the first annotator; may be given several times.")],
    second: Annotated[Path, typer.Option(help="JSONL of the second annotator: some or all of the same articles.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
):
    """Compare what two annotators marked in the same articles: span F1 and Cohen's kappa on tokens, by label."""
    result = agreement(same_articles(read_articles(first), read_articles([second])))
    write_json(output, result)
    print(f"{show(result)} in {output}")


if __name__ == "__main__":
    run(main)
