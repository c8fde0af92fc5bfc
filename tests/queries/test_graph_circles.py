"""CAs that certify each other, and keys under two names.

Root ─► A ⇄ B          Root ─► C ─► D ─► E ─► C
    Root ─► F ─► G (revoked) ─► F          Root ─► H, I: one key
"""

from collections.abc import Iterator

import pytest

from tests.pki import Authority, Options
from tests.policy.lab import REVOKED, ROOT, ROOT_CERT, Lab, child, open_lab, record
from tests.queries.graph_asking import ask, of, said

LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}
A_CA, A = child("A")
B_CA, A_TO_B = child("B", A_CA)
B_TO_A = B_CA.issue(A_CA, **LONG)
C_CA, C = child("C")
D_CA, C_TO_D = child("D", C_CA)
E_CA, D_TO_E = child("E", D_CA)
E_TO_C = E_CA.issue(C_CA, **LONG)
F_CA, F = child("F")
G_CA, F_TO_G = child("G", F_CA)
G_TO_F = G_CA.issue(F_CA, **LONG)
H_CA, H = child("H")
I = ROOT.issue(Authority("I", key="Own/H"), **LONG)  # noqa: E741 - as drawn


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(ROOT_CERT, A, A_TO_B, B_TO_A, C, C_TO_D, D_TO_E, E_TO_C, F, F_TO_G, G_TO_F, H, I)
        lab.trust("mozilla", ROOT_CERT)
        lab.report(
            "2024-05-01", record(ROOT_CERT, "R"), record(A, "A", "R"), record(F_TO_G, "G", "R", **REVOKED)
        )
        yield lab


def test_mutual_cross_signs(lab: Lab) -> None:
    rows = ask(lab, "mutual-cross-signs")
    assert said(rows, "sha256", "both_ways", "cas") == {
        (A_TO_B.sha256, True, 2),
        (B_TO_A.sha256, True, 2),
        (C_TO_D.sha256, False, 3),
        (D_TO_E.sha256, False, 3),
        (E_TO_C.sha256, False, 3),
    }
    assert len(said(rows, "circle")) == 2
    # All but the root, the revoked one, and nothing else.
    assert of(lab, "mutual-cross-signs") == 11


def test_mutual_cross_signs_of_an_owner_and_another_day(lab: Lab) -> None:
    assert said(ask(lab, "mutual-cross-signs", owner="own"), "sha256") == {(A_TO_B.sha256,), (B_TO_A.sha256,)}
    assert ask(lab, "mutual-cross-signs", "2014-01-01") == []


def test_key_twins(lab: Lab) -> None:
    [row] = ask(lab, "key-twins")
    assert (row["names"], row["certificates"]) == (2, 2)
    assert [subject.split(",")[0] for subject in row["subjects"]] == ["CN=H", "CN=I"]
    assert ask(lab, "key-twins", owner="nobody") == []
