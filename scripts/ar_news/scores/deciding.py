"""Which of several configurations to keep: by the mean F of the devs, those of the corpus and that of real news."""

from pathlib import Path
from statistics import mean

from ar_news.data.articles import read_articles
from ar_news.data.files import ROOT, InputError
from ar_news.data.labels import label_names
from ar_news.docs import load
from ar_news.scores.evaluation import predict
from ar_news.scores.scoring import ALL, exact

# What decides between configurations. The checkpoint of one training is chosen by the first and the last alone, as they need no network.
DEVS = {
    "dev": ROOT / "corpus" / "dev.jsonl",
    "real": ROOT / "training" / "standoff" / "dev.jsonl",
    "everyday": ROOT / "corpus" / "everyday" / "dev.jsonl",
}
DECIDING = 2


def devs_there() -> dict[str, Path]:
    """The first two of DEVS that are there: real news, once `standoff_fetch.py` has put them together, and until then everyday articles of ours."""
    there = [(name, file) for name, file in DEVS.items() if file.is_file()]
    return dict(there[:DECIDING])


def decisions(pipelines: list[Path], devs: dict[str, Path]) -> list[dict]:
    """A row a pipeline: its path, exact F on every dev (0 to 1) and their mean; the best mean first.

    Raises InputError for a pipeline or a dev that cannot be read, or if there is no dev.
    """
    if not devs:
        raise InputError(f"none of {', '.join(map(str, DEVS.values()))} is there; name one by --dev NAME=FILE")
    gold = {name: read_articles([file]) for name, file in devs.items()}
    rows = []
    for pipeline in pipelines:
        nlp = load(str(pipeline))
        scores = {name: exact(predict(nlp, articles)[0], label_names())[ALL]["f1"] for name, articles in gold.items()}
        rows.append({"pipeline": str(pipeline), "f1": scores, "mean": mean(scores.values())})
    return sorted(rows, key=lambda row: -row["mean"])
