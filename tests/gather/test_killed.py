"""A crawl that is killed at any moment goes on where it was, and ends as if nothing had happened."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from cagraph.crawl.archive import folder_of
from cagraph.crawl.journal import Finished, read
from tests.gather.compare import differences
from tests.gather.conftest import SOURCES, replay, run_at, standin_of
from tests.standin.__main__ import environment
from tests.standin.content import Content
from tests.standin.faults import PASSING, Fault, Faults

KILLS = 50
QUICK = [fault for fault in PASSING if fault is not Fault.DRIP]
"""A drip would only be waited for."""

FEW = "*[!0-4679a-f]"
"""Of years and fingerprints, those that end in 5 and 8: of every source something, and of none much."""

# Each crawl is forked from a process that has loaded everything, and nothing but that: most of a command's
# time goes into loading, and a kill there would prove nothing.
LOADED = multiprocessing.get_context("forkserver")
LOADED.set_forkserver_preload([run_at.__module__, "cagraph.ingest", "aiohttp.web", "cryptography.x509"])


def start(db: Path, url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "cagraph", "crawl", *SOURCES, "--dated", "2024-05-08", "--allow-private"]
    return subprocess.Popen(
        [*command, "--db", str(db)],
        env={**os.environ, **environment(url, "2024-05-08")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=db.parent,
    )


def is_finished(db: Path) -> bool:
    """Whether the crawl had come to its end: a kill so late interrupts nothing."""
    return any(isinstance(line, Finished) for line in read(folder_of(db) / "fetches.ndjson"))


def test_killed_at_any_moment(content: Content, tmp_path: Path) -> None:
    """50 kills at random moments, a fifth of the answers going wrong: row for row the fault-free one."""
    rng = random.Random(7)
    killed = number = 0
    whole = tmp_path / "whole.duckdb"
    with standin_of(content) as standin:
        time_of(fork(whole, standin.url))
    with standin_of(content, Faults(seed=1, share=0.2, kinds=QUICK)) as standin:
        longest = time_of(fork(tmp_path / "timed.duckdb", standin.url))
        while killed < KILLS or not is_finished(tmp_path / f"{number}.duckdb"):
            db = tmp_path / f"{number}.duckdb"
            if is_finished(db):
                replay(db, folder_of(db))
                assert differences(whole, db, clock=False) == {}
                number += 1
            else:
                killed += kill_after(fork(db, standin.url), rng.uniform(0.1, 1.1) * longest)
    replay(db, folder_of(db))
    assert differences(whole, db, clock=False) == {}
    assert number > 0, "some crawls came to their end in between"


def fork(db: Path, url: str) -> BaseProcess:
    """Start a crawl of the stand-in in a process of its own."""
    crawl = LOADED.Process(target=run_at, args=(url, db), kwargs={"only": FEW})
    crawl.start()
    return crawl


def time_of(crawl: BaseProcess) -> float:
    """Return how long a crawl takes that nobody interrupts."""
    began = time.monotonic()
    assert not kill_after(crawl, 300)
    return time.monotonic() - began


def kill_after(crawl: BaseProcess, seconds: float) -> bool:
    """Kill a crawl after some time; whether it was still running."""
    crawl.join(seconds)
    running = crawl.is_alive()
    if running:
        crawl.kill()
        crawl.join()
    else:
        assert crawl.exitcode == 0
    crawl.close()
    return running


def test_a_second_crawl_is_told_who_holds_the_database(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin:
        # So slow that the second one comes while it runs.
        standin.delay = 0.2
        first = start(tmp_path / "db.duckdb", standin.url)
        while not (tmp_path / "db.archive" / "fetches.ndjson").exists():
            assert first.poll() is None
            time.sleep(0.02)
        second = start(tmp_path / "db.duckdb", standin.url)
        _, said = second.communicate(timeout=60)
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert second.returncode == 5
    assert f"in use by process {first.pid}" in said
    assert "Traceback" not in said


def test_ctrl_c_ends_a_crawl_cleanly(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin:
        standin.delay = 0.2
        crawl = start(tmp_path / "db.duckdb", standin.url)
        while not standin.log:
            time.sleep(0.02)
        crawl.send_signal(signal.SIGINT)
        _, said = crawl.communicate(timeout=30)
    assert crawl.returncode == 130
    assert said.strip().splitlines()[-1] == "cagraph: interrupted"
