"""What the worker asks of a client's socket, beyond what gunicorn does.

Whether anything is to be done about it is the worker's to decide.
"""

import contextlib
import socket
import sys

from gunicorn.util import close_graceful

_LAST_DATA_RECEIVED = slice(52, 56)  # of Linux's struct tcp_info, milliseconds

_WAITING = slice(24, 28)  # its tcpi_unacked, where the socket listens


def address(client: object) -> str:
    """The address that a client came from, as the application knows it.

    `client` as accept tells it: a text, bytes, or a tuple of the address and more.
    """
    if isinstance(client, tuple):
        client = client[0]
    return client.decode() if isinstance(client, bytes) else str(client)


def send_now(sock: socket.socket, answer: bytes) -> int:
    """How many bytes of it the system took, without waiting for the client to read.

    0 where it took none, also where the connection has failed: who sends the others
    will be told.
    """
    try:
        return sock.send(answer, socket.MSG_DONTWAIT)
    except OSError:
        return 0


def send_all(sock: socket.socket, answer: bytes) -> bool:
    """Wait until the system took all of it; whether it did."""
    try:
        sock.setblocking(True)
        sock.sendall(answer)
    except OSError:
        return False
    return True


def linger(sock: socket.socket) -> None:
    """End a connection so that its client can read the last answer to its end.

    Nothing more is sent; what still comes is read, until the client hangs up, for two
    seconds at most (RFC 9112, section 9.6). The socket itself is left to be closed.
    """
    with contextlib.suppress(OSError):  # closed in the meantime
        close_graceful(sock.dup())
    shut(sock, socket.SHUT_RDWR)


def silence(sock: socket.socket) -> float:
    """Seconds since the last byte came; 0 where the system does not tell."""
    return _told(sock, _LAST_DATA_RECEIVED) / 1000


def waiting(listener: socket.socket) -> int:
    """Connections that wait to be accepted; 0 where the system does not tell."""
    return _told(listener, _WAITING)


def shut(sock: socket.socket, how: int) -> None:
    """Shut one direction or both; nothing where either side has closed it already."""
    with contextlib.suppress(OSError):
        sock.shutdown(how)


def _told(sock: socket.socket, what: slice) -> int:
    """A number that the system keeps of a TCP connection, or of what listens for them.

    0 where it does not tell.
    """
    if not hasattr(socket, "TCP_INFO"):
        return 0
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    except OSError:
        return 0  # closed in the meantime, or no TCP
    return int.from_bytes(info[what], sys.byteorder)
