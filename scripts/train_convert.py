"""Convert gold JSONL to the binary format that spaCy trains on."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated, Any

import typer
from spacy.tokens import DocBin
from tqdm import tqdm

from ar_news.data.articles import more_files, read_articles
from ar_news.data.files import placing, write_json
from ar_news.data.stamps import digest
from ar_news.docs import blank_pipeline, gold_doc, shown


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with the JSONL splits.")],
    output: Annotated[Path, typer.Argument(help="Folder for the .spacy files.")],
    split: Annotated[list[str], typer.Option(help="Split to convert; may be given several times.")] = ["train", "dev"],
    more: Annotated[
        str, typer.Option(help='JSONL of more training articles, such as rebuilt stand-off gold; "" for none.')
    ] = "",
):
    """Tokenise the gold articles of CORPUS and write OUTPUT/SPLIT.spacy for `spacy train`.

    Names that no token boundary of the pipeline fits are listed in OUTPUT/misaligned.json. They stay in
    the gold, where they count as missed. The dev articles are those of CORPUS/everyday too, if it has them. What --more was, and of which collections, stands in OUTPUT/more.json.
    """
    nlp, added = blank_pipeline(), more_files(more)
    everyday = corpus / "everyday" / "dev.jsonl"
    others = {"train": added, "dev": [everyday] if everyday.is_file() else []}
    report: dict[str, Any] = {}
    for name in split:
        articles = read_articles([corpus / f"{name}.jsonl", *others.get(name, [])])
        docs, misaligned = DocBin(), list[str]()
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
    collections = {article.meta.get("source", "articles of one's own") for article in read_articles(added)}
    write_json(
        output / "more.json",
        {
            "data": {f"{path.resolve().parent.name}/{path.name}": digest(path) for path in added},
            "collections": sorted(collections),
        },
    )


if __name__ == "__main__":
    run(main)
