"""Convert gold JSONL to the binary format that spaCy trains on."""
from articles import Article, Span, placing, read_articles, run, write_json  # isort: skip
from dataclasses import replace
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, List, Tuple

import spacy
import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from tqdm import tqdm

import ar_news  # noqa: F401  (registers the tokeniser)


class Misfit(str, Enum):
    """What becomes of a name that no token boundary of the pipeline fits.

    cut: the tokens are cut at its edges; it counts as missed. missing: its tokens have no annotation. drop: its tokens
    are no name.
    """

    cut = "cut"
    missing = "missing"
    drop = "drop"


def blank_pipeline(stock: bool = False) -> Language:
    """An Arabic pipeline that holds nothing but the initialised news tokeniser, or spaCy's own one."""
    if stock:
        return spacy.blank("ar")
    nlp = spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": "ar_news.tokenizer.v1"}}})
    nlp.tokenizer.initialize()
    return nlp


def cut(doc: Doc, spans: List[Span]) -> Doc:
    """The doc with its tokens cut at the edges of these spans."""
    bounds = {edge for span in spans for edge in (span.start, span.end)}
    words, spaces = [], []
    for token in doc:
        inner = sorted(edge - token.idx for edge in bounds if token.idx < edge < token.idx + len(token))
        for start, end in pairwise([0, *inner, len(token)]):
            words.append(token.text[start:end])
            spaces.append(end == len(token) and bool(token.whitespace_))
    return Doc(doc.vocab, words=words, spaces=spaces)


def gold_doc(nlp: Language, article: Article, misfit: Misfit = Misfit.cut) -> Tuple[Doc, List[Span]]:
    """The article as a Doc with its gold spans, and the spans that no token boundary of the pipeline fits.

    In training the pipeline sees its own tokens, so a span that was cut free cannot be learnt or found, and spaCy's
    scorer counts it as missed; without the cut spaCy would leave it out of the gold and no score would show it.

    Tokens of unsure stretches have no annotation (ENT_IOB 0) and teach nothing. Where an article was annotated for
    some labels only, neither has any token outside its spans, as it may belong to a name of another label.
    """
    doc = nlp.make_doc(article.text)
    misfits = [span for span in article.spans if doc.char_span(span.start, span.end) is None]
    if misfits and misfit is Misfit.cut:
        doc = cut(doc, misfits)
    found = [doc.char_span(span.start, span.end, label=span.label) for span in article.spans]
    spans = [span for span in found if span is not None]
    taken = {token.i for span in spans for token in span}
    open_places = [*article.unsure, *((span.start, span.end) for span in (misfits if misfit is Misfit.missing else ()))]
    unknown = {token.i for place in open_places for token in doc.char_span(*place, alignment_mode="expand")} - taken
    whole = article.annotated_for is None or set(article.labels) == set(replace(article, annotated_for=None).labels)
    doc.set_ents(spans, missing=[doc[i : i + 1] for i in sorted(unknown)], default="outside" if whole else "missing")
    return doc, misfits


def shown(article: Article, span: Span) -> str:
    """A span for a list: where it is, its label and its surface."""
    return f"{article.id} [{span.start}, {span.end}] {span.label} {article.text[span.start : span.end]}"


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with the JSONL splits.")],
    output: Annotated[Path, typer.Argument(help="Folder for the .spacy files.")],
    split: Annotated[List[str], typer.Option(help="Split to convert; may be given several times.")] = ["train", "dev"],
):
    """Tokenise the gold articles of CORPUS and write OUTPUT/SPLIT.spacy for `spacy train`.

    Names that no token boundary of the pipeline fits are listed in OUTPUT/misaligned.json. They stay in
    the gold, where they count as missed.
    """
    nlp = blank_pipeline()
    report = {}
    for name in split:
        articles = read_articles([corpus / f"{name}.jsonl"])
        docs, misaligned = DocBin(), []
        for article in tqdm(articles, desc=name, unit="article", disable=None):
            doc, misfits = gold_doc(nlp, article)
            docs.add(doc)
            misaligned.extend(shown(article, span) for span in misfits)
        names = sum(len(article.spans) for article in articles)
        report[name] = {"names": names, "misaligned": misaligned}
        print(f"{name}: {len(articles)} articles, {names} names, {len(misaligned)} that no token boundary fits")
        with placing(output / f"{name}.spacy") as temporary:
            docs.to_disk(temporary)
    write_json(output / "misaligned.json", report)


if __name__ == "__main__":
    run(main)
