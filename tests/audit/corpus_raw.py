"""PDFs written object by object: what no library writes by itself, and what is written to do harm."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.audit.corpus import Wanted, digest, grouped, number

_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_LIGATURE_FONT = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R /FirstChar 1 /LastChar 126 "
    f"/Widths [{'556 ' * 126}] /Encoding << /Type /Encoding /Differences [1 /f] >> >>"
)
_PAGE = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
    "/Resources << /Font << /F 5 0 R >> >> >>"
)
_FF = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
    "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <01> <{}> endbfchar "
    "endcmap CMapName currentdict /CMap defineresource pop end end"
)


def stream(text: str | bytes, *, pressed: bool = False) -> bytes:
    """Return a stream object."""
    data = text.encode("latin-1") if isinstance(text, str) else text
    entries = ""
    if pressed:
        data, entries = zlib.compress(data, 9), "/Filter /FlateDecode "
    return f"<< {entries}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def file_of(objects: Iterable[str | bytes]) -> bytes:
    """Return a file with these objects, the first being the catalogue."""
    data, places = b"%PDF-1.7\n", []
    for index, body in enumerate(objects, 1):
        places.append(len(data))
        data += (
            f"{index} 0 obj\n".encode()
            + (body.encode("latin-1") if isinstance(body, str) else body)
            + b"\nendobj\n"
        )
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        data
        + (
            f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )


def one_page(content: bytes, font: str = _FONT, cmap: bytes = b"null") -> bytes:
    """Return a file with one page of this content."""
    return file_of([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        content,
        font,
        cmap,
    ])  # fmt: skip


def shown(lines: Iterable[str], *, size: float = 9, lead: float = 12, x: float = 50, top: float = 740) -> str:
    """Return the operators that show lines of literal strings or arrays."""
    return f"BT /F {size} Tf {lead} TL {x} {top} Td " + " ".join(f"{line} T*" for line in lines) + " ET"


@dataclass(frozen=True)
class Raw:
    """A file by name, with what is in it; None: it cannot be read."""

    name: str
    make: Callable[[], bytes]
    wanted: tuple[Wanted, ...] | None = ()


NAMES = tuple(f"raw {index}" for index in range(10))


def _wanted(strict: bool = True) -> tuple[Wanted, ...]:
    return tuple(Wanted(1, digest(name).lower(), strict) for name in NAMES)


def kerned() -> bytes:
    """Every pair of letters moved a little."""
    lines = (
        "["
        + " ".join(f"({letter}) {(-30, 25, 0, 60)[index % 4]}" for index, letter in enumerate(digest(name)))
        + "] TJ"
        for name in NAMES
    )
    return one_page(stream(shown(lines)))


def columns_by_kerning() -> bytes:
    """Name, fingerprint and date in one array, with room between made by numbers."""
    lines = (
        f"[(Root X{index}) -2000 ({digest(name)}) -1500 (2035-06-04)] TJ" for index, name in enumerate(NAMES)
    )
    return one_page(stream(shown(lines)))


def ligatures() -> bytes:
    """The font has one letter for two."""
    return one_page(
        stream(shown(f"({digest(name).lower().replace('ff', chr(92) + '001')}) Tj" for name in NAMES)),
        _LIGATURE_FONT,
        stream(_FF.format("00660066")),
    )


def ligature_letter() -> bytes:
    """The font says that it has the letter that Unicode keeps for two."""
    return one_page(
        stream(shown(f"({digest(name).lower().replace('ff', chr(92) + '001')}) Tj" for name in NAMES)),
        _LIGATURE_FONT,
        stream(_FF.format("FB00")),
    )


def scan() -> bytes:
    """A picture and nothing else."""
    content = b"q 612 0 0 792 0 0 cm BI /W 8 /H 8 /CS /G /BPC 8 ID " + bytes(range(64)) + b" EI Q"
    return one_page(stream(content))


def count_of_pages(declared: int) -> bytes:
    """A page tree that says it has more pages than it has."""
    return file_of([
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [3 0 R] /Count {declared} >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
    ])  # fmt: skip


def endless_tree() -> bytes:
    """A page tree that holds itself."""
    return file_of(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100 >>"])


def deep_tree() -> bytes:
    """A page tree of five thousand storeys."""
    tree = [f"<< /Type /Pages /Parent {n - 1} 0 R /Kids [{n + 1} 0 R] /Count 1 >>" for n in range(2, 5002)]
    return file_of(
        ["<< /Type /Catalog /Pages 2 0 R >>", *tree, "<< /Type /Page /Parent 5001 0 R /MediaBox [0 0 9 9] >>"]
    )


def deep_array() -> bytes:
    """Brackets within brackets."""
    return one_page(stream("[" * 200_000 + "]" * 200_000))


def giant_word() -> bytes:
    """One word of three hundred thousand digits."""
    return one_page(stream(shown([f"({number('giant', 100) * 3000}) Tj"]), pressed=True))


def giant_colons() -> bytes:
    """A hundred thousand bytes with colons, in a word."""
    return one_page(stream(shown([f"({grouped(number('giant', 100) * 2000, 2, ':')}) Tj"]), pressed=True))


def giant_line() -> bytes:
    """Forty thousand pairs on one line."""
    return one_page(
        stream(shown([f"({grouped(number('giant', 100) * 800, 2, ' ')}) Tj"], size=1), pressed=True)
    )


def full_of_pairs() -> bytes:
    """A page of pairs: 120 lines of 60."""
    lines = (f"({grouped(number(str(index), 120), 2, ' ')}) Tj" for index in range(120))
    return one_page(stream(shown(lines, size=5, lead=6), pressed=True))


def pile() -> bytes:
    """Two hundred words of twelve digits on each other, and below them as many, and so on."""
    texts = (
        f"1 0 0 1 {50 + index % 3} {740 - 10 * row} Tm ({number(f'{row} {index}', 12)}) Tj"
        for row in range(8)
        for index in range(200)
    )
    return one_page(stream("BT /F 9 Tf " + " ".join(texts) + " ET", pressed=True))


def steps() -> bytes:
    """Words of eight to thirty digits, each a little lower than the last, in columns that overlap."""
    texts = (
        f"1 0 0 1 {50 + 7 * (index % 40)} {740 - index / 5:.1f} Tm ({number(str(index), 8 + index % 22)}) Tj"
        for index in range(3000)
    )
    return one_page(stream("BT /F 9 Tf " + " ".join(texts) + " ET", pressed=True))


def blanks() -> bytes:
    """Thirty million blanks, pressed into a few thousand bytes."""
    return one_page(stream(b" " * 30_000_000, pressed=True))


def many_pages() -> bytes:
    """A thousand pages, all of them one."""
    kids = " ".join(["3 0 R"] * 1000)
    return file_of([
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count 1000 >>",
        _PAGE,
        stream(shown([f"({number('x', 32)}) Tj"])),
        _FONT,
    ])  # fmt: skip


RAWS = [
    Raw("kerned", kerned, _wanted()),
    Raw("columns by kerning", columns_by_kerning, _wanted()),
    Raw("ligatures", ligatures, _wanted(strict=False)),
    Raw("a ligature's own letter", ligature_letter, _wanted(strict=False)),
    Raw("scan", scan),
]
BROKEN = [
    Raw("nothing", lambda: b"", None),
    Raw("a head alone", lambda: b"%PDF-1.7\n", None),
    Raw("noise", lambda: bytes.fromhex(number("noise", 128)) * 500, None),
    Raw("noise with a head", lambda: b"%PDF-1.7\n" + bytes.fromhex(number("noise", 128)) * 500, None),
    Raw("no root", lambda: file_of(["null"]), None),
    Raw("text", lambda: b"not a PDF " + digest("text").encode(), None),
]
HOSTILE = [
    Raw("a thousand million pages declared", lambda: count_of_pages(1_000_000_000)),
    Raw("pages less than none", lambda: count_of_pages(-5)),
    Raw("a page tree that holds itself", endless_tree),
    Raw("a deep page tree", deep_tree),
    Raw("deep brackets", deep_array),
    Raw("a giant word", giant_word),
    Raw("a giant word with colons", giant_colons),
    Raw("a giant line of pairs", giant_line),
    Raw("a page of pairs", full_of_pairs),
    Raw("a pile of words", pile),
    Raw("steps of words", steps),
    Raw("blanks", blanks),
    Raw("a page a thousand times", many_pages),
]
