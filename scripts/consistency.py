"""List names that are marked in one place of a corpus and unmarked in another."""
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, List, Set, Tuple

import spacy
import typer
from ar_news.tokenizer import fold
from articles import Article, read_articles, run, write_text
from convert import blank_pipeline, gold_doc
from spacy.matcher import PhraseMatcher
from tqdm import tqdm
from typing_extensions import Annotated

CONTEXT = 30


def unmarked(articles: List[Article]) -> Tuple[Counter, Dict[str, List[str]]]:
    """How often each name is marked, and where it stands unmarked, both by its folded spelling.

    Found by tokens with spaCy's PhraseMatcher, so proclitics and spelling variants do not hide a name.
    Places inside another span are no fault: the longest name wins.
    """
    nlp = blank_pipeline()
    docs = [gold_doc(nlp, article)[0] for article in tqdm(articles, desc="tokenise", unit="article", disable=None)]
    marked: Counter = Counter(fold(ent.text) for doc in docs for ent in doc.ents)
    matcher = PhraseMatcher(nlp.vocab, attr="NORM")
    surfaces: Set[str] = {ent.text for doc in docs for ent in doc.ents}
    matcher.add("name", list(nlp.tokenizer.pipe(sorted(surfaces))))
    places = defaultdict(list)
    for article, doc in zip(articles, tqdm(docs, desc="search", unit="article", disable=None)):
        spans = spacy.util.filter_spans(doc[start:end] for _, start, end in matcher(doc))
        for span in spans:
            if not any(token.ent_type_ for token in span):
                before = article.text[max(0, span.start_char - CONTEXT) : span.start_char]
                after = article.text[span.end_char : span.end_char + CONTEXT]
                places[fold(span.text)].append(f"{article.id}: …{before}**{span.text}**{after}…".replace("\n", " ¶ "))
    return marked, dict(places)


def main(
    articles: Annotated[List[Path], typer.Argument(help="JSONL files of gold articles.")],
    output: Annotated[Path, typer.Option(help="Markdown file to write.")] = Path("training/consistency.md"),
):
    """List every name of ARTICLES that is marked somewhere and unmarked elsewhere, doubtful ones first.

    Many are right, as homographs and names inside longer names are: read the list, correct what is wrong.
    """
    marked, places = unmarked(read_articles(articles))
    order = sorted(places, key=lambda name: (-marked[name] / len(places[name]), name))
    lines = []
    for name in order:
        lines += [f"\n## {name}: marked {marked[name]}, unmarked {len(places[name])}\n", *(f"- {p}" for p in places[name])]
    write_text(output, "\n".join(lines).lstrip() + "\n")
    print(f"{output}: {len(order)} names, {sum(map(len, places.values()))} unmarked places")


if __name__ == "__main__":
    run(main)
