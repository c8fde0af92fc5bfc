"""Letters made for tests: a WebTrust report of one owner, its list in a table whose names end in hex."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

_WEBTRUST = "WebTrust Principles and Criteria for Certification Authorities"
CRITERIA = {
    "Standard": f"{_WEBTRUST} v2.2.2",
    "TLS BR": f"{_WEBTRUST} - SSL Baseline v2.7",
    "S/MIME BR": f"{_WEBTRUST} - S/MIME Certificates v1.0.3",
}


def letter(owner: str, kind: str, period: str, listed: Sequence[tuple[str, str]]) -> bytes:
    """Return the PDF of a report on one kind, over `January 1, 2023 to …`, that lists (name, SHA-256).

    It has all that an ALV looks for.
    """
    styles = getSampleStyleSheet()
    text = (
        "We have examined for its Certification Authority operations the assertion of the management of "
        f"{owner} throughout the period {period}, based on the {CRITERIA[kind]}."
    )
    rows = [
        ["Subject", "SHA-256 Fingerprint"],
        *([name.partition(", ")[0], sha256.upper()] for name, sha256 in listed),
    ]
    table = Table(rows, repeatRows=1, style=[("FONTSIZE", (0, 0), (-1, -1), 6)])
    stream = io.BytesIO()
    SimpleDocTemplate(stream, pagesize=A4, invariant=True).build(
        [
            Paragraph("REPORT OF THE INDEPENDENT ACCOUNTANT", styles["Title"]),
            Paragraph(f"To the management of {owner}:", styles["Normal"]),
            Paragraph(text, styles["Normal"]),
            table,
            *(Paragraph(line, styles["Normal"]) for line in ("Example Audit LLP", "Chartered Accountants")),
            *(Paragraph(line, styles["Normal"]) for line in ("Toronto, Canada", "May 3, 2024")),
        ]
    )
    return stream.getvalue()
