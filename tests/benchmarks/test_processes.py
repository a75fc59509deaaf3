"""Whose processor time and memory are counted as a server's."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.servers.processes import Process, parse_stat, tree_of
from benchmarks.servers.requests import Request
from benchmarks.servers.running import Running, ServerError
from tests.load.server import wait_until

NESTED = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                 start_new_session=True)
print("started", flush=True)
{then}
"""


def process(pid: int, parent: int, session: int) -> Process:
    return Process(pid, parent, session, seconds=1.0, started=pid)


def test_a_line_of_proc_is_read_whatever_the_name_of_the_program() -> None:
    numbers = " ".join(str(number) for number in range(4, 23))

    found = parse_stat(f"41 (a) b (c) S {numbers} 99 100")

    # proc(5) numbers the fields from 1: here the value is the number.
    assert (found.pid, found.parent, found.session, found.started) == (41, 4, 6, 22)
    assert found.seconds * 100 == pytest.approx(14 + 15 + 16 + 17)


def test_a_tree_is_the_session_and_all_that_descends_from_it() -> None:
    leader, child = process(10, 1, 10), process(11, 10, 10)
    apart, below = process(12, 11, 12), process(13, 12, 12)  # a session of its own
    orphan, stranger = process(14, 1, 10), process(15, 1, 15)

    found = tree_of(10, [below, stranger, orphan, apart, child, leader])

    assert {p.pid for p in found} == {10, 11, 12, 13, 14}


def test_a_server_that_stops_takes_all_its_processes_along(tmp_path: Path) -> None:
    running = start(tmp_path, "time.sleep(600)")
    family = children_of(running)

    running.stop()

    assert family
    wait_until(lambda: not any(alive(pid) for pid in family), "all are gone")


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    told = "ended with 1: started no model here"

    with (
        start(tmp_path, "sys.exit('no model here')") as running,
        pytest.raises(ServerError, match=told),
    ):
        running.wait_for(Request("/", b"", {}, int))


def start(folder: Path, then: str) -> Running:
    words = (sys.executable, "-c", NESTED.replace("{then}", then))
    running = Running(words, {}, folder / "log")
    wait_until(lambda: "started" in running.log.read_text(), "it has started")
    return running


def children_of(running: Running) -> list[int]:
    """By `ps`, which knows nothing of what is tested here."""
    told = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in told.stdout.splitlines()]
    return [int(pid) for pid, parent in pairs if int(parent) == running.pid]


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it ended
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
