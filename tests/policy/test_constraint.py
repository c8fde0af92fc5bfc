"""Which technical constraints exempt a CA, in which programs, and what defeats them."""

from collections.abc import Iterator

import pytest

from tests.pki import CLIENT_AUTH, CODE_SIGNING, SECURE_EMAIL, SERVER_AUTH, Authority, Issued, Options
from tests.policy.lab import DAY, REVOKED, ROOT, ROOT_CERT, Lab, audits, child, open_lab, record, root

DIRECTORY, DNS = "permitted:directory:Ext", "permitted:dns:ext.example"
NO_IP = ("excluded:ip:0.0.0.0/0", "excluded:ip:::/0")
MAIL = "permitted:email:ext.example"
TLS: Options = {"eku": [SERVER_AUTH], "constraints": [DNS, DIRECTORY, *NO_IP]}
OPEN: Options = {"eku": [SERVER_AUTH]}
SINCE_2019: Options = {"not_before": "2019-01-01", "eku": [SERVER_AUTH]}

OTHER, OTHER_CERT = root("Other Root", "Other")
LONE, LONE_CERT = child("Lone", **TLS)
_, BELOW_LONE = child("Below Lone", LONE, owner="Ext", **OPEN)
TWIN, TWIN_CONSTRAINED = child("Twin", **TLS)
TWIN_OPEN = ROOT.issue(TWIN, **SINCE_2019)
_, BELOW_TWIN = child("Below Twin", TWIN, **OPEN)
ENDED, ENDED_CONSTRAINED = child("Twin ended", **TLS)
ENDED_OPEN = ROOT.issue(ENDED, not_after="2024-05-07", eku=[SERVER_AUTH])
REVOKED_TWIN, REVOKED_CONSTRAINED = child("Twin revoked", **TLS)
REVOKED_OPEN = ROOT.issue(REVOKED_TWIN, **SINCE_2019)
ELSEWHERE, ELSEWHERE_CONSTRAINED = child("Twin elsewhere", **TLS)
ELSEWHERE_OPEN = OTHER.issue(ELSEWHERE, **OPEN)
_, MAIL_CERT = child("Mail", eku=[SECURE_EMAIL], constraints=[MAIL, DIRECTORY])
_, CODE_CERT = child("Code", eku=[CODE_SIGNING], constraints=[DNS, MAIL, DIRECTORY, *NO_IP])

# Neither TLS nor e-mail has a name left; in the second case by the constraints of two certificates together.
_, NAMELESS = child("Nameless", constraints=["excluded:dns:", *NO_IP, "excluded:email:"])
HALF, HALF_NAMELESS = child("Half nameless", constraints=["excluded:dns:", *NO_IP])
_, BELOW_HALF = child("Below half", HALF, constraints=["excluded:email:"])

SHAPES: dict[str, tuple[str, list[str], list[str], bool]] = {
    "every DNS name excluded": ("server_auth", [SERVER_AUTH], ["excluded:dns:", DIRECTORY, *NO_IP], True),
    "clients too": ("server_auth", [SERVER_AUTH, CLIENT_AUTH], [DNS, DIRECTORY, *NO_IP], True),
    "some addresses": ("server_auth", [SERVER_AUTH], [DNS, DIRECTORY, "permitted:ip:10.0.0.0/8"], True),
    "every DNS name permitted": ("server_auth", [SERVER_AUTH], ["permitted:dns:", DIRECTORY, *NO_IP], False),
    "one and every DNS name": (
        "server_auth",
        [SERVER_AUTH],
        [DNS, "permitted:dns:", DIRECTORY, *NO_IP],
        False,
    ),
    "every IPv4 address": ("server_auth", [SERVER_AUTH], [DNS, DIRECTORY, "permitted:ip:0.0.0.0/0"], False),
    "every IPv6 address": ("server_auth", [SERVER_AUTH], [DNS, DIRECTORY, "permitted:ip:::/0"], False),
    "every address": (
        "server_auth",
        [SERVER_AUTH],
        [DNS, DIRECTORY, "permitted:ip:0.0.0.0/0", "permitted:ip:::/0"],
        False,
    ),
    "only IPv4 excluded": ("server_auth", [SERVER_AUTH], [DNS, DIRECTORY, NO_IP[0]], False),
    "addresses not mentioned": ("server_auth", [SERVER_AUTH], [DNS, DIRECTORY], False),
    "no directory": ("server_auth", [SERVER_AUTH], [DNS, *NO_IP], False),
    "code signing too": ("server_auth", [SERVER_AUTH, CODE_SIGNING], [DNS, DIRECTORY, *NO_IP], False),
    "any usage as CCADB prints it": (
        "server_auth",
        [SERVER_AUTH, "1.3.6.1.5.5.7.3.0"],
        [DNS, DIRECTORY, *NO_IP],
        False,
    ),
    "no constraint": ("server_auth", [SERVER_AUTH], [], False),
    "mail of a host": ("secure_email", [SECURE_EMAIL], [MAIL, DIRECTORY], True),
    "mail of everyone": ("secure_email", [SECURE_EMAIL], ["permitted:email:", DIRECTORY], False),
    "mail of a host and everyone": (
        "secure_email",
        [SECURE_EMAIL],
        [MAIL, "permitted:email:", DIRECTORY],
        False,
    ),
    "a mailbox": ("secure_email", [SECURE_EMAIL], ["permitted:email:me@ext.example", DIRECTORY], False),
    "mail without directory": ("secure_email", [SECURE_EMAIL], [MAIL], False),
    "mail without constraint": ("secure_email", [SECURE_EMAIL], [], False),
}


def _shaped(name: str) -> Issued:
    _, ekus, constraints, _ = SHAPES[name]
    options: Options = {"eku": ekus}
    if constraints:
        options["constraints"] = constraints
    return child(name, **options)[1]


SHAPED = {name: _shaped(name) for name in SHAPES}
PROGRAMS = {
    "mozilla": ("server_auth", "secure_email"),
    "chrome": ("server_auth",),
    "apple": ("server_auth", "secure_email"),
    "microsoft": ("server_auth", "secure_email", "code_signing"),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Roots and CAs of every shape.

    Lab Root, in four stores → Lone (constrained) → Below Lone
                             → Twin (constrained), Twin (not) → Below Twin
                             → two CAs whose unconstrained twin has ended, or is revoked
                             → Twin elsewhere (constrained)
                             → Nameless, Half nameless → Below half
    Other Root, in Apple's   → Twin elsewhere (not)
    """
    with open_lab(tmp_path_factory.mktemp("constraint")) as opened:
        opened.certificates(
            ROOT_CERT, OTHER_CERT, LONE_CERT, BELOW_LONE, TWIN_CONSTRAINED, TWIN_OPEN, BELOW_TWIN,
            ENDED_CONSTRAINED, ENDED_OPEN, REVOKED_CONSTRAINED, REVOKED_OPEN, ELSEWHERE_CONSTRAINED,
            ELSEWHERE_OPEN, MAIL_CERT, CODE_CERT, NAMELESS, HALF_NAMELESS, BELOW_HALF, *SHAPED.values(),
        )  # fmt: skip
        for program, purposes in PROGRAMS.items():
            rows = [(ROOT_CERT, purpose) for purpose in purposes]
            opened.store(program, [*rows, *([(OTHER_CERT, "server_auth")] if program == "apple" else [])])
        opened.report(DAY, record(ROOT_CERT, "R", **audits()), record(REVOKED_OPEN, "V", "R", **REVOKED))
        yield opened


CONSTRAINED, IN_SCOPE = "technically_constrained", "in scope"


@pytest.mark.parametrize("name", SHAPES)
def test_what_constrains_and_what_permits_everything(lab: Lab, name: str) -> None:
    purpose, _, _, constrained = SHAPES[name]
    assert lab.state(SHAPED[name], purpose=purpose) == (CONSTRAINED if constrained else IN_SCOPE)


@pytest.mark.parametrize("program", ["mozilla", "apple", "microsoft"])
def test_an_unconstrained_certificate_of_the_same_ca_defeats_it_for_both(lab: Lab, program: str) -> None:
    assert lab.state(LONE_CERT, program) == CONSTRAINED
    assert lab.state(TWIN_OPEN, program) == IN_SCOPE
    assert lab.state(TWIN_CONSTRAINED, program) == IN_SCOPE
    assert lab.state(BELOW_TWIN, program) == IN_SCOPE


def test_an_ancestor_that_is_constrained_on_every_path_exempts(lab: Lab) -> None:
    assert lab.state(BELOW_LONE) == CONSTRAINED


def test_a_twin_that_no_longer_works_defeats_nothing(lab: Lab) -> None:
    assert lab.state(ENDED_OPEN) == "expired"
    assert lab.state(ENDED_CONSTRAINED) == CONSTRAINED
    assert lab.state(ENDED_CONSTRAINED, day="2024-05-01") == IN_SCOPE
    assert lab.state(REVOKED_OPEN) == "revoked"
    assert lab.state(REVOKED_CONSTRAINED) == CONSTRAINED


def test_a_twin_defeats_it_only_in_the_programs_that_lead_to_it(lab: Lab) -> None:
    assert lab.state(ELSEWHERE_CONSTRAINED, "mozilla") == CONSTRAINED
    assert lab.state(ELSEWHERE_CONSTRAINED, "apple") == IN_SCOPE


def test_mozilla_exempts_what_no_name_is_left_for(lab: Lab) -> None:
    """MRSP 1.1 (2): whatever the extended key usages, and along the path."""
    for purpose in ("server_auth", "secure_email"):
        assert lab.state(NAMELESS, "mozilla", purpose) == CONSTRAINED
        assert lab.state(BELOW_HALF, "mozilla", purpose) == CONSTRAINED
        assert lab.state(HALF_NAMELESS, "mozilla", purpose) == IN_SCOPE
        assert lab.state(NAMELESS, "apple", purpose) == IN_SCOPE


def test_chrome_never_exempts(lab: Lab) -> None:
    assert lab.state(LONE_CERT, "chrome") == IN_SCOPE
    assert lab.state(BELOW_LONE, "chrome") == IN_SCOPE
    assert lab.query("FROM exempt WHERE root_program = 'chrome'") == []


def test_code_signing_is_never_exempt(lab: Lab) -> None:
    assert lab.state(CODE_CERT, "microsoft", "code_signing") == IN_SCOPE
    assert lab.query("FROM exempt WHERE purpose = 'code_signing'") == []


@pytest.mark.parametrize(
    ("certificate", "purpose"), [(LONE_CERT, "server_auth"), (MAIL_CERT, "secure_email")]
)
def test_where_a_policy_is_silent_the_exemption_is_inferred(
    lab: Lab, certificate: Issued, purpose: str
) -> None:
    rows = lab.query(
        "SELECT root_program, certainty FROM exempt"
        f" WHERE sha256 = '{certificate.sha256}' AND purpose = '{purpose}'"
    )
    found: dict[str, str] = dict(rows)
    assert (found["apple"], found["mozilla"]) == ("inferred", "stated")
    [(silent,)] = lab.query("SELECT count(*) FROM exempt WHERE certainty IS NULL OR citation IS NULL")
    assert silent == 0


def test_the_ca_is_a_name_and_a_key(lab: Lab) -> None:
    """Another CA of the same name, with its own key, defeats nothing."""
    namesake = Authority("Lone", owner="Own", key="another")
    lab.certificates(ROOT.issue(namesake, **OPEN))
    assert lab.state(LONE_CERT) == CONSTRAINED
