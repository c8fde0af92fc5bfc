"""What stands beside a fingerprint: under headings, in cells, after labels; and what cannot be told."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from cagraph.audit.document import read_document
from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import read_pdf
from tests.audit import corpus_attested, corpus_odd, corpus_pages, corpus_tables
from tests.audit.beside import counts, wrong
from tests.real_certificates import real_facts


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest().upper()


A, B, C = sha256("a"), sha256("b"), sha256("c")


def beside(text: str) -> list[dict[str, str]]:
    return [each.beside for each in find_fingerprints(list(read_document(text.encode())))]


# ------------------------------------------------------------------------------------ cells, headed


def test_csv_by_its_header() -> None:
    text = (
        "Subject,Issuer,Serial Number,SHA-256,Not Before,Not After\n"
        f'"CN=A, O=X",CN=R,00:0A:FF,{A},2020-01-02,2030-01-02T00:00:00Z\n'
        f'"CN=B, O=X",,0B,{B},,Jun 4 11:04:38 2035 GMT\n'
    )
    assert beside(text) == [
        {
            "subject": "CN=A, O=X", "issuer": "CN=R", "serial": "aff", "not_before": "2020-01-02",
            "not_after": "2030-01-02",
        },
        {"subject": "CN=B, O=X", "serial": "b", "not_after": "2035-06-04"},
    ]  # fmt: skip


def page(*rows: str) -> str:
    return "<html><table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table></html>"


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


HEAD = cells("Subject", "Key", "SHA-256", "Valid from", "Valid to")


def test_html_keeps_empty_cells_in_their_columns() -> None:
    text = page(HEAD, cells("CN=A", "", A, "", "2030-01-02"), cells("", "", B, "2020-01-02", ""))
    assert beside(text) == [{"subject": "CN=A", "not_after": "2030-01-02"}, {"not_before": "2020-01-02"}]


def test_html_cells_over_several_rows_or_columns_shift_nothing() -> None:
    text = page(
        HEAD,
        f"<td rowspan=2>CN=A</td><td>RSA</td>{cells(A, '2020-01-01', '2030-01-01')}",
        cells("RSA", B, "2021-01-01", "2031-01-01"),
        f"<td colspan=2>CN=C</td>{cells(C, '2022-01-01', '2032-01-01')}",
    )
    days = [(each["not_before"], each["not_after"]) for each in beside(text)]
    assert days == [(f"202{n}-01-01", f"203{n}-01-01") for n in range(3)]
    assert beside(text)[1].get("subject") in (None, "CN=A")


def test_html_with_a_table_in_a_cell() -> None:
    text = page(HEAD, cells("CN=A", "<table><tr><td>RSA<td>4096</table>", A, "2020-01-01", "2030-01-01"))
    [found] = beside(text)
    assert found.get("subject") in (None, "CN=A")
    assert (found["not_before"], found["not_after"]) == ("2020-01-01", "2030-01-01")


_JUNE = "2030-06-02"


@pytest.mark.parametrize(
    ("heading", "first", "second", "wanted"),
    [
        ("Validity", "2020-01-01 to 2030-01-01", "", {"not_before": "2020-01-01", "not_after": "2030-01-01"}),
        ("Validity period", "1 May 2020 - 2 June 2030", "", {"not_before": "2020-05-01", "not_after": _JUNE}),
        ("Validity", "2030-01-01", "", {}),
        ("Validity", "2030-01-01 to 2020-01-01", "", {}),
        ("Expiry date", "6/4/2035", "", {}),
        ("Expiry date", "6/4/2035", "1/20/2036", {"not_after": "2035-06-04"}),
        ("Expiry date", "6/4/2035", "20/1/2036", {"not_after": "2035-04-06"}),
        ("Expiry date", "2035-06-04 or later", "", {}),
        ("Serial number", "1234", "5678", {}),
        ("Serial number", "1234", "567A", {"serial": "1234"}),
        ("Serial number (decimal)", "1234", "", {"serial_decimal": "1234"}),
        ("Serial number (hex)", "001234", "", {"serial": "1234"}),
        ("Serial number", "123456789012345678901234", "", {"serial_decimal": "123456789012345678901234"}),
        ("Serial number", "see below", "", {}),
        ("Subject key identifier", "0A0B0C", "", {}),
        ("Subject", "0A:0B:0C:0D:0E:0F:00:01", "", {}),
        ("Subject", "Subject: CN=A, O=X", "", {"subject": "CN=A, O=X"}),
        ("Subject", "CN=A Issuer: CN=R", "", {}),
        ("Issuing CA", "CN=A", "", {}),
        ("Status", "CN=A", "", {}),
    ],
)  # fmt: skip
def test_what_a_heading_and_a_cell_say(heading: str, first: str, second: str, wanted: dict[str, str]) -> None:
    assert beside(f'"{heading}",SHA-256\n"{first}",{A}\n"{second}",{B}\n')[0] == wanted


def test_words_under_two_headings_are_of_neither() -> None:
    text = (
        "CA name         Key        SHA-256\n"
        f"Root A          RSA        {A}\n"
        f"Root B of a long name      {B}\n"
    )
    assert beside(text) == [{"subject": "Root A"}, {}]


def test_two_fingerprints_in_a_row_have_nothing_beside() -> None:
    text = f"Subject,SHA-256 of it,SHA-256 of its issuer\nCN=A,{A},{B}\n"
    assert all("subject" not in each for each in beside(text))


# ------------------------------------------------------------------------------------------- labels

RECORD = (
    "Subject: CN=Root {n}, O=X,\n         C=BE\nSerial number: 0A:0{n}\nSHA-256: {sha}\n"
    "Valid from: 202{n}-01-01\nValid until: 203{n}-01-01\n"
)


@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
@pytest.mark.parametrize("before", ["A letter.\n\n\n", ""])
def test_blocks_of_lines_with_labels(between: str, before: str) -> None:
    records = [RECORD.format(n=n, sha=sha256(str(n))) for n in range(4)]
    assert beside(before + between.join(records)) == [
        {
            "subject": f"CN=Root {n}, O=X, C=BE", "serial": f"a0{n}", "not_before": f"202{n}-01-01",
            "not_after": f"203{n}-01-01",
        }
        for n in range(4)
    ]  # fmt: skip


def test_blocks_whose_beginning_cannot_be_told_say_nothing_wrong() -> None:
    """Without room between, the line over the first label may be the rest of its block, or of a sentence."""
    records = [RECORD.format(n=n, sha=sha256(str(n))).replace("         C=BE", "C=BE") for n in range(4)]
    for n, found in enumerate(beside("of the CA as follows\n" + "".join(records))):
        assert found.get("subject") in (None, f"CN=Root {n}, O=X, C=BE", f"CN=Root {n}, O=X,")
        assert found.get("serial", f"a0{n}") == f"a0{n}"
        assert found.get("not_after", f"203{n}-01-01") == f"203{n}-01-01"


def test_a_table_of_labels_and_values() -> None:
    text = page(
        cells("Subject", "CN=A"), cells("Serial number", "0A"),
        cells("SHA-256", A), cells("Valid to", "2030-01-01"),
        cells("Subject", "CN=B"), cells("Serial number", "0B"),
        cells("SHA-256", B), cells("Valid to", "2031-01-01"),
    )  # fmt: skip
    assert beside(text) == [
        {"subject": "CN=A", "serial": "a", "not_after": "2030-01-01"},
        {"subject": "CN=B", "serial": "b", "not_after": "2031-01-01"},
    ]


# --------------------------------------------------------------------------------- drawn and real


def test_the_corpus_has_nothing_wrong_and_most_is_given() -> None:
    count: Counter[str] = Counter()
    for corpus in (corpus_tables, corpus_pages, corpus_odd, corpus_attested):
        for case in corpus.CASES:
            letter = case.letter()
            found = find_fingerprints(list(read_pdf(letter.pdf())))
            assert wrong(letter, found) == [], case.name
            # What is laid out oddly need not be given.
            count += counts(letter, found) if corpus in (corpus_tables, corpus_pages) else Counter()
    for key, least in (("subject", 0.95), ("serial", 0.95), ("not_before", 0.95), ("not_after", 0.8)):
        assert count[f"{key} given"] >= least * count[f"{key} printed"] > 0, count


@pytest.mark.realdata
def test_real_letters_say_what_the_certificates_say(shared_dir: Path, real_dir: Path) -> None:
    facts = real_facts(real_dir)
    count: Counter[str] = Counter()
    for path in sorted((shared_dir / "letters").glob("*.pdf")):
        for printed in find_fingerprints(list(read_pdf(path.read_bytes()))):
            certificate = facts[printed.sha256]
            count.update(printed.beside.keys())
            assert certificate.subject is not None
            name = next(part for part in certificate.subject.split(", ") if part.startswith("CN="))[3:]
            said = printed.beside.get("subject", f"CN={name}").replace(" = ", "=").replace("\u2019", "'")
            assert said.split("CN=")[1].split(" O=")[0] == name, path.name
            for key in ("not_before", "not_after"):
                day = str(getattr(certificate, key))[:10]
                assert printed.beside.get(key, day) == day, path.name
    # Of 160 names and 46 times two dates that are printed. The names left out stand alone on a page, where
    # what is over them may be the rest of another one.
    assert count == {"subject": 156, "not_before": 46, "not_after": 46}


def test_a_row_whose_fingerprint_is_misprinted_is_of_no_other() -> None:
    rows = "".join(
        f"<tr><td>CN={name}<br>O=X</td><td>{sha256(name)[: 60 if name == 'c' else 64]}</td></tr>"
        for name in "abcde"
    )
    text = f"<html><table><tr><td>Subject</td><td>SHA-256</td></tr>{rows}</table></html>"
    for name, said in zip("abde", beside(text), strict=True):
        assert said.get("subject") in (None, f"CN={name} O=X")
