"""What a long step was made of, kept beside what it made, so that it is done again exactly when that has changed.

Short steps are left to `spacy project run`, which compares the files that project.yml names. A step that goes on where
it was stopped has to know by itself, and these two would contradict each other: such a step runs every time
(`no_skip`) and decides by its stamp alone.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ar_news.data.files import ROOT, InputError, placing, write_json


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and files of a folder; InputError if there is nothing to read."""
    found = hashlib.sha256()
    try:
        if not path.is_dir():
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    found.update(block)
            return found.hexdigest()
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and "__pycache__" not in inner.parts:
                found.update(f"{inner.relative_to(path).as_posix()} {digest(inner)}\n".encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); run the step before this one first") from None
    return found.hexdigest()


@dataclass(frozen=True)
class Stamp:
    """Settings and inputs of one output.

    output: the file or folder that is made. settings: whatever else decides what comes out (JSON values).
    inputs: files and folders that it is made of, program files that shape it included.
    """

    output: Path
    settings: dict[str, Any]
    inputs: Sequence[Path]

    @property
    def path(self) -> Path:
        """The stamp's own file, beside the output."""
        return self.output.with_name(f"{self.output.name}.stamp.json")

    def made_of(self) -> dict[str, Any]:
        """The settings, and the SHA-256 of every input in its order; paths of the project as the project sees them."""
        found = []
        for path in self.inputs:
            whole = path.resolve()
            name = (whole.relative_to(ROOT) if whole.is_relative_to(ROOT) else whole).as_posix()
            found.append([name, digest(path)])
        return {"settings": json.loads(json.dumps(self.settings)), "inputs": found}

    @property
    def seconds(self) -> int:
        """How long the output took to make."""
        return json.loads(self.path.read_text(encoding="utf-8"))["seconds"]

    def fresh(self) -> bool:
        """Whether the output is there, whole, and made of just this; if so that is said."""
        if not (self.output.exists() and self.path.exists()):
            return False
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:
            return False
        if {key: kept.get(key) for key in ("settings", "inputs", "output")} != {
            **self.made_of(),
            "output": digest(self.output),
        }:
            return False
        print(f"{self.output}: up to date, made of the same inputs with the same settings")
        return True

    @contextmanager
    def making(self, holds: str = "") -> Iterator[Path]:
        """A temporary path, as `files.placing` gives it; the stamp is written when the output has its name."""
        made_of, start = self.made_of(), time.perf_counter()
        with placing(self.output, holds) as temporary:
            yield temporary
            # From here to the new stamp the output counts as unfinished.
            self.path.unlink(missing_ok=True)
        write_json(self.path, {**made_of, "output": digest(self.output), "seconds": round(time.perf_counter() - start)})
