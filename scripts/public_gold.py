"""Make gold articles of two public corpora: ANERcorp's text and people, NewsFANE's countries and outlets."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.public.anercorp import make_gold


def main(
    assets: Annotated[Path, typer.Argument(help="Folder with ANERCorp_CamelLab_*.txt and the zip of WikiFANE.")],
    output: Annotated[Path, typer.Argument(help="Folder for anercorp-train.jsonl, anercorp-test.jsonl and counts.")],
):
    """Write ANERcorp's sentences with people, countries and outlets as bare names, train and test apart.

    People are ANERcorp's, countries and outlets NewsFANE's, which annotates the same news; both are cut to the
    rules of this project. Training sentences that the two corpora see differently, that are not in NewsFANE
    or that also stand in the test part are left out; the test part is whole but for lines of marks. Nobody annotated AGREEMENT there.
    """
    for split, counts in make_gold(assets, output).items():
        print(f"{split}: {counts['sentences']} sentences, {counts['names']}, dropped: {counts['dropped']}")


if __name__ == "__main__":
    run(main)
