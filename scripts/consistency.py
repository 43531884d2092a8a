"""List names that are marked in one place of a corpus and unmarked in another."""
from articles import Article, Span, read_articles, run, write_text  # isort: skip
from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated, Dict, List, Set, Tuple

import typer
from ar_news.tokenizer import fold
from convert import blank_pipeline
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans
from tqdm import tqdm

CONTEXT = 30
# Places shown of one name: what stands unmarked hundreds of times is another word, as a look at a few tells.
SHOWN = 20


def name_key(doc: Doc, span: Span) -> str:
    """The folded spelling of a name; behind لل with the alif that is not written there."""
    tokens = doc.char_span(span.start, span.end)
    if tokens is None:
        return fold(doc.text[span.start : span.end])
    return "".join(token.norm_ + token.whitespace_ for token in tokens).strip()


def unmarked(articles: List[Article]) -> Tuple[Counter, Dict[str, List[str]]]:
    """How often each name is marked, and where it stands unmarked, both by `name_key`.

    Found by tokens with spaCy's PhraseMatcher, so proclitics and spelling variants do not hide a name.
    Places inside another span are no fault: the longest name wins. Nor are those that an article was not annotated for.
    """
    nlp = blank_pipeline()
    docs = [nlp.make_doc(article.text) for article in tqdm(articles, desc="tokenise", unit="article", disable=None)]
    marked: Counter = Counter()
    labels: Dict[str, Set[str]] = defaultdict(set)
    for article, doc in zip(articles, docs):
        for span in article.spans:
            key = name_key(doc, span)
            marked[key] += 1
            labels[key].add(span.label)
    matcher = PhraseMatcher(nlp.vocab, attr="NORM")
    for name in sorted(marked):
        matcher.add(name, [nlp.make_doc(name)])
    places = defaultdict(list)
    for article, doc in zip(articles, tqdm(docs, desc="search", unit="article", disable=None)):
        for found in filter_spans(matcher(doc, as_spans=True)):
            start, end = found.start_char, found.end_char
            told = article.decided(Span(start, end, label) for label in labels[found.label_])
            if told and not any(span.start < end and start < span.end for span in article.spans):
                before, after = article.text[max(0, start - CONTEXT) : start], article.text[end : end + CONTEXT]
                places[found.label_].append(f"{article.id}: …{before}**{found.text}**{after}…".replace("\n", " ¶ "))
    return marked, dict(places)


def main(
    articles: Annotated[List[Path], typer.Argument(help="JSONL files of gold articles.")],
    output: Annotated[Path, typer.Option(help="Markdown file to write.")],
):
    """List every name of ARTICLES that is marked somewhere and unmarked elsewhere, doubtful ones first, each with 20 places at most.

    Many are right, as homographs and names inside longer names are: read the list, correct what is wrong.
    """
    marked, places = unmarked(read_articles(articles))
    order = sorted(places, key=lambda name: (-marked[name] / len(places[name]), name))
    lines = []
    for name in order:
        found = places[name]
        lines += [f"\n## {name}: marked {marked[name]}, unmarked {len(found)}\n", *(f"- {place}" for place in found[:SHOWN])]
        if len(found) > SHOWN:
            lines.append(f"- and {len(found) - SHOWN} more")
    write_text(output, "\n".join(lines).lstrip() + "\n")
    print(f"{output}: {len(order)} names, {sum(map(len, places.values()))} unmarked places")


if __name__ == "__main__":
    run(main)
