"""NIST PKITS, section by section: what is right, and by name what is not, with the reason.

The last certificate is judged as a subscriber's even where it is a CA's. PKITS refuses no algorithm for its
age, so weak signatures count. A table that names a case which is right fails as well.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from cagraph.graph.paths import Path as CertificatePath
from cagraph.graph.rules import ANY_POLICY
from tests.conformance.crl_rules import told
from tests.conformance.suites import Case, pkits, section

pytestmark = pytest.mark.conformance

Verdict = Callable[[Case], bool]

PLAIN = {"4.1": 6, "4.2": 8, "4.3": 11, "4.6": 17, "4.13": 38, "4.16": 2}
"""On the path alone, with their tests: signatures, validity, names, pathLen, constraints, extensions."""
PLAIN_WRONG = {
    # The CA's DSA key has no parameters and takes its issuer's (RFC 3279 2.3.2). pyca, by which keys are
    # read here, knows no such key, and no CA certificate of the real ones has a DSA key at all.
    "valid_dsa_parameter_inheritance_test5",
}

REVOCATION = {"4.4": 21, "4.5": 8, "4.7": 5, "4.14": 35, "4.15": 10}
"""With CRLs: revocation, self-issued certificates, key usage, distribution points, delta CRLs."""
REVOCATION_WRONG = {
    "no usable list tells of a certificate: not known to be revoked, where PKITS refuses": {
        "missing_crl_test1",
        "invalid_bad_crl_signature_test4",
        "invalid_bad_crl_issuer_name_test5",
        "invalid_wrong_crl_test6",
        "invalid_unknown_crl_entry_extension_test8",
        "invalid_unknown_crl_extension_test9",
        "invalid_unknown_crl_extension_test10",
        "invalid_old_crl_nextupdate_test11",
        "invalid_pre2000_crl_nextupdate_test12",
        "invalid_separate_certificate_and_crl_keys_test21",
        "invalid_onlycontainsattributecerts_crl_test14",
        "invalid_idp_with_indirectcrl_test26",
        "invalid_crlissuer_test27",
        "invalid_deltacrlindicator_no_base_set_test1",
        "invalid_deltacrl_test10",
    },
    "signed with another key than the certificate: such a list is not asked": {
        "invalid_separate_certificate_and_crl_keys_test20",
        "invalid_basic_self_issued_old_with_new_test2",
        "invalid_basic_self_issued_new_with_old_test5",
        "invalid_basic_self_issued_crl_signing_key_test7",
        "invalid_crlissuer_test31",
        "invalid_crlissuer_test32",
    },
    "the signer's keyUsage lacks cRLSign, which is not looked at": {
        "invalid_keyusage_critical_crlsign_false_test4",
        "invalid_keyusage_not_critical_crlsign_false_test5",
    },
    "a part of a list, taken for all of it: its distribution point, kind or reasons are not compared": {
        "invalid_distributionpoint_test3",
        "invalid_distributionpoint_test8",
        "invalid_distributionpoint_test9",
        "invalid_onlycontainsusercerts_crl_test11",
        "invalid_onlycontainscacerts_crl_test12",
        "invalid_onlysomereasons_test17",
        "invalid_crlissuer_test35",
    },
    "delta lists are not read: a revocation and the end of a hold that only they tell of": {
        "invalid_deltacrl_test4",
        "valid_deltacrl_test5",
    },
}

POLICIES = {"4.8": 35, "4.9": 8, "4.10": 20, "4.11": 11, "4.12": 11}
"""Policies: sets, requireExplicitPolicy, mappings, inhibitPolicyMapping, inhibitAnyPolicy."""
POLICIES_WRONG = {
    "requireExplicitPolicy after some more certificates: EV asks for a policy anyhow": {
        "invalid_require_explicit_policy_test3",
        "invalid_require_explicit_policy_test5",
        "invalid_self_issued_require_explicit_policy_test7",
        "invalid_self_issued_require_explicit_policy_test8",
    },
    "policyMappings are not followed": {
        "valid_policy_mapping_test2_with_testpol1",
        "invalid_policy_mapping_test2",
        "invalid_policy_mapping_test2_inhibit_mapping",
        "valid_policy_mapping_test3_with_testpol2",
        "valid_policy_mapping_test5_with_testpol1",
        "valid_policy_mapping_test6_with_testpol1",
        "invalid_mapping_from_any_policy_test7",
        "invalid_mapping_to_any_policy_test8",
        "invalid_policy_mapping_test10",
        "valid_policy_mapping_test11",
        "invalid_inhibit_policy_mapping_test1",
        "valid_inhibit_policy_mapping_test2",
        "valid_inhibit_policy_mapping_test4",
        "valid_self_issued_inhibit_policy_mapping_test7",
    },
    "inhibitAnyPolicy is not followed": {
        "invalid_inhibit_any_policy_test1",
        "inhibit_any_policy_test3_initial_inhibit",
        "invalid_inhibit_any_policy_test4",
        "invalid_inhibit_any_policy_test5",
        "invalid_inhibit_any_policy_test6",
        "invalid_self_issued_inhibit_any_policy_test8",
        "invalid_self_issued_inhibit_any_policy_test10",
    },
}


def _wrong(shared_dir: Path, sections: dict[str, int], verdict: Verdict) -> set[str]:
    """Return the cases of these sections of which the verdict is not the suite's."""
    cases = [case for case in pkits(shared_dir) if section(case) in sections]
    assert Counter(map(section, cases)) == sections
    return {case.name for case in cases if verdict(case) != case.valid}


def _all(table: dict[str, set[str]]) -> set[str]:
    """Return every case of a table; it stands there once."""
    names = [name for names in table.values() for name in names]
    assert len(names) == len(set(names))
    return set(names)


def test_every_section_is_looked_at(shared_dir: Path) -> None:
    assert {section(case) for case in pkits(shared_dir)} == PLAIN.keys() | REVOCATION.keys() | POLICIES.keys()


def test_paths(shared_dir: Path) -> None:
    """Trust Anchor → CA → … → certificate."""
    assert _wrong(shared_dir, PLAIN, lambda case: any(path.sound for path in case.paths())) == PLAIN_WRONG


def test_revocation(shared_dir: Path) -> None:
    """Trust Anchor → CA → certificate, and CRLs of both CAs: the revoked ones are left out of the search."""
    assert _wrong(shared_dir, REVOCATION, _not_revoked) == _all(REVOCATION_WRONG)


def test_a_caller_can_refuse_what_no_list_tells_of(shared_dir: Path) -> None:
    """PKITS, and a verifier that fails hard, want a list of the day for every certificate."""
    wanting = next(names for reason, names in REVOCATION_WRONG.items() if reason.startswith("no usable list"))
    cases = [case for case in pkits(shared_dir) if case.name in wanting]
    assert len(cases) == len(wanting)
    for case in cases:
        steps = case.steps()
        assert not any(told(case, steps).settle(path) for path in case.paths(steps)), case.name


def test_policies(shared_dir: Path) -> None:
    """Trust Anchor → CA → … → certificate: is one of the policies asked for left at the end?

    EV asks so of every path. PKITS asks where the case says so or a CA requires it (policyConstraints).
    """
    assert _wrong(shared_dir, POLICIES, _permits_policies) == _all(POLICIES_WRONG)


def _not_revoked(case: Case) -> bool:
    steps = case.steps()
    return any(path.sound for path in case.paths(steps, without=told(case, steps).revoked))


def _permits_policies(case: Case) -> bool:
    asked = case.about.get("params", {})
    explicit = asked.get("initial_explicit_policy", False) or any(map(_requires_policy, case.others))
    wanted = set(asked.get("user_initial_policy_set", [ANY_POLICY]))
    return any(path.sound and (not explicit or _leaves_one_of(path, wanted)) for path in case.paths())


def _leaves_one_of(path: CertificatePath, wanted: set[str]) -> bool:
    if path.policies is None:
        return True
    return bool(path.policies if ANY_POLICY in wanted else path.policies & wanted)


def _requires_policy(der: bytes) -> bool:
    """Say whether a certificate requires an explicit policy of what follows at once."""
    found = x509.load_der_x509_certificate(der).extensions
    return any(
        isinstance(each.value, x509.PolicyConstraints) and each.value.require_explicit_policy == 0
        for each in found
    )
