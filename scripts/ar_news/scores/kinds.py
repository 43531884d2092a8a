"""Sentences sorted by what makes them hard: how many a pipeline reads exactly right, kind by kind."""

from pathlib import Path
from typing import TypedDict

from ar_news.data.articles import Article, Span, read_articles
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.scores.evaluation import Reader, predict
from ar_news.scores.scoring import ALL, Pair, Scores, exact


class Right(TypedDict):
    """Sentences in which every name and nothing else was found, and how many there are."""

    right: int
    sentences: int


class ByKind(Right):
    """The result over all sentences, as it is written to JSON; kinds: the worst first, then by name."""

    exact: Scores
    kinds: dict[str, Right]


def read_sentences(path: Path) -> list[Article]:
    """Gold articles that say their kind. Raises InputError, with every fault, for any other file."""
    sentences = read_articles([path])
    faults = [
        f"{path}: article {sentence.id}: `kind` is no string; write what kind of sentence it is"
        for sentence in sentences
        if not isinstance(sentence.meta.get("kind"), str)
    ]
    if faults:
        raise InputError(*faults)
    return sentences


def by_kind(nlp: Reader, sentences: list[Article]) -> tuple[ByKind, list[Pair]]:
    """How a pipeline reads sentences that say their kind, and the spans that this was counted on."""
    pairs, _, _ = predict(nlp, sentences)
    kinds: dict[str, Right] = {}
    for sentence, pair in zip(sentences, pairs):
        kind = kinds.setdefault(sentence.meta["kind"], {"right": 0, "sentences": 0})
        kind["right"] += pair.gold == pair.predicted
        kind["sentences"] += 1
    worst_first = sorted(kinds.items(), key=lambda row: (row[1]["right"] / row[1]["sentences"], row[0]))
    result: ByKind = {
        "right": sum(kind["right"] for kind in kinds.values()),
        "sentences": len(sentences),
        "exact": exact(pairs, label_names()),
        "kinds": dict(worst_first),
    }
    return result, pairs


def table(result: ByKind) -> str:
    """Kind by kind a line, the worst first, then the names and the sentences over all."""
    lines = [f"{kind['right']:4} of {kind['sentences']:3}  {name}" for name, kind in result["kinds"].items()]
    row = result["exact"][ALL]
    lines.append(f"names: P {row['precision']:.3f}, R {row['recall']:.3f}, F {row['f1']:.3f}")
    lines.append(f"sentences read exactly right: {result['right']} of {result['sentences']}")
    return "\n".join(lines)


def wrong(sentences: list[Article], pairs: list[Pair]) -> list[str]:
    """Each sentence that is not right, a line each, with what was missed and what is false."""

    def named(text: str, spans: set[Span]) -> str:
        return ", ".join(f"{text[span.start : span.end]!r} {span.label}" for span in sorted(spans)) or "nothing"

    return [
        f"{sentence.id}: {sentence.text!r}: missed {named(sentence.text, pair.gold - pair.predicted)}; "
        f"false {named(sentence.text, pair.predicted - pair.gold)}"
        for sentence, pair in zip(sentences, pairs)
        if pair.gold != pair.predicted
    ]
