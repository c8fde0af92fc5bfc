"""From files to facts: finds what is given, tells its kind, reads it and stores it, all or nothing.

The way in is `ingest`. What a format looks like is known to `cagraph.sources`, how facts are stored to
`cagraph.warehouse`. Here only `history` asks the database something, and only of `fetched` and `snapshot`;
`dating` knows the names that CCADB gives its reports.
"""

from cagraph.ingest.outcome import FileReport, IngestReport
from cagraph.ingest.run import ingest

__all__ = ["FileReport", "IngestReport", "ingest"]
