"""The list for an auditor as one page to print: self-contained HTML, no script, nothing fetched.

Every name in it comes from a certificate, so that everything is escaped. Knows nothing of the database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from cagraph.model import AuditKind
from cagraph.report.scope import Listed, Question, all_marks
from cagraph.report.terminal import safe
from cagraph.report.words import counted, day, short_name

_STYLE = """
body { font: 9pt/1.35 sans-serif; margin: 1.5em; color: #000; }
h1 { font-size: 15pt; margin: 0 0 .2em; } h2 { font-size: 12pt; margin: 1.4em 0 .3em; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: 2px 5px; text-align: left; vertical-align: top; }
th { background: #eee; } thead { display: table-header-group; } tr { break-inside: avoid; }
code { font: 7.5pt monospace; overflow-wrap: anywhere; } .why { color: #333; }
td.yes { text-align: center; } td.yes, td.when { white-space: nowrap; }
.notes { color: #333; margin: .3em 0 1em; }
.to-the-side { overflow-x: auto; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { margin: 0; } h2 { break-after: avoid; } }
"""
_SHORT = {AuditKind.CODE_SIGNING: "CS", AuditKind.SMIME_BR: "S/MIME"}


def sheet(
    question: Question, listed: Sequence[Listed], left_out: Sequence[Listed], notes: Iterable[str], title: str
) -> str:
    """Return the page: what each statement must list, then what is left out and why.

    Fingerprints are written as CCADB Policy 5.2 (3) wants them: upper case, nothing between.
    """
    kinds = [kind.value for kind in AuditKind if any(kind.value in each.kinds for each in listed)]
    heading = f"CA certificates for the audit of {title}, {question.first} to {question.last}"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{_text(heading)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(heading)}</h1>",
        f'<p class="notes">{"<br>".join(_text(note) for note in notes)}</p>',
        f"<h2>{counted(len(listed), 'certificate')} to list</h2>",
        *_to_list(kinds, listed),
        f"<h2>Left out of every statement, or of some ({counted(len(left_out), 'certificate')})</h2>",
        *_left_out(left_out),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _to_list(kinds: Sequence[str], listed: Sequence[Listed]) -> Iterator[str]:
    yield '<div class="to-the-side"><table><thead><tr><th>Level</th><th>Certificate, SHA-256</th>'
    yield "<th>Issuer</th><th>Serial number</th><th>Valid</th>"
    yield "".join(f"<th>{_text(_SHORT.get(AuditKind(kind), kind))}</th>" for kind in kinds)
    yield "<th>Owner; to note</th></tr></thead><tbody>"
    for each in listed:
        cells = each.cells
        # An uncertain one is asked about, never left blank.
        ticks = "".join(f'<td class="yes">{_tick(each.kinds.get(kind))}</td>' for kind in kinds)
        said = "; ".join(filter(None, [cells["owner"], *_reasons(each), *all_marks(each)]))
        yield (
            f"<tr><td>{cells['level']}</td><td>{_text(cells['subject'])}<br>"
            f"<code>{cells['sha256'].upper()}</code></td><td>{_text(short_name(cells['issuer']))}</td>"
            f"<td><code>{_text(cells['serial'])}</code></td>"
            f'<td class="when">{_validity(cells)}</td>{ticks}'
            f'<td class="why">{_text(said)}</td></tr>'
        )
    yield "</tbody></table></div>"


def _validity(cells: Mapping[str, object]) -> str:
    return f"{day(cells['not_before'])}<br>{day(cells['not_after'])}"


def _tick(cells: Mapping[str, object] | None) -> str:
    if cells is None:
        return ""
    return "?" if cells["listing"] == "unknown" else "yes"


def _reasons(each: Listed) -> list[str]:
    """Return the sentences of the rows that are listed for no plain reason."""
    return sorted(
        {
            f"{kind}: {cells['sentence']}"
            for kind, cells in each.kinds.items()
            if cells["reason"] not in ("issued", "capable")
        }
    )


def _left_out(left_out: Sequence[Listed]) -> Iterator[str]:
    yield '<div class="to-the-side"><table><thead><tr><th>Certificate, SHA-256</th><th>Issuer</th>'
    yield "<th>Valid</th><th>Left out of</th></tr></thead><tbody>"
    for each in left_out:
        cells = each.cells
        whys: dict[str, list[str]] = {}
        for kind, row in each.kinds.items():
            whys.setdefault(str(row["sentence"]), []).append(kind)
        said = "<br>".join(_text(f"{', '.join(kinds)}: {why}") for why, kinds in whys.items())
        yield (
            f"<tr><td>{_text(cells['subject'])}<br><code>{cells['sha256'].upper()}</code></td>"
            f"<td>{_text(short_name(cells['issuer']))}</td>"
            f'<td class="when">{_validity(cells)}</td>'
            f'<td class="why">{said}</td></tr>'
        )
    yield "</tbody></table></div>"


def _text(value: object) -> str:
    """Return what a stranger wrote as text that can only be read: no markup, no control characters."""
    return escape(safe(str(value)))
