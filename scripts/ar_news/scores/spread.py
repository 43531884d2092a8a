"""Score pipelines of several seeds on the same articles: the mean, and how far chance moves it."""

from pathlib import Path
from statistics import mean, stdev
from typing import Any

from ar_news.data.articles import Article
from ar_news.docs import load
from ar_news.scores.evaluation import evaluation

# What of an evaluation has a mean over seeds.
KEPT = ("articles", "words", "unaligned", "words_per_second", "exact", "interval", "overlap", "seen_apart")


def summed(results: list[Any]) -> Any:
    """Results of the same shape as one: every number becomes its mean and, of scores, its standard deviation.

    Counts that are the same in all stay what they are.
    """
    first = results[0]
    if isinstance(first, dict):
        return {key: summed([result[key] for result in results]) for key in first}
    if len(set(map(str, results))) == 1 and not isinstance(first, (float, list)):
        return first
    if isinstance(first, (int, float)):
        return {"mean": mean(results), "sd": stdev(results) if len(results) > 1 else 0.0}
    return [summed([result[i] for result in results]) for i in range(len(first))]


def over_seeds(pipelines: list[Path], tests: dict[str, list[Article]], training: list[Article]) -> dict[str, Any]:
    """A row a test: the number of seeds, and mean and standard deviation of every score of the pipelines on it.

    whole: the share of articles of which every name was read and nothing else (0 to 1). training: as in `evaluation`. Raises InputError
    for a pipeline that cannot be loaded.
    """
    found: dict[str, list[dict]] = {name: [] for name in tests}
    for pipeline in pipelines:
        nlp = load(str(pipeline))
        for name, gold in tests.items():
            result, pairs = evaluation(nlp, gold, training)
            whole = sum(pair.gold == pair.predicted for pair in pairs) / len(pairs)
            found[name].append({**{key: value for key, value in result.items() if key in KEPT}, "whole": whole})
    return {name: {"seeds": len(results), **summed(results)} for name, results in found.items()}
