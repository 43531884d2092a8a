"""Give a trained pipeline its full description, ready to be packaged."""
import shutil
from pathlib import Path
from typing import Dict

import srsly
import typer
from articles import ROOT, InputError, label_names, load_labels, placing, run, write_json
from scoring import ALL
from typing_extensions import Annotated


def performance(scores: Dict) -> Dict:
    """Scores under the names that spaCy's meta.json uses (0 to 1)."""
    short = {"p": "precision", "r": "recall", "f": "f1"}
    rows = {label: {s: row[long] for s, long in short.items()} for label, row in scores["exact"].items()}
    total = rows.pop(ALL)
    return {**{f"ents_{s}": value for s, value in total.items()}, "ents_per_type": rows, "speed": scores["words_per_second"]}


def main(
    model: Annotated[Path, typer.Argument(help="Folder of the trained pipeline.")],
    scores: Annotated[Path, typer.Argument(help="Its scores on the test split, as evaluate.py wrote them.")],
    output: Annotated[Path, typer.Argument(help="Folder for the described pipeline; an old one is replaced.")],
    size: Annotated[
        str, typer.Option(help="md or trf: adds the licence and sources of configs/meta-best.json, as more than the corpus went in.")
    ] = "",
):
    """Copy MODEL to OUTPUT with labels, test scores, sources and licence in its meta.json."""
    for path in (model / "meta.json", scores):
        if not path.exists():
            raise InputError(f"{path}: no such file; run `spacy project run all` first")
    meta = srsly.read_json(model / "meta.json")
    missing = set(label_names()) - set(meta["labels"].get("ner", []))
    if missing:
        print(f"warning: the training data held no {', '.join(sorted(missing))}; the pipeline cannot find it")
    with placing(output) as temporary:
        shutil.copytree(model, temporary)
        meta.update(srsly.read_json(ROOT / "configs" / "meta.json"))
        if size:
            more = srsly.read_json(ROOT / "configs" / "meta-best.json")[size]
            meta.update(license=more["license"], sources=[*meta["sources"], *more["sources"]])
        meta["performance"] = performance(srsly.read_json(scores))
        meta["label_definitions"] = {row["label"]: row["definition_en"] for row in load_labels()}
        write_json(temporary / "meta.json", meta)
    print(f"{output}: ready to be packaged")


if __name__ == "__main__":
    run(main)
