"""What a reading process and the one that asks it say to each other over pipes: a request, a reply, in turn.

Knows nothing of documents. What an answer holds is not looked at here: it comes from the process that read a
stranger's bytes.
"""

import struct
from typing import IO, NamedTuple

_REQUEST = struct.Struct("!dQQ")
_REPLY = struct.Struct("!?Q")


class Request(NamedTuple):
    """A document, and what reading it may take."""

    body: bytes
    seconds: float
    megabytes: int


class Reply(NamedTuple):
    """What the reader of a document answered, or why it did not."""

    answer: bytes | None
    reason: str = ""
    """Empty where there is an answer."""


def send_request(stream: IO[bytes], request: Request) -> None:
    """Write a request.

    Raises:
        OSError: nobody reads any more.
    """
    stream.write(_REQUEST.pack(request.seconds, request.megabytes, len(request.body)))
    stream.write(request.body)
    stream.flush()


def receive_request(stream: IO[bytes]) -> Request | None:
    """Wait for a request; None when whoever asked is gone."""
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    seconds, megabytes, length = _REQUEST.unpack(head)
    body = stream.read(length)
    return Request(body, seconds, megabytes) if len(body) == length else None


def send_reply(stream: IO[bytes], reply: Reply) -> None:
    """Write a reply.

    Raises:
        OSError: nobody reads any more.
    """
    content = reply.reason.encode() if reply.answer is None else reply.answer
    stream.write(_REPLY.pack(reply.answer is not None, len(content)))
    stream.write(content)
    stream.flush()


def receive_reply(stream: IO[bytes]) -> Reply | None:
    """Wait for a reply; None when the other process ended before it was whole."""
    head = stream.read(_REPLY.size)
    if len(head) < _REPLY.size:
        return None
    answered, length = _REPLY.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        return None
    return Reply(content) if answered else Reply(None, content.decode())
