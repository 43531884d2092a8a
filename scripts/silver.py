"""Turn the labels of taggers into silver articles: sure names are spans, unsure stretches teach nothing."""
from articles import ROOT, Article, InputError, Span, is_edge, label_names, read_articles, read_json, run, write_articles  # isort: skip
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Dict, Pattern, Set

import numpy
import typer
from ar_news.tagger import spans_of_tags
from ar_news.tokenizer import fold
from arrays import read_arrays
from convert import blank_pipeline
from spacy.tokens import Doc
from tqdm import tqdm


def any_of(*beginnings: str) -> Pattern[str]:
    """Finds the beginnings of nouns in a text whose spelling is folded."""
    return re.compile("|".join(map(fold, beginnings)))


HEADS = any_of(
    *("اتفاق", "معاهد", "ميثاق", "بروتوكول", "إعلان", "هدن", "مذكر", "خط", "عهد", "وثيق", "تفاهم", "صلح", "وعد", "سلام")
)
# Of an outlet, in its name or in the five tokens before it. 13,828 of 16,084 MEDIA names of the taggers stand on a list or
# have one; few of the others that are frequent are outlets: the Pentagon, the FBI, FIFA, days of the week.
OUTLET_HEADS = any_of(
    *("صحيف", "صحف", "جريد", "جرائد", "مجلة", "مجلات", "وكال", "قناة", "قنوات", "شبكة", "شبكات", "فضائي", "إذاع", "راديو"),
    *("تلفزيون", "تليفزيون", "محطة", "موقع", "بوابة", "نيوز", "برس", "تايمز"),
)


def read_list(name: str) -> Any:
    """A list of configs/."""
    return read_json(ROOT / "configs" / name, "restore it from the repository")


def country_forms() -> Set[str]:
    """Every name of a state that configs/countries.json knows, spelling folded, without white space."""
    states = read_list("countries.json")
    return {name_key(form) for state in states for form in state["short"] + state["official"]}


def known_names() -> Dict[str, Set[str]]:
    """The keys of the countries and outlets that configs/ lists, by label."""
    outlets = read_list("outlets.json")
    names = outlets["anywhere"] + outlets["after_a_generic_noun"]
    return {"COUNTRY": country_forms(), "MEDIA": {name_key(name) for name in names}}


def name_key(name: str) -> str:
    """A name without spelling variants, white space and the article, whose alif لل does not write."""
    return re.sub("^ا?ل", "", "".join(fold(name).split()))


def doubtful(text: str, before: str, label: str, known: Dict[str, Set[str]]) -> bool:
    """Whether a found name is against the lists or the rules.

    That is a country that no list knows, an outlet that no list knows without a head noun in it or in the tokens
    before it, and an Arabic agreement without a head noun. known: as known_names gives it.
    """
    if is_edge(text[0]) or is_edge(text[-1]) or "\n" in text:
        return True
    if label == "COUNTRY":
        return name_key(text) not in known[label]
    if label == "MEDIA":
        return name_key(text) not in known[label] and not OUTLET_HEADS.search(fold(f"{before} {text}"))
    if label == "AGREEMENT":
        return not HEADS.search(fold(text)) and any("\u0620" <= c <= "\u064A" for c in text)
    return False


def silver(article: Article, doc: Doc, tags: numpy.ndarray, sure: numpy.ndarray, least: float, known: Dict[str, Set[str]]) -> Article:
    """The article with its own spans, the sure spans of the labels it was not annotated for, and the unsure stretches.

    tags, sure: best tag and its probability in 255ths, one a token.
    """
    names, own = label_names(), article.labels
    spans, unsure = list(article.spans), set(article.unsure)
    doubt = sure < 255 * least
    for start, end, number in spans_of_tags(tags.tolist()):
        found = doc[start:end]
        span = Span(found.start_char, found.end_char, names[number])
        if span.label in own or any(s.start < span.end and span.start < s.end for s in article.spans):
            doubt[start:end] = False
        elif doubt[start:end].any() or doubtful(found.text, doc[max(0, start - 5) : start].text, span.label, known):
            doubt[start:end] = True
        else:
            spans.append(span)
    for token in doc:
        if doubt[token.i] and not any(s.start < token.idx + len(token) and token.idx < s.end for s in spans):
            unsure.add((token.idx, token.idx + len(token)))
    return replace(article, spans=tuple(sorted(spans)), annotated_for=None, unsure=tuple(sorted(unsure)))


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of the labelled articles.")],
    labels: Annotated[Path, typer.Argument(help="Their labels (.npz), as label.py wrote them.")],
    output: Annotated[Path, typer.Option(help="JSONL of silver articles.")],
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Least probability of a sure tag.")] = 0.7,
    most_unsure: Annotated[float, typer.Option(help="Articles with a larger share of unsure words are left out.")] = 0.1,
):
    """Write ARTICLES with the names that their taggers are sure of.

    The labels that an article was annotated for stay as they are; the other labels come from the taggers. Unsure
    tokens, countries that no list knows, unlisted outlets and agreements without a head noun are listed as unsure.
    """
    pool = read_articles([articles])
    arrays = read_arrays(labels, ["tags", "sure", "size"], "write it with label.py")
    tags, sure, ends = arrays["tags"], arrays["sure"], arrays["size"].cumsum()
    if len(pool) != len(ends):
        raise InputError(f"{labels}: labels of {len(ends)} articles, but {articles} has {len(pool)}; label it again")
    nlp, known, kept = blank_pipeline(), known_names(), []
    counts: Counter = Counter()
    for article, end, size in zip(tqdm(pool, desc="silver", unit="article", disable=None), ends, numpy.diff(ends, prepend=0)):
        doc = nlp.make_doc(article.text)
        if len(doc) != size:
            raise InputError(f"{articles}: article {article.id}: {len(doc)} tokens, labels for {size}; label it again")
        found = silver(article, doc, tags[end - size : end], sure[end - size : end], least, known)
        if len(found.unsure) <= most_unsure * size:
            kept.append(found)
            counts.update(span.label for span in found.spans)
    write_articles(output, kept)
    print(f"{output}: {len(kept)} of {len(pool)} articles, names: " + ", ".join(f"{k} {v}" for k, v in sorted(counts.items())))


if __name__ == "__main__":
    run(main)
