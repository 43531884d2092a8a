"""Fine-tune an encoder to tag names, on a GPU if there is one."""
import random
import time
import zlib
from pathlib import Path
from typing import Dict, List, Set, Tuple

import numpy
import torch
import typer
from ar_news.tagger import likely_tags, spans_of_tags, tag_names
from articles import InputError, label_names, placing, run, write_json
from checkpoint import resume, save
from label import read_head
from reader import Columns, Tagger, batches, device, make_batch, probabilities, read_windows, with_ends
from scoring import prf
from tqdm import tqdm
from transformers import AutoConfig, AutoTokenizer, get_linear_schedule_with_warmup
from typing_extensions import Annotated


def gold_spans(columns: Columns) -> List[Set[Tuple[int, int, int]]]:
    """The names of each article, by the first window that holds each token."""
    tags: List[Dict[int, int]] = [{} for _ in columns["annotated"]]
    for (_, _, _, article, start), begin, end in zip(columns["window"], columns["ends"][:-1, 2], columns["ends"][1:, 2]):
        for place, tag in enumerate(columns["tags"][begin:end], start):
            tags[article].setdefault(place, max(0, int(tag)))
    return [set(spans_of_tags([own[i] for i in sorted(own)])) for own in tags]


def token_f1(model: Tagger, columns: Columns) -> Dict[str, float]:
    """Exact scores over all labels, spans counted in tokens."""
    found = [set(spans_of_tags(likely_tags(rows))) for rows in probabilities(model, columns)]
    gold = gold_spans(columns)
    right = sum(len(a & b) for a, b in zip(gold, found))
    return prf(right, right, sum(map(len, gold)), sum(map(len, found)))


def fit(model: Tagger, columns: Columns, dev: Columns, settings: Dict, state: Path) -> Tuple[List[Dict], float]:
    """Train by AdamW with linear warm-up and decay; the dev scores and seconds of each epoch, and all seconds.

    settings: epochs, rate (the highest learning rate), batch (in wordpieces), seed, and whatever else tells one
    training from another. After each epoch the training is kept in the file state; a stopped one goes on from it.
    """
    epochs, rate = settings["epochs"], settings["rate"]
    torch.manual_seed(settings["seed"])
    rng = random.Random(settings["seed"])
    head = list(model.head.parameters())
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": head, "lr": 10 * rate}], weight_decay=0.01)
    order = [batches(columns, settings["batch"], rng) for _ in range(epochs)]
    steps = sum(map(len, order))
    schedule = get_linear_schedule_with_warmup(optimizer, steps // 10, steps)
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    log, spent = resume(state, parts, settings)
    for epoch, numbers in enumerate(order[len(log) :], len(log) + 1):
        start, total = time.perf_counter(), 0.0
        model.train()
        for chosen in tqdm(numbers, desc=f"epoch {epoch} of {epochs}", unit="batch", disable=None):
            batch = make_batch(columns, chosen, model.encoder.config.pad_token_id)
            with torch.autocast(device().type, torch.bfloat16, enabled=device().type == "cuda"):
                logits = model(batch)
            chances = logits.float().log_softmax(1).masked_fill(~batch["allowed"], -torch.inf)
            loss = -chances.logsumexp(1).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.detach()
        seconds = time.perf_counter() - start
        row = {"epoch": epoch, "seconds": round(seconds, 1), "loss": float(total) / len(numbers), **token_f1(model, dev)}
        log.append(row)
        print(f"epoch {epoch}: loss {row['loss']:.4f}, dev F {row['f1']:.4f}, {seconds:.0f} s")
        spent += time.perf_counter() - start
        if epoch < epochs:
            save(state, parts, settings, log, spent)
    return log, spent


def join(parts: List[Columns]) -> Columns:
    """Several files of windows as one."""
    shift, rows = 0, []
    for part in parts:
        rows.append(part["window"] + numpy.array([0, 0, 0, shift, 0]))
        shift += len(part["annotated"])
    joined = {key: numpy.concatenate([part[key] for part in parts]) for key in ("ids", "piece", "token", "tags", "annotated")}
    joined["window"] = numpy.concatenate(rows)
    return with_ends(joined)


def write(model: Tagger, encoder: str, output: Path, report: Dict) -> None:
    """Write the encoder as a normal model folder, the head beside it, and how they were trained."""
    with placing(output) as temporary:
        temporary.mkdir()
        model.encoder.save_pretrained(temporary)
        AutoTokenizer.from_pretrained(encoder).save_pretrained(temporary)
        numpy.savez(temporary / "head.npz", W=model.head.weight.detach().cpu(), b=model.head.bias.detach().cpu())
        write_json(temporary / "training.json", report)


def new_head(encoder: str) -> Tuple[numpy.ndarray, numpy.ndarray]:
    """The last layer to start from: that of a tagger's folder, else zeros."""
    if (Path(encoder) / "head.npz").exists():
        return read_head(Path(encoder))
    width = AutoConfig.from_pretrained(encoder).hidden_size
    tags = len(tag_names(label_names()))
    return numpy.zeros((tags, width), "f"), numpy.zeros(tags, "f")


def main(
    windows: Annotated[List[Path], typer.Argument(help="Training windows (.npz), as encode.py wrote them.")],
    dev: Annotated[Path, typer.Option(help="Windows of the dev articles.")],
    output: Annotated[Path, typer.Option(help="Folder for the tagger; nothing is done if it is there already.")],
    encoder: Annotated[
        str, typer.Option(help="Folder or hub name of the encoder, or folder of a tagger, to start from.")
    ] = "training/encoder",
    epochs: Annotated[int, typer.Option(min=1, help="Times that every window is read.")] = 7,
    # At 2e-4 two of twelve trainings never found a name.
    rate: Annotated[float, typer.Option(help="Highest learning rate; ten times as high for the new layer.")] = 1e-4,
    batch: Annotated[int, typer.Option(min=512, help="Wordpieces in a batch, padding included.")] = 4096,
    seed: Annotated[int, typer.Option(help="Of the order of the windows and of dropout.")] = 0,
):
    """Train a tagger on WINDOWS and report its dev scores after each epoch. The last epoch is kept.

    On two CPU cores an epoch takes a quarter of an hour, on a GPU seconds. A stopped training goes on after its
    last whole epoch when the same command is given again.
    """
    if (output / "training.json").exists():
        print(f"{output}: there already; remove it to train again")
        return
    columns = join([read_windows(path) for path in windows])
    model = Tagger(encoder, new_head(encoder)).to(device())
    settings = {
        **{"encoder": encoder, "epochs": epochs, "rate": rate, "batch": batch, "seed": seed},
        **{"windows": len(columns["window"]), "data": zlib.crc32(columns["ids"].tobytes() + columns["tags"].tobytes())},
    }
    state = output.with_name(f"{output.name}.checkpoint")
    log, seconds = fit(model, columns, read_windows(dev), settings, state)
    if log[-1]["f1"] == 0:
        state.unlink(missing_ok=True)
        raise InputError(f"{output}: not written, as the tagger found no name on dev; take another seed or a lower rate")
    name = torch.cuda.get_device_name() if device().type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    report = {"device": name, "seconds": round(seconds), **settings, "log": log}
    write(model, encoder, output, report)
    state.unlink(missing_ok=True)
    print(f"{output}: dev F {log[-1]['f1']:.4f} after {report['seconds']} s on {name}")


if __name__ == "__main__":
    run(main)
