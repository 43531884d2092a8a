"""Make clean unlabelled articles out of the public raw collections, without those that are held out."""

from ar_news.cli import run

import json
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ar_news.data.articles import Article, read_articles, text_faults
from ar_news.data.files import InputError, write_json, writing
from ar_news.data.near_articles import Copies
from ar_news.public.collections import _ARABIC, _LETTER, read_assets, without_furniture


def main(
    assets: Annotated[Path, typer.Argument(help="Folder with antcorpus*.zip, saudinewsnet/*.zip or both.")],
    output: Annotated[Path, typer.Argument(help="JSONL of articles to write; counts go beside it (.json).")],
    without: Annotated[
        list[Path], typer.Option(help="JSONL of held-out articles: they and near copies of them are left out.")
    ] = [],
    limit: Annotated[int, typer.Option(min=0, help="Most articles of one SaudiNewsNet outlet.")] = 1500,
    seed: Annotated[int, typer.Option(help="Another seed, other articles of an outlet that has too many.")] = 0,
    words: Annotated[int, typer.Option(help="Fewest words of an article.")] = 40,
):
    """Write the articles of the raw collections in ASSETS, each once, title first, one paragraph a line.

    ANT comes first and whole; SaudiNewsNet follows, no outlet with more than --limit articles, sports last.
    """
    copies = Copies(read_articles(without, spans=False))
    pool = without_furniture(read_assets(assets))

    def rank(article: Article) -> tuple[bool, bool, bytes]:
        order = blake2b(f"{seed}:{article.id}".encode(), digest_size=8).digest()
        return article.meta["source"] != "ant", article.meta["section"] == "sport", order

    kept: Counter = Counter()
    size: Counter = Counter()
    dropped: Counter = Counter()
    with writing(output) as file:
        for article in tqdm(sorted(pool, key=rank), desc="choose", unit="article", disable=None):
            outlet, text = f"{article.meta['source']}/{article.meta['outlet']}", article.text
            if len(text.split()) < words:
                reason = "short"
            elif len(_ARABIC.findall(text)) < 0.7 * len(_LETTER.findall(text)):
                reason = "little Arabic"
            elif text_faults(text):
                reason = "broken text"
            elif article.meta["source"] != "ant" and kept[outlet] >= limit:
                reason = "over the limit"
            else:
                reason = copies.reason(article)
            if reason:
                dropped[reason] += 1
                continue
            kept[outlet] += 1
            size[outlet] += len(text.split())
            file.write(json.dumps({"id": article.id, **article.meta, "text": text}, ensure_ascii=False) + "\n")
        if not kept:
            raise InputError(f"{assets}: every article was left out ({dict(dropped)}); lower --words or hold out fewer")
    counts = {"articles": sum(kept.values()), "words": sum(size.values()), "by outlet": kept, "dropped": dropped}
    write_json(output.with_suffix(".json"), counts)
    for name, number in kept.most_common():
        print(f"{name}: {number} articles, {size[name]} words")
    print(f"{output}: {counts['articles']} articles, {counts['words']} words; dropped: {dict(dropped)}")


if __name__ == "__main__":
    run(main)
