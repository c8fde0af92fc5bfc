"""Runs a command beside a stand-in: `python -m tests.standin [--faults SHARE] [--] COMMAND…`.

The command finds the stand-in by its environment (`CAGRAPH_CCADB_URL` and the like; `STANDIN_URL`). With
`--shell` it is one line for a shell. Without a command it serves until Ctrl-C, and prints what to export.
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tests.standin.content import ONECRL, real_content, sample_content
from tests.standin.faults import Faults
from tests.standin.server import LOG_LIST, StandIn, serve_in_thread

INTERRUPTED = 130
ENDING = (signal.SIGINT, signal.SIGTERM)


def environment(url: str, day: str) -> dict[str, str]:
    """Return the settings that lead a crawl to the stand-in."""
    return {
        "STANDIN_URL": url,
        "CAGRAPH_CCADB_URL": f"{url}/{day}",
        "CAGRAPH_CRTSH_URL": f"{url}/crtsh",
        "CAGRAPH_ONECRL_URL": f"{url}{ONECRL}",
        "CAGRAPH_CT_LOGS": f"{url}{LOG_LIST}",
        "CAGRAPH_EXTRA_URLS": f"{url}/{day}/root_trust.csv",
    }


def main(words: list[str]) -> int:
    """Serve, run the command, and return its exit code."""
    given = _options(words)
    day = "real" if given.real else "2024-05-08"
    command = ["sh", "-c", given.shell] if given.shell else given.command
    if not command:
        # Blocked before there are threads, so that a signal waits for sigwait, whenever it comes.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        with _stand_in(given) as standin:
            settings = environment(standin.url, day)
            return _run(command, {**os.environ, **settings}) if command else _wait(settings)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as problem:
        print(f"stand-in: {problem}", file=sys.stderr)
        return 1


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="serve real reports, not the sample")
    parser.add_argument(
        "--port", type=int, default=0, help="where to listen on loopback; default: a free one"
    )
    parser.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="how much goes wrong")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shell", metavar="LINE", help="a line for a shell instead of a command")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every request")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args(words)
    if given.command[:1] == ["--"]:
        del given.command[0]
    if given.shell and given.command:
        parser.error("a command, or --shell, not both")
    if given.verbose:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
    return given


def _stand_in(given: argparse.Namespace) -> AbstractContextManager[StandIn]:
    content = real_content(given.real) if given.real else sample_content()
    return serve_in_thread(content, Faults(seed=given.seed, share=given.faults), port=given.port)


def _wait(settings: dict[str, str]) -> int:
    """Print the settings, and serve until a signal comes."""
    for name, value in settings.items():
        print(f"export {name}={value}", flush=True)
    return 128 + signal.sigwait(ENDING)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run a command; a Ctrl-C reaches it by itself, and is then waited for."""
    # Not as an exception: one that comes just when the child was waited for would lose its exit code.
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
