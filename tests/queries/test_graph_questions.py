"""Questions about paths and trust: each finds what it is for, and leaves alone what is near it.

mozilla trusts Web Root for TLS and Post Root for TLS and e-mail; microsoft, for TLS, Web Root, Only Root, a
root that is weakly signed, and the two that have expired.

    Post Root ─cross─► Web Root ─► Sub                   Web Root ─► Shut (pathLen 0) ─► Deep
    Post Root ─► Twice ─► Leaf                           Web Root ─weak─► Old ─► Low
    Web Root ─code signing─► Twice                       Only Root ─► Alone, ─► Both;  Web Root ─► Both
    Ended (2023) ─► Left;  Gone (2023) ─► Kept;  Web Root ─► Gone
"""

from collections.abc import Iterator

import pytest

from tests.pki import CODE_SIGNING, Options
from tests.policy.lab import Lab, child, open_lab, record, root
from tests.queries.graph_asking import about, ask, of, said

LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}

WEB_CA, WEB = root("Web Root", "Own")
POST_CA, POST = root("Post Root", "Post")
ONLY_CA, ONLY = root("Only Root", "Own")
ENDED_CA, ENDED = root("Ended", "Own", not_after="2023-01-01")
GONE_CA, GONE = root("Gone", "Own", not_after="2023-01-01")

CROSS = POST_CA.issue(WEB_CA, **LONG)
SUB_CA, SUB = child("Sub", WEB_CA)
TWICE_CA, TWICE = child("Twice", POST_CA)
TWICE_SHUT = WEB_CA.issue(TWICE_CA, eku=[CODE_SIGNING], not_before="2015-01-01", not_after="2035-01-01")
LEAF_CA, LEAF = child("Leaf", TWICE_CA)
SHUT_CA, SHUT = child("Shut", WEB_CA, path_len=0)
DEEP_CA, DEEP = child("Deep", SHUT_CA)
OLD_CA, OLD = child("Old", WEB_CA, sha1=True)
LOW_CA, LOW = child("Low", OLD_CA)
OLD_ENDED = child("Old", WEB_CA, sha1=True, not_after="2020-01-01")[1]
WEAK_CA, WEAK_ROOT = root("Weak Root", "Own", sha1=True)
ALONE_CA, ALONE = child("Alone", ONLY_CA)
BOTH_CA, BOTH = child("Both", ONLY_CA)
BELOW_BOTH_CA, BELOW_BOTH = child("Below Both", BOTH_CA)
BOTH_WEB = WEB_CA.issue(BOTH_CA, **LONG)
LEFT_CA, LEFT = child("Left", ENDED_CA)
KEPT_CA, KEPT = child("Kept", GONE_CA)
GONE_AGAIN = WEB_CA.issue(GONE_CA, **LONG)

EVERY = [WEB, POST, ONLY, ENDED, GONE, CROSS, SUB, TWICE, TWICE_SHUT, LEAF, SHUT, DEEP, OLD, LOW, OLD_ENDED,
         WEAK_ROOT, ALONE, BOTH, BELOW_BOTH, BOTH_WEB, LEFT, KEPT, GONE_AGAIN]  # fmt: skip
TLS, MAIL = "server_auth", "secure_email"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(*EVERY)
        lab.store("mozilla", [(WEB, TLS), (POST, TLS), (POST, MAIL)])
        lab.store("microsoft", [(root, TLS) for root in (WEB, ONLY, ENDED, GONE, WEAK_ROOT)])
        lab.report(
            "2024-05-01",
            record(WEB, "W"),
            record(POST, "P", owner="Post"),
            record(CROSS, "X", "P", owner="Post", **{"Subordinate CA Owner": "Own"}),
            record(SUB, "S", "W"),
            record(LEAF, "L", "P", owner="Post"),
        )
        yield lab


def test_trust_scope_expansion(lab: Lab) -> None:
    rows = ask(lab, "trust-scope-expansion", program="mozilla")
    [row] = about(rows, CROSS)
    assert (row["purpose"], row["otherwise"]) == (MAIL, [TLS])
    assert (row["issuer_owner"], row["subject_owner"]) == ("Post", "Own")
    # Web Root itself, Sub, Shut, Old, Low, and its certificates of Gone and Both with what is below these.
    assert row["below"] == 9
    # What brings nothing that another certificate of its CA does not bring is none.
    assert about(ask(lab, "trust-scope-expansion", purpose=TLS), CROSS) == []
    assert about(rows, SUB) == []
    assert of(lab, "trust-scope-expansion") >= len(said(rows, "sha256"))


def test_a_certificate_from_home_expands_nothing(lab: Lab) -> None:
    """Twice is Post's by its record; only Web Root's certificate is from elsewhere."""
    assert about(ask(lab, "trust-scope-expansion"), TWICE_SHUT) == []


def test_path_capability_flip(lab: Lab) -> None:
    rows = ask(lab, "path-capability-flip", program="mozilla", purpose=TLS)
    assert said(rows, "sha256", "capable_paths") == {(LEAF.sha256, 1)}
    [row] = rows
    assert [(each["sha256"], each["reason"]) for each in row["blocked_by"]] == [
        (TWICE_SHUT.sha256, "extended_key_usage")
    ]
    # From Web Root itself, and by its cross-certificate from Post Root.
    assert row["incapable_paths"] == 2
    assert ask(lab, "path-capability-flip", program="microsoft") == []
    assert of(lab, "path-capability-flip") > 1


def test_roots_trusted_by_one_and_not_by_another(lab: Lab) -> None:
    rows = ask(lab, "roots-trusted-x-not-y", purpose=TLS)
    [row] = about(rows, ONLY)
    # Both and what is below hang on Web Root in mozilla: Below Both alone, by its one certificate.
    assert (row["subordinates"], row["capable_in_y_too"], row["capable_in_x_alone"]) == (3, 1, 2)
    assert row["y_trusts_it_for"] == []
    assert about(rows, WEB) == []
    assert said(ask(lab, "roots-trusted-x-not-y", x="mozilla", y="microsoft"), "sha256") == {(POST.sha256,)}
    assert of(lab, "roots-trusted-x-not-y") == 5


def test_a_store_that_is_not_loaded_trusts_and_distrusts_nothing(lab: Lab) -> None:
    assert ask(lab, "roots-trusted-x-not-y", y="apple") == []
    assert ask(lab, "roots-trusted-x-not-y", y="mozilla", purpose="ev_tls") == []


def test_weak_signatures(lab: Lab) -> None:
    rows = ask(lab, "weak-signature-edges")
    assert said(rows, "sha256") == {(OLD.sha256,)}
    assert (rows[0]["below"], rows[0]["alone"]) == (1, 1)
    assert "microsoft:server_auth" in rows[0]["capable_for"]
    assert of(lab, "weak-signature-edges") == 1


def test_weak_signatures_of_another_day(lab: Lab) -> None:
    assert said(ask(lab, "weak-signature-edges", "2019-06-01"), "sha256") == {
        (OLD.sha256,),
        (OLD_ENDED.sha256,),
    }


def test_path_length_violations(lab: Lab) -> None:
    rows = ask(lab, "path-length-violations")
    assert said(rows, "sha256") == {(DEEP.sha256,)}
    [row] = rows
    assert (row["too_deep"], row["capable_for"]) == ([DEEP.sha256], [])
    assert row["programs"] == ["microsoft", "mozilla"]
    assert len(row["limited_by"]) == 1
    assert row["limited_by"][0].endswith(f"[{SHUT.sha256[:8]}] pathLen 0")
    assert ask(lab, "path-length-violations", owner="nobody") == []


def test_expired_roots(lab: Lab) -> None:
    rows = ask(lab, "expired-root-live-subordinates")
    assert said(rows, "sha256", "subordinates", "with_other_path") == {
        (ENDED.sha256, 1, 0),
        (GONE.sha256, 1, 1),
    }
    [ended] = about(rows, ENDED)
    assert (ended["without"], ended["still_trusted"]) == ([LEFT.sha256], ["microsoft"])
    assert of(lab, "expired-root-live-subordinates") == 2
    assert ask(lab, "expired-root-live-subordinates", "2022-06-01") == []


def test_longest_paths(lab: Lab) -> None:
    [longest] = ask(lab, "longest-paths", program="mozilla", most="1")
    # Post Root > Web Root > Both > Below Both is as long as any.
    assert longest["length"] == 4
    assert longest["path"].startswith("CN=Post Root")
    assert longest["path"].count(" > ") == 3
    both = ask(lab, "longest-paths", most="1")
    assert [row["root_program"] for row in both] == ["microsoft", "mozilla"]
    assert said(ask(lab, "longest-paths", program="mozilla", owner="nobody"), "sha256") == set()


def test_cross_owner_issuances(lab: Lab) -> None:
    rows = ask(lab, "cross-owner-issuances")
    assert said(rows, "sha256", "issuer_owner", "subject_owner", "named_operator") == {
        (CROSS.sha256, "Post", "Own", "Own"),
    }
    assert rows[0]["is_cross_certificate"]
    assert ask(lab, "cross-owner-issuances", "2036-01-01") == []


def test_single_point_of_trust(lab: Lab) -> None:
    rows = ask(lab, "single-point-of-trust", purpose=MAIL)
    [cross] = about(rows, CROSS)
    assert (cross["role"], cross["lose_all"]) == ("cross-certificate", 9)
    [post] = about(rows, POST)
    # All of those, the cross-certificate itself, Twice and Leaf.
    assert (post["role"], post["lose_all"]) == ("root", 12)
    assert rows.index(post) < rows.index(cross)
    # For TLS they have Web Root itself, so nothing hangs on the cross-certificate.
    assert about(ask(lab, "single-point-of-trust"), CROSS) == []
    assert ask(lab, "single-point-of-trust", program="apple") == []
    assert of(lab, "single-point-of-trust", purpose=MAIL) == 13


def test_roots_by_program(lab: Lab) -> None:
    rows = ask(lab, "roots-by-program", owner="post")
    assert said(rows, "sha256") == {(POST.sha256,)}
    assert (rows[0]["mozilla"], rows[0]["microsoft"]) == ([MAIL, TLS], None)


def test_cross_certificates(lab: Lab) -> None:
    rows = ask(lab, "cross-certificates")
    assert about(rows, CROSS)[0]["issuer_owner"] == "Post"
    assert about(rows, SUB) == []
    assert about(ask(lab, "cross-certificates", owner="nobody"), CROSS) == []


def test_out_of_scope(lab: Lab) -> None:
    rows = ask(lab, "out-of-scope", sha256=DEEP.sha256)
    assert {row["reason"] for row in rows} == {"no_trusted_path"}
    assert about(ask(lab, "out-of-scope", reason="expired"), OLD_ENDED)
    assert not about(ask(lab, "out-of-scope"), OLD_ENDED)


def test_siblings_and_paths(lab: Lab) -> None:
    assert said(ask(lab, "siblings", sha256=TWICE.sha256), "sha256", "state") == {
        (TWICE.sha256, "live"),
        (TWICE_SHUT.sha256, "live"),
    }
    states = [row["state"] for row in ask(lab, "paths", sha256=LEAF.sha256, program="mozilla", purpose=TLS)]
    assert states.count("counts") == 1
    assert len(states) == 3
