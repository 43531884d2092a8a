"""Build an installable wheel of a pipeline, and say what came out in one line."""

from ar_news.cli import run

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import InputError, read_json, write_text


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of the described pipeline.")],
    output: Annotated[Path, typer.Argument(help="Folder for the packages.")],
    name: Annotated[str, typer.Option(help="Name without the language: ent_news_sm makes the package ar_ent_news_sm.")],
    version: Annotated[str, typer.Option(help="Version of the package.")],
    code: Annotated[list[Path], typer.Option(help="Program file that goes along; may be given several times.")],
):
    """Package PIPELINE as a wheel in OUTPUT that needs nothing of this project.

    What the build says is kept in OUTPUT/NAME-VERSION.log.
    """
    meta = read_json(pipeline / "meta.json", "run `spacy project run describe` first")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "spacy",
        "package",
        str(pipeline),
        str(output),
        "--code",
        ",".join(map(str, code)),
    ]
    command += ["--name", name, "--version", version, "--build", "wheel", "--force"]
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror}); choose another folder") from None
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False
    )
    package = f"{meta['lang']}_{name}-{version}"
    log = output / f"{package}.log"
    write_text(log, done.stdout)
    wheels = sorted((output / package / "dist").glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stdout.strip().splitlines() or ["nothing"])[-1]
        raise InputError(f"{pipeline}: no wheel came out ({said}); see {log}")
    score = meta.get("performance", {}).get("ents_f")
    told = "" if score is None else f", F {100 * score:.1f} on the test articles"
    print(f"{wheels[-1]}: {wheels[-1].stat().st_size / 1e6:.1f} MB{told}")


if __name__ == "__main__":
    run(main)
