"""The state of a training between two epochs, so that a stopped one goes on where it was."""
from pathlib import Path
from typing import Any, Dict, List, Tuple

import torch
from articles import placing

# Whatever has a state_dict: model, optimizer, schedule.
Parts = Dict[str, Any]


def save(path: Path, parts: Parts, settings: Dict, log: List[Dict], seconds: float) -> None:
    """Write the state, that of the random numbers, the rows of the epochs so far, and the seconds they took."""
    state = {name: part.state_dict() for name, part in parts.items()}
    chance = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    with placing(path) as temporary:
        torch.save({"state": state, "chance": chance, "settings": settings, "log": log, "seconds": seconds}, temporary)


def resume(path: Path, parts: Parts, settings: Dict) -> Tuple[List[Dict], float]:
    """Rows and seconds of the epochs that are done, their state put into the parts; none of a file of other settings."""
    if not path.exists():
        return [], 0.0
    saved = torch.load(path, map_location="cpu", weights_only=True)
    if saved["settings"] != settings:
        print(f"{path}: of a training with other settings; begun anew")
        return [], 0.0
    for name, part in parts.items():
        part.load_state_dict(saved["state"][name])
    torch.set_rng_state(saved["chance"][0])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state_all(saved["chance"][1:])
    print(f"{path}: goes on after epoch {len(saved['log'])}")
    return saved["log"], saved["seconds"]
