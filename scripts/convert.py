"""Convert gold JSONL to the binary format that spaCy trains on."""
from itertools import pairwise
from pathlib import Path
from typing import List, Tuple

import spacy
import typer
from articles import Article, placing, read_articles, run, write_json
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from tqdm import tqdm
from typing_extensions import Annotated

import ar_news  # noqa: F401  (registers the tokeniser)


def blank_pipeline(stock: bool = False) -> Language:
    """An Arabic pipeline that holds nothing but the initialised news tokeniser, or spaCy's own one."""
    if stock:
        return spacy.blank("ar")
    nlp = spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": "ar_news.tokenizer.v1"}}})
    nlp.tokenizer.initialize()
    return nlp


def gold_doc(nlp: Language, article: Article) -> Tuple[Doc, List[str]]:
    """The article as a Doc that holds every gold span, and the spans that needed a boundary of their own.

    The pipeline's tokens are cut at gold boundaries where they do not fit. In training the pipeline sees
    its own tokens, so such a span cannot be learnt or found, and spaCy's scorer counts it as missed;
    without the cut spaCy would leave it out of the gold and no score would show it.
    Stretches that a silver article lists under "unsure" have no annotation: they teach nothing.
    """
    doc = nlp.make_doc(article.text)
    missing = [span for span in article.spans if doc.char_span(span.start, span.end) is None]
    if missing:
        bounds = {edge for span in missing for edge in (span.start, span.end)}
        words, spaces = [], []
        for token in doc:
            inner = sorted(edge - token.idx for edge in bounds if token.idx < edge < token.idx + len(token))
            for start, end in pairwise([0, *inner, len(token)]):
                words.append(token.text[start:end])
                spaces.append(end == len(token) and bool(token.whitespace_))
        doc = Doc(nlp.vocab, words=words, spaces=spaces)
    spans = [doc.char_span(span.start, span.end, label=span.label) for span in article.spans]
    unsure = (doc.char_span(start, end, alignment_mode="expand") for start, end in article.meta.get("unsure", []))
    free = [around for around in unsure if not any(span.start < around.end and around.start < span.end for span in spans)]
    doc.set_ents(spans, missing=free)
    shown = [f"{article.id} [{s.start}, {s.end}] {s.label} {article.text[s.start : s.end]}" for s in missing]
    return doc, shown


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
            doc, missing = gold_doc(nlp, article)
            docs.add(doc)
            misaligned.extend(missing)
        names = sum(len(article.spans) for article in articles)
        report[name] = {"names": names, "misaligned": misaligned}
        print(f"{name}: {len(articles)} articles, {names} names, {len(misaligned)} that no token boundary fits")
        with placing(output / f"{name}.spacy") as temporary:
            docs.to_disk(temporary)
    write_json(output / "misaligned.json", report)


if __name__ == "__main__":
    run(main)
