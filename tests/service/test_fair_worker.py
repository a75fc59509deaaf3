"""Which connections a worker accepts, and which it leaves to the others."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from service.workers.crowd import Crowd
from service.workers.worker import Worker
from tests.service.workers import working


@dataclass(frozen=True)
class Listening:
    """A worker that accepts connections, the crowd it is in, and its clients."""

    worker: Worker
    crowd: Crowd
    listener: socket.socket
    clients: ExitStack

    @property
    def other(self) -> int:
        """The row of another worker."""
        return int(self.worker.row) + 1

    def connect(self, clients: int = 1) -> None:
        """So many clients want to be accepted."""
        for _ in range(clients):
            client = socket.create_connection(self.listener.getsockname())
            self.clients.enter_context(client)

    def holds(self, connections: int) -> None:
        """As if it had come by so many before."""
        self.worker.nr_conns = connections

    def turn(self, seconds: float = 10) -> int:
        """Let it see to what has happened; how many connections it holds then."""
        self.worker.wait_for_and_dispatch_events(seconds)
        return int(self.worker.nr_conns)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    with (
        working() as worker,
        ExitStack() as clients,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        crowd = Crowd(worker.row + 3)
        monkeypatch.setattr(worker, "crowd", crowd)
        worker.sockets = [listener]
        worker.set_accept_enabled(True)
        yield Listening(worker, crowd, listener, clients)


def test_what_waits_is_left_to_a_worker_that_holds_fewer(listening: Listening) -> None:
    listening.holds(5)
    listening.crowd.tell(listening.other, 4)
    listening.connect()

    listening.worker.accept(listening.listener)

    assert listening.worker.nr_conns == 5
    assert listening.worker.poller.select(0) == []  # or it would be woken at once


def test_what_the_others_do_not_take_it_does(listening: Listening) -> None:
    listening.holds(5)
    listening.crowd.tell(listening.other, 0)
    listening.connect(3)

    assert any(listening.turn(0.01) == 8 for _ in range(100))


def test_where_the_others_take_none_at_all_it_takes_ever_more(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[int] = []
    take = listening.worker.take_up_to

    def spy(most: int, listener: socket.socket) -> None:
        shares.append(most)
        take(most, listener)

    monkeypatch.setattr(listening.worker, "take_up_to", spy)
    listening.holds(100)
    listening.crowd.tell(listening.other, 0)
    listening.connect(40)

    assert any(listening.turn(0.01) == 140 for _ in range(100))
    assert shares[:5] == [1, 2, 4, 8, 16]


def test_where_the_system_has_no_room_it_waits_and_serves_on(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: socket.socket) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    listening.connect()
    with monkeypatch.context() as full:
        full.setattr(listening.worker, "accept_one", fail)
        before = listening.turn(0.01)
        waited = listening.worker.poller.select(0) == []
    after = [listening.turn(0.01) for _ in range(5)]

    assert before == 0
    assert waited
    assert after[-1] == 1


def test_any_other_failure_to_accept_is_not_hidden(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: socket.socket) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(listening.worker, "accept_one", fail)

    with pytest.raises(OSError, match="Bad file"):
        listening.worker.take(listening.listener)


def test_no_others_are_waited_for_by_one_that_is_alone(listening: Listening) -> None:
    listening.holds(5)
    listening.crowd.tell(listening.other, 0)
    listening.crowd.leave(listening.other)
    listening.connect()

    listening.worker.accept(listening.listener)

    assert listening.worker.nr_conns == 6


def test_of_many_that_wait_it_takes_what_makes_it_even(listening: Listening) -> None:
    listening.holds(2)
    listening.crowd.tell(listening.other, 4)
    listening.connect(10)

    listening.worker.accept(listening.listener)

    assert listening.worker.nr_conns == 8


def test_its_share_is_no_more_than_it_may_have(listening: Listening) -> None:
    listening.worker.worker_connections = 3
    listening.crowd.tell(listening.other, 3)
    listening.connect(8)

    assert listening.turn() == 3


def test_the_others_see_what_it_holds(listening: Listening) -> None:
    listening.crowd.tell(listening.other, 2)
    listening.connect(2)
    before = listening.crowd.others(listening.other)

    listening.worker.accept(listening.listener)
    with_them = listening.crowd.others(listening.other)
    listening.holds(1)
    listening.turn(0)

    assert (before, with_them) == ([0], [2])
    assert listening.crowd.others(listening.other) == [1]


def test_one_that_stops_is_no_longer_counted_with(listening: Listening) -> None:
    listening.holds(5)
    listening.turn(0)

    listening.worker.alive = False
    listening.worker.set_accept_enabled(False)

    assert listening.crowd.others(listening.other) == []


def test_one_that_stops_accepts_what_it_had_left_to_others(
    listening: Listening,
) -> None:
    listening.holds(5)
    listening.crowd.tell(listening.other, 0)
    listening.connect(3)
    listening.worker.accept(listening.listener)
    left = listening.worker.nr_conns

    listening.worker.alive = False
    listening.worker.set_accept_enabled(False)

    assert left == 5
    assert listening.worker.nr_conns == 8


def test_one_that_may_have_no_more_does_not_come_back_before_it_may(
    listening: Listening,
) -> None:
    listening.holds(5)
    listening.crowd.tell(listening.other, 0)
    listening.connect()
    listening.worker.accept(listening.listener)

    listening.worker.set_accept_enabled(False)

    assert listening.turn(0.01) == 5
    listening.worker.set_accept_enabled(True)
    listening.crowd.leave(listening.other)
    assert listening.turn() == 6
