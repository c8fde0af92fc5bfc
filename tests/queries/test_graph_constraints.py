"""CCADB's flags beside the certificates: Technically Constrained, the capable ones, the declared parent.

Root ─constrained─► Bound ◄─ Root              Root ─constrained─► Fast ─► Under
Root ─e-mail─► Mail, Post                      Root ─► Plain, ─TLS and e-mail, constrained─► Mixed
"""

from collections.abc import Iterator

import pytest

from tests.pki import SECURE_EMAIL, SERVER_AUTH, Options
from tests.policy.lab import ROOT, ROOT_CERT, SAME, Lab, child, open_lab, record, root
from tests.queries.graph_asking import about, ask, of, said

LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}
NAMES = ["permitted:dns:example.com", "permitted:directory:Own", "excluded:ip:0.0.0.0/0", "excluded:ip:::/0"]
BOUND_CA, BOUND = child("Bound", eku=[SERVER_AUTH], constraints=NAMES)
ESCAPE = ROOT.issue(BOUND_CA, eku=[SERVER_AUTH], not_before="2016-01-01", not_after="2035-01-01")
FAST_CA, FAST = child("Fast", eku=[SERVER_AUTH], constraints=NAMES)
UNDER_CA, UNDER = child("Under", FAST_CA, eku=[SERVER_AUTH])
MIXED_CA, MIXED = child("Mixed", eku=[SERVER_AUTH, SECURE_EMAIL], constraints=NAMES)
MAIL_CA, MAIL = child("Mail", eku=[SECURE_EMAIL])
POST_CA, POST = child("Post", eku=[SECURE_EMAIL])
PLAIN_CA, PLAIN = child("Plain")
OPEN_CA, OPEN = child("Open")
OTHER_CA, OTHER = root("Other", "Other")


def flags(constrained: str, tls: str = "", smime: str = "", **cells: str) -> dict[str, str]:
    return {"Technically Constrained": constrained, "TLS Capable": tls, "S/MIME Capable": smime} | cells


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(ROOT_CERT, BOUND, ESCAPE, FAST, UNDER, MIXED, MAIL, POST, PLAIN, OPEN, OTHER)
        lab.trust("mozilla", ROOT_CERT, "server_auth", "secure_email")
        lab.report(
            "2024-05-01",
            record(ROOT_CERT, "R"),
            record(OTHER, "O", owner="Other"),
            record(BOUND, "B", "R", **flags("True", tls="True")),
            record(ESCAPE, "E", "R", **flags("False")),
            record(FAST, "F", "R", **flags("True", tls="True")),
            record(UNDER, "U", "F", **flags("False")),
            record(MIXED, "X", "R", **flags("True")),
            record(MAIL, "M", "R", **flags("True", tls="True", smime="True")),
            record(POST, "P", "R", **flags("False", smime="False")),
            record(PLAIN, "N", "O", **flags("True"), **SAME, **{"Parent SHA-256 Fingerprint": OTHER.sha256}),
            record(OPEN, "Q", "R", **flags("False"), **{"Parent SHA-256 Fingerprint": ROOT_CERT.sha256}),
        )
        yield lab


def test_constraint_disagreement(lab: Lab) -> None:
    assert said(ask(lab, "constraint-disagreement"), "salesforce_id", "way") == {
        ("B", "not on every path"),
        ("U", "constrained from above"),
        ("X", "true by other constraints"),
        ("M", "true by definition alone"),
        ("P", "false in spite of the extensions"),
        ("N", "true without the extensions"),
    }
    # Escape, Fast and Open are what their records say.
    assert of(lab, "constraint-disagreement") == 9
    assert said(ask(lab, "constraint-disagreement", way="Not on every path"), "salesforce_id") == {("B",)}
    assert ask(lab, "constraint-disagreement", owner="nobody") == []


def test_what_a_disagreement_rests_on(lab: Lab) -> None:
    [mail] = ask(lab, "constraint-disagreement", way="true by definition alone")
    assert (mail["constrained_itself"], mail["unconstrained"]) == ([], ["secure_email"])
    [under] = ask(lab, "constraint-disagreement", way="constrained from above")
    assert (under["constrained_itself"], under["constrained_on_all_paths"]) == ([], ["server_auth"])


def test_constrained_sibling_escape(lab: Lab) -> None:
    rows = ask(lab, "constrained-sibling-escape")
    assert said(rows, "sha256", "escape_sha256", "purpose") == {(BOUND.sha256, ESCAPE.sha256, "server_auth")}
    assert rows[0]["exemption_lost_in"] == ["mozilla"]
    assert rows[0]["owner"] == "Own"
    assert of(lab, "constrained-sibling-escape") == 2


def test_no_escape_before_the_sibling_was_there(lab: Lab) -> None:
    assert ask(lab, "constrained-sibling-escape", "2015-06-01") == []


def test_capability_disagreement(lab: Lab) -> None:
    rows = ask(lab, "capability-disagreement")
    assert said(rows, "salesforce_id", "purpose", "ccadb_says", "why") == {
        ("M", "server_auth", True, "its own extended key usage lacks it"),
        ("P", "secure_email", False, "a path from a trusted root permits it"),
    }
    [post] = about(rows, POST)
    assert (post["programs"], post["unsure"]) == (["mozilla"], False)
    assert of(lab, "capability-disagreement") == 5
    assert said(ask(lab, "capability-disagreement", purpose="secure_email"), "salesforce_id") == {("P",)}


def test_declared_parent_mismatch(lab: Lab) -> None:
    [row] = ask(lab, "declared-parent-mismatch")
    assert (row["salesforce_id"], row["why"], row["inherits"]) == ("N", "another name", True)
    assert row["declared_parent_sha256"] == OTHER.sha256
    assert row["issuing_certificates"] == [ROOT_CERT.sha256]
    assert of(lab, "declared-parent-mismatch") == 2
    assert ask(lab, "declared-parent-mismatch", owner="nobody") == []
