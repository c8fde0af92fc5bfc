"""Whose duty a certificate is: a cross-certificate's is the issuing CA's owner, any other's its own."""

from collections.abc import Iterator

import pytest

from tests.pki import Authority, Issued
from tests.policy.lab import DAY, ROOT_CERT, SAME, Lab, audits, child, open_lab, record, root

X, X_ROOT = root("X Root", "A")
B, B_ROOT = root("B Root", "B")
B_TO_X = B.issue(X)
B_TO_X_AGAIN = B.issue(X, not_before="2021-01-01")
Y, Y_ROOT = root("Y Root", "Y owner")
X_TO_Y = X.issue(Y)

# An externally operated CA cross-signs Z.
EXTERNAL, TO_EXTERNAL = child("External")
Z, Z_ROOT = root("Z Root", "Z owner")
EXTERNAL_TO_Z = EXTERNAL.issue(Z)

# Honest has one issuer; somebody forged another.
HONEST, TO_HONEST = child("Honest")
FORGED = B.issue(HONEST, signer=Authority("Nobody", owner="?"))
_, BELOW_HONEST = child("Below Honest", HONEST)

# Two intermediates with two records each, of two owners, in either order; each cross-signs W.
FIRST, TO_FIRST = child("Tie first")
SECOND, TO_SECOND = child("Tie second")
W, W_ROOT = root("W Root", "W owner")
FIRST_TO_W, SECOND_TO_W = FIRST.issue(W), SECOND.issue(W)

# V has records of its cross-certificate alone: its issuer's and its own owner stand there.
V, V_ROOT = root("V Root", "V owner")
SILENT, SILENT_ROOT = root("Silent Root", "Silent")
SILENT_TO_V = SILENT.issue(V)

EXT = {"Subordinate CA Owner": "Ext"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Who signed whom.

    B Root ⇒ X Root (twice), X Root → Y Root
    Lab Root → External (operated by Ext) → Z Root
    Lab Root → Honest → Below Honest, B Root ⇢ Honest (forged)
    Lab Root → Tie first, Tie second → W Root
    Silent Root → V Root, neither of which has a record
    """
    with open_lab(tmp_path_factory.mktemp("duty")) as opened:
        opened.certificates(
            ROOT_CERT, X_ROOT, B_ROOT, B_TO_X, B_TO_X_AGAIN, Y_ROOT, X_TO_Y, TO_EXTERNAL, Z_ROOT,
            EXTERNAL_TO_Z, TO_HONEST, FORGED, BELOW_HONEST, TO_FIRST, TO_SECOND, W_ROOT, FIRST_TO_W,
            SECOND_TO_W, V_ROOT, SILENT_ROOT, SILENT_TO_V,
        )  # fmt: skip
        opened.store("mozilla", [(each, "server_auth") for each in (ROOT_CERT, X_ROOT, B_ROOT, SILENT_ROOT)])
        opened.report(
            DAY,
            record(ROOT_CERT, "R", **audits()),
            record(X_ROOT, "X", owner="A", **audits()),
            record(B_ROOT, "B", owner="B", **audits()),
            record(B_TO_X, "B-X", "B", owner="B"),
            record(B_TO_X_AGAIN, "B-X-2", "B", owner="B"),
            record(Y_ROOT, "Y", owner="Y owner"),
            record(X_TO_Y, "X-Y", "X", owner="A"),
            record(TO_EXTERNAL, "E", "R", **EXT),
            record(Z_ROOT, "Z", owner="Z owner"),
            record(EXTERNAL_TO_Z, "E-Z", "E", **{"Subordinate CA Owner": "Z owner"}),
            record(TO_HONEST, "H", "R", **{"Subordinate CA Owner": "Honest owner"}),
            record(BELOW_HONEST, "H-1", "H", **{"Subordinate CA Owner": "Honest owner"}),
            record(TO_FIRST, "F-1", "R", owner="Alpha", **SAME),
            record(TO_FIRST, "F-2", "R", owner="Beta", **SAME),
            record(TO_SECOND, "S-1", "R", owner="Beta", **SAME),
            record(TO_SECOND, "S-2", "R", owner="Alpha", **SAME),
            record(SILENT_TO_V, "S-V", "gone", owner="Silent", **{"Subordinate CA Owner": "V owner"}),
        )
        yield opened


def duty(lab: Lab, certificate: Issued) -> tuple[bool, str]:
    [row] = lab.query(f"SELECT is_cross_certificate, owner FROM duty WHERE sha256 = '{certificate.sha256}'")
    return bool(row[0]), str(row[1])


@pytest.mark.parametrize(
    ("certificate", "cross", "owner"),
    [
        pytest.param(B_TO_X, True, "B", id="the issuing root's owner"),
        pytest.param(B_TO_X_AGAIN, True, "B", id="and for its second one"),
        # X has two certificates whose records are B's and one, its root's, that is A's.
        pytest.param(X_TO_Y, True, "A", id="of a root twice cross-signed: its root record's owner"),
        pytest.param(EXTERNAL_TO_Z, True, "Ext", id="of an intermediate: its subordinate owner"),
        pytest.param(TO_EXTERNAL, False, "Ext", id="no cross-certificate: its own operator"),
        pytest.param(TO_HONEST, False, "Honest owner", id="a forged certificate makes no cross-certificate"),
        pytest.param(FORGED, False, "Honest owner", id="and is none itself"),
        pytest.param(BELOW_HONEST, False, "Honest owner", id="what is below stays where it was"),
        pytest.param(FIRST_TO_W, True, "Alpha", id="a tie goes by name"),
        pytest.param(SECOND_TO_W, True, "Alpha", id="whatever the order of the rows"),
        pytest.param(TO_FIRST, False, "Alpha", id="so does a certificate under two owners"),
        pytest.param(TO_SECOND, False, "Alpha", id="in either order"),
        pytest.param(SILENT_TO_V, True, "Silent", id="without the issuer's records: the CA owner of its own"),
        pytest.param(ROOT_CERT, False, "Own", id="a root's is its owner's"),
        pytest.param(X_ROOT, False, "A", id="a cross-signed root's own certificate too"),
    ],
)
def test_whose_duty_it_is(lab: Lab, certificate: Issued, cross: bool, owner: str) -> None:
    assert duty(lab, certificate) == (cross, owner)


def test_every_certificate_has_one_duty(lab: Lab) -> None:
    [(rows, certificates, loaded)] = lab.query(
        "SELECT count(*), count(DISTINCT sha256), (SELECT count(*) FROM certificate) FROM duty"
    )
    assert rows == certificates == loaded


def test_a_finding_names_the_owner_on_duty(lab: Lab) -> None:
    [owner] = {found.owner for found in lab.findings(EXTERNAL_TO_Z)}
    assert owner == "Ext"
