"""What was tried: a row a configuration, with the spread of its scores over the seeds on every test."""

from pathlib import Path
from typing import Any

from ar_news.data.files import InputError, read_json, write_json
from ar_news.scores.scoring import ALL


def trial(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Of the summed results of compare_seeds.py what a trial keeps: mean and standard deviation of F, and articles read whole, by test."""
    return {
        test: {"f1": row["exact"][ALL]["f1"], "whole": row["whole"], "seeds": row["seeds"]}
        for test, row in results.items()
    }


def keep_trial(file: Path, of: str, tried: str, kept: bool, results: dict[str, Any]) -> None:
    """Write a trial into a JSON file of them, in the place of an earlier one of the same words, else at the end of its group.

    of: what is common to the trials of a group. tried: what this one did. kept: whether it became a default. Raises InputError if one
    of the two is empty, or for a file that holds no trials.
    """
    if not (of and tried):
        raise InputError("--trials: a trial has a group and a name; say --of and --tried")
    groups: dict[str, dict[str, dict]] = read_json(file, "move it away") if file.exists() else {}
    if not isinstance(groups, dict):
        raise InputError(f"{file}: holds no trials; give another file")
    groups.setdefault(of, {})[tried] = {"kept": kept, "tests": trial(results)}
    write_json(file, groups)


def trials_table(rows: dict[str, dict]) -> str:
    """F (percent) of each trial of a group on each test, mean ± standard deviation of several seeds, and the share of single sentences read right."""
    tests = list(dict.fromkeys(test for row in rows.values() for test in row["tests"]))
    lines = [f"| tried | seeds | {' | '.join(tests)} | kept |", "|-" * (3 + len(tests)) + "|"]
    for tried, row in rows.items():
        seeds = max(test["seeds"] for test in row["tests"].values())
        shown = [told(row["tests"].get(test), test) for test in tests]
        lines.append(f"| {tried} | {seeds} | {' | '.join(shown)} | {'yes' if row['kept'] else 'no'} |")
    return "\n".join(lines)


def told(score: dict | None, test: str) -> str:
    """One cell of the table; of sentences sorted by kind those that are read exactly right, else F."""
    if score is None:
        return "–"
    value = score["whole" if test == "kinds" else "f1"]
    spread = f" ± {100 * value['sd']:.1f}" if score["seeds"] > 1 else ""
    return f"{100 * value['mean']:.1f}{spread}"
