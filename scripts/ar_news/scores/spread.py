"""Score pipelines of several seeds on the same articles: the mean, and how far chance moves it."""

from statistics import mean, stdev
from typing import Any


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
