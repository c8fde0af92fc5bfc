"""A test can talk to a server of its own on this machine, and to nothing else."""

import socket

import pytest


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_every_other_address_is_closed() -> None:
    # An address of this machine that is not on the list: nothing leaves it even if the guard is gone.
    # The guard warns before it raises, and a warning is an error here.
    with pytest.raises(UserWarning, match=r"127\.0\.0\.2"):
        socket.create_connection(("127.0.0.2", 9))
