"""Measure one pipeline: exact scores, speed, memory and size."""

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

from threadpoolctl import threadpool_info

from ar_news.data.articles import Article, read_articles
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


def read_tests(tests: list[str]) -> dict[str, list[Article]]:
    """The gold articles of every NAME=FILE, a file under its first name alone; InputError for one of another form."""
    files: dict[Path, str] = {}
    for test in tests:
        name, sign, file = test.partition("=")
        if not sign:
            raise InputError(f"{name}: no NAME=FILE; write for example test=corpus/test.jsonl")
        if files.setdefault(Path(file), name) != name:
            print(f"{name}: left out, as {file} is {files[Path(file)]} already")
    return {name: read_articles([file]) for file, name in files.items()}
