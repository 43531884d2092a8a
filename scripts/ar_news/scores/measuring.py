"""Measure one pipeline: exact scores, speed, memory and size."""

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

from threadpoolctl import threadpool_info

from ar_news.data.articles import Article, gold_files, read_articles
from ar_news.data.files import InputError


def peak_memory() -> float:
    """Most memory that this process has held, in MB of 10^6 bytes; 0 on Windows, which does not tell."""
    if sys.platform == "win32":
        return 0.0
    # Linux lets a new process begin with the peak that getrusage knows of the one that started it; not so this file.
    with suppress(OSError), open("/proc/self/status", encoding="utf-8") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def apart(function: Callable, *arguments):
    """What a function returns in a process of its own, which begins with nothing of this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        return processes.submit(function, *arguments).result()


def kernels() -> list[str]:
    """The libraries of matrix products and threads in this process: name, version, and the kernel chosen by the processor."""
    pools = threadpool_info()
    return sorted(
        {f"{pool['internal_api']} {pool.get('version')} {pool.get('architecture', '')}".strip() for pool in pools}
    )


def named_files(tests: list[str]) -> dict[str, Path]:
    """The file of every test, by its name, for NAME=PATH: a file under NAME, those of a folder each under the name it has.

    A file that comes twice keeps its first name alone. Raises InputError for another form, a folder without files, and a
    name that two files have.
    """
    found: dict[str, Path] = {}
    for test in tests:
        given, sign, place = test.partition("=")
        if not sign:
            raise InputError(f"{given}: no NAME=FILE; write for example test=corpus/test.jsonl")
        for file in gold_files(Path(place)):
            name = file.stem if Path(place).is_dir() else given
            first = next((earlier for earlier, other in found.items() if other == file), name)
            if first != name:
                print(f"{name}: left out, as {file} is {first} already")
            elif found.setdefault(name, file) != file:
                raise InputError(f"{file}: its name {name} is that of {found[name]} already; give it another name")
    return found


def read_tests(tests: list[str]) -> dict[str, list[Article]]:
    """The gold articles of every test, by its name; InputError for what `named_files` refuses or cannot be read."""
    return {name: read_articles([file]) for name, file in named_files(tests).items()}
