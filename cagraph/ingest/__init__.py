"""From files to facts: finds what is given, tells its kind, reads it and stores it, all or nothing.

The way in is `ingest`. What a format looks like is known to `cagraph.sources`, what the tables look like
to `cagraph.warehouse`; nothing here knows either.
"""

from cagraph.ingest.outcome import FileReport, IngestReport
from cagraph.ingest.run import ingest

__all__ = ["FileReport", "IngestReport", "ingest"]
