"""The state of a training between two epochs, so that a stopped one goes on where it was."""

from pathlib import Path
from typing import Any

import torch

from ar_news.data.files import placing, tell

# Whatever has a state_dict: model, optimizer, schedule.
Parts = dict[str, Any]


def save(path: Path, parts: Parts, made_of: dict, log: list[dict], seconds: float) -> None:
    """Write the state, that of the random numbers, the rows of the epochs so far, and the seconds they took.

    made_of: settings and inputs of the training, as `Stamp.made_of` gives them.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    chance = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    with placing(path) as temporary:
        torch.save({"state": state, "chance": chance, "made_of": made_of, "log": log, "seconds": seconds}, temporary)


def resume(path: Path, parts: Parts, made_of: dict) -> tuple[list[dict], float]:
    """Rows and seconds of the epochs that are done, their state put into the parts.

    None, and a line that says so, where the file cannot be read or is of other settings or inputs.
    """
    if not path.exists():
        return [], 0.0
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        same = saved["made_of"] == made_of
    except Exception as error:  # Bytes at random may make a pickle raise anything.
        tell(
            [
                f"{path}: cannot be read ({(str(error) or type(error).__name__).splitlines()[0]}); the training begins anew"
            ],
            "warning",
        )
        return [], 0.0
    if not same:
        print(f"{path}: of a training with other settings or inputs; begun anew")
        return [], 0.0
    for name, part in parts.items():
        part.load_state_dict(saved["state"][name])
    torch.set_rng_state(saved["chance"][0])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state_all(saved["chance"][1:])
    print(f"{path}: goes on after epoch {len(saved['log'])}")
    return saved["log"], saved["seconds"]
