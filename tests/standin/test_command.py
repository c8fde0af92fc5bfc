"""`python -m tests.standin`: a command beside a stand-in, and how both end."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.standin.__main__ import INTERRUPTED

STAND_IN = [sys.executable, "-m", "tests.standin"]
ASKS = """
import os, sys, urllib.request
path = "ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=1994"
print(urllib.request.urlopen(f"{os.environ['CAGRAPH_CCADB_URL']}/{path}").read().decode().strip())
sys.exit(int(sys.argv[-1]))
"""
HEADER = "SHA-256 Fingerprint,X.509 Certificate (PEM)"
TIDIES_UP = """
import sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("tidied up", flush=True)
    sys.exit(130)
"""


def start(*words: str) -> "subprocess.Popen[str]":
    """Start a stand-in as a terminal would: in a process group of its own."""
    return subprocess.Popen(
        [*STAND_IN, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*STAND_IN, *words], check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("words", [["--"], []])
@pytest.mark.parametrize("code", [0, 7])
def test_a_command_finds_the_stand_in_and_its_exit_code_is_passed_on(words: list[str], code: int) -> None:
    ran = run(*words, sys.executable, "-c", ASKS, "--", str(code))
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (code, HEADER, "")


def test_verbose_tells_every_request_on_stderr() -> None:
    ran = run("-v", sys.executable, "-c", ASKS, "0")
    assert ran.stdout.strip() == HEADER
    assert ran.stderr.splitlines() == [
        "GET /2024-05-08/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=1994: 200"
    ]


def test_a_share_of_faults_goes_wrong() -> None:
    ran = run("-v", "--faults", "1", "--seed", "5", sys.executable, "-c", ASKS, "0")
    assert ": 200" not in ran.stderr


def test_a_line_for_a_shell() -> None:
    ran = run("--shell", 'echo "$CAGRAPH_CRTSH_URL" && exit 3')
    assert ran.returncode == 3
    assert ran.stdout.strip().endswith("/crtsh")


@pytest.mark.parametrize(
    ("words", "code"), [(["--shell", "true", "true"], 2), (["--real", "/nowhere"], 1), (["/no/command"], 1)]
)
def test_what_cannot_be_done_is_told_in_a_line(words: list[str], code: int) -> None:
    ran = run(*words)
    assert ran.returncode == code
    assert ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("lines", [1, 6])
def test_without_a_command_it_serves_until_a_signal(ending: signal.Signals, lines: int) -> None:
    """However early the signal comes: it is not lost, and there is no traceback."""
    standin = start()
    assert standin.stdout is not None
    said = [standin.stdout.readline() for _ in range(lines)]
    if lines == 6:
        settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in said)
        with urllib.request.urlopen(settings["CAGRAPH_EXTRA_URLS"]) as answer:
            assert answer.read().startswith(b"root_program,")
    standin.send_signal(ending)
    _, complaint = standin.communicate(timeout=20)
    assert (standin.returncode, complaint) == (128 + ending, "")


@pytest.mark.parametrize("shell", [False, True])
def test_one_ctrl_c_ends_all_and_the_command_tidies_up(shell: bool, tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(TIDIES_UP)
    words = ["--shell", f"{sys.executable} {script} && echo next"] if shell else [sys.executable, str(script)]
    group = start(*words)
    assert group.stdout is not None
    assert group.stdout.readline() == "ready\n"
    os.killpg(group.pid, signal.SIGINT)
    said, complaint = group.communicate(timeout=20)
    assert (group.returncode, said, complaint) == (INTERRUPTED, "tidied up\n", "")


def test_a_stand_in_that_is_ended_ends_its_command(tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(TIDIES_UP)
    standin = start(sys.executable, str(script))
    assert standin.stdout is not None
    assert standin.stdout.readline() == "ready\n"
    standin.send_signal(signal.SIGTERM)
    said, complaint = standin.communicate(timeout=20)
    assert (standin.returncode, said, complaint) == (128 + signal.SIGTERM, "", "")
