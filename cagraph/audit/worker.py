"""The process that reads one document.

    python -m cagraph.audit.worker MEGABYTES SECONDS < document > statement.json

Gives up what it does not need before it looks at the first byte: memory above the limit, time, other files to
write, and the network where the system lets it.
"""

import ctypes
import json
import resource
import sys

_NEW_USER, _NEW_NET = 0x1000_0000, 0x4000_0000


def main() -> None:
    """Read the document on standard input and write what it says."""
    megabytes, seconds = int(sys.argv[1]), int(sys.argv[2])
    body = sys.stdin.buffer.read()
    # Everything that reading needs is loaded before the doors are shut.
    from cagraph.audit.document import format_of, read_document
    from cagraph.audit.pdf import Unreadable
    from cagraph.audit.statement import read_pages, to_json, unreadable

    _confine(megabytes, seconds)
    kind = format_of(body)
    try:
        statement = read_pages(body, kind, list(read_document(body)))
    except Unreadable as error:
        statement = unreadable(body, str(error), kind)
    except (MemoryError, RecursionError):
        statement = unreadable(body, f"reading it took more than {megabytes} MB", kind)
    except Exception as error:  # whatever a document does to a reader, it costs this one document
        statement = unreadable(body, f"reading it failed ({type(error).__name__})", kind)
    json.dump(to_json(statement), sys.stdout)


def _confine(megabytes: int, seconds: int) -> None:
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A network of its own has no way out. Where that is not allowed, no code here opens one either.
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)


if __name__ == "__main__":
    main()
