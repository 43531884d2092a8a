"""Make gold articles of two public corpora: ANERcorp's text and people, NewsFANE's countries and outlets."""

from ar_news.cli import run

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ar_news.data.articles import Article, text_faults, write_articles
from ar_news.data.files import read_lines, write_json
from ar_news.data.lists import country_forms
from ar_news.docs import blank_pipeline
from ar_news.public.anercorp import LABELS, align, annotate, natural, read_news, read_tokens


def main(
    assets: Annotated[Path, typer.Argument(help="Folder with ANERCorp_CamelLab_*.txt and the zip of WikiFANE.")],
    output: Annotated[Path, typer.Argument(help="Folder for anercorp-train.jsonl, anercorp-test.jsonl and counts.")],
):
    """Write ANERcorp's sentences with people, countries and outlets as bare names, train and test apart.

    People are ANERcorp's, countries and outlets NewsFANE's, which annotates the same news; both are cut to the
    rules of this project. Training sentences that the two corpora see differently, that are not in NewsFANE
    or that also stand in the test part are left out; the test part is whole but for lines of marks. Nobody annotated AGREEMENT there.
    """
    news = read_news(assets / "WikiFANE_2014_Gold_standard.zip")
    size = 16
    anchors: dict[str, list[int]] = {}
    for i in range(len(news.key) - size + 1):
        anchors.setdefault(news.key[i : i + size], []).append(i)
    nlp, countries = blank_pipeline(), country_forms()
    report: dict[str, dict] = {}
    tested: set[str] = set()
    for split in ("test", "train"):
        path = assets / f"ANERCorp_CamelLab_{split}.txt"
        articles, dropped = [], Counter()
        for number, tokens in enumerate(
            tqdm(list(read_tokens(path, read_lines(path))), desc=split, unit="sentence", disable=None)
        ):
            sentence = natural(tokens)
            if text_faults(sentence.text):
                dropped["no Arabic letter"] += 1
                continue
            places = align(sentence, news, anchors, size)
            spans, reason = annotate(sentence, nlp, news, places or [-1] * len(sentence.key), countries)
            if split == "test":
                tested.add(sentence.key)
                labels = LABELS if places else ["PERSON"]
            else:
                labels, reason = LABELS, "in the test part" if sentence.key in tested else reason
                if reason:
                    dropped[reason] += 1
                    continue
            meta = {"source": "ANERcorp"}
            articles.append(Article(f"anercorp-{split}-{number}", sentence.text, tuple(spans), meta, tuple(labels)))
        write_articles(output / f"anercorp-{split}.jsonl", articles)
        names = Counter(span.label for article in articles for span in article.spans)
        report[split] = {"sentences": len(articles), "names": dict(names), "dropped": dict(dropped)}
        print(f"{split}: {len(articles)} sentences, {dict(names)}, dropped: {dict(dropped)}")
    write_json(output / "counts.json", report)


if __name__ == "__main__":
    run(main)
