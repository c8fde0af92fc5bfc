"""Which names are one name (RFC 5280 7.1), and how a name is shown (RFC 4514)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.x509.names import Name, ca_id, name_id, show
from cagraph.x509.tolerant import read_name
from tests.pki import name, oid, tlv

CN, OU, O, C = "2.5.4.3", "2.5.4.11", "2.5.4.10", "2.5.4.6"  # noqa: E741 - their names


def cn(text: str | bytes) -> Name:
    return (((CN, text),),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example Root", "EXAMPLE ROOT"),
        ("Example Root", "Example    Root"),
        ("Example Root", "  Example Root "),
        ("Example Root", "Example\tRoot"),
        ("Example Root", "Example\u00a0Root"),
        ("Straße", "STRASSE"),
        ("Certicámara", "CERTICÁMARA"),
        ("Certica\u0301mara", "Certicámara"),
        ("\uff25xample", "Example"),
        ("Ex\u00adample", "Example"),
        ("Ex\u200bample\ufeff", "Example"),
        ("", "   "),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert name_id(cn(one)) == name_id(cn(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cn("Example Root"), cn("ExampleRoot")),
        (cn("Example Root"), cn("Example Root 2")),
        (cn("Certicamara"), cn("Certicámara")),
        (cn("Example-Root"), cn("Example Root")),
        (cn("Example"), (((O, "Example"),),)),
        (cn("Example"), (*cn("Example"), *cn("Example"))),
        ((*cn("A"), *cn("B")), (*cn("B"), *cn("A"))),
        ((((CN, "A"), (O, "B")),), (((CN, "A"),), ((O, "B"),))),
        ((((O, "B"), (CN, "A")),), (((O, "B"),), ((CN, "A"),))),
        ((((CN, "A"), (CN, "A")),), (((CN, "A"),),)),
        (cn("A"), cn(b"A")),
        (cn("b'A'"), cn(b"A")),
        (cn("A\n2.5.4.3='B'"), (*cn("A"), *cn("B"))),
        (cn("A'+2.5.4.10='B"), (((CN, "A"), (O, "B")),)),
        (cn("A'\n2.5.4.3='B"), (*cn("A"), *cn("B"))),
        (cn(""), ()),
    ],
)
def test_two_names(one: Name, other: Name) -> None:
    assert name_id(one) != name_id(other)


def test_the_order_within_a_multi_valued_part_means_nothing() -> None:
    assert name_id((((CN, "A"), (O, "B")),)) == name_id((((O, "b"), (CN, "a")),))


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_without_a_case_are_equal_only_if_their_words_are(one: str, other: str) -> None:
    plain = [text for text in (one, other) if text.isascii() and text.isprintable()]
    if len(plain) == 2:
        same = one.lower().split() == other.lower().split()
        assert (name_id(cn(one)) == name_id(cn(other))) == same


attributes = st.tuples(
    st.sampled_from([CN, OU, O]), st.text(alphabet="aAb '\"+=\n\\,", max_size=4) | st.binary(max_size=2)
)
names = st.lists(st.lists(attributes, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)


def _plain(value: str | bytes) -> tuple[bool, str | bytes]:
    return isinstance(value, bytes), value if isinstance(value, bytes) else " ".join(value.lower().split())


@given(names, names)
def test_an_identity_stands_for_one_name_alone(one: Name, other: Name) -> None:
    """No arrangement of quotes, line breaks and signs makes two names look like one."""

    def normal(each: Name) -> list[list[tuple[str, bool, str]]]:
        return [sorted((kind, *map(str, _plain(value))) for kind, value in rdn) for rdn in each]  # type: ignore[misc]

    assert (name_id(one) == name_id(other)) == (normal(one) == normal(other))


@given(names)
def test_a_name_can_always_be_shown_and_hashed(each: Name) -> None:
    assert len(name_id(each)) == 64
    assert show(each).count("=") >= sum(len(rdn) for rdn in each)


def test_a_lone_surrogate_is_hashed_all_the_same() -> None:
    assert name_id(cn("\ud800")) != name_id(cn("\ud801"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "CN=plain"),
        ("a,b+c", r"CN=a\,b\+c"),
        ('q"<>;\\', r"CN=q\"\<\>\;\\"),
        ("#1", r"CN=\#1"),
        (" a ", r"CN=\ a\ "),
        (" ", r"CN=\ "),
        ("", "CN="),
        (b"\x01\xff", "CN=#01ff"),
    ],
)
def test_shown_as_rfc_4514_says(value: str | bytes, shown: str) -> None:
    assert show(cn(value)) == shown


def test_shown_from_the_most_specific_part() -> None:
    shown = show((((C, "ZZ"),), ((O, "Example"), ("1.2.3", "x")), ((CN, "Root"),)))
    assert shown == "CN=Root, O=Example+1.2.3=x, C=ZZ"


STRING_TYPES = {"utf8": 0x0C, "printable": 0x13, "teletex": 0x14, "ia5": 0x16, "visible": 0x1A}


@pytest.mark.parametrize("kind", STRING_TYPES)
def test_string_types_make_no_difference(kind: str) -> None:
    der = tlv(0x30, tlv(0x31, tlv(0x30, oid(CN), tlv(STRING_TYPES[kind], b"Example Root"))))
    assert name_id(read_name(der)) == name_id(cn("Example Root"))


@pytest.mark.parametrize(("tag", "encoding"), [(0x1E, "utf-16-be"), (0x1C, "utf-32-be")])
def test_wide_strings(tag: int, encoding: str) -> None:
    der = tlv(0x30, tlv(0x31, tlv(0x30, oid(CN), tlv(tag, "Čertifikát".encode(encoding)))))
    assert read_name(der) == cn("Čertifikát")


def test_teletex_that_is_utf_8_and_teletex_that_is_not() -> None:
    """Real certificates hold both; where it is no UTF-8 it is read as Latin-1."""
    for encoding in ("utf-8", "latin-1"):
        der = tlv(0x30, tlv(0x31, tlv(0x30, oid(CN), tlv(0x14, "Certicámara".encode(encoding)))))
        assert read_name(der) == cn("Certicámara")


def test_a_value_that_is_no_string_is_kept_as_bytes() -> None:
    der = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.45"), tlv(0x03, b"\0\x01"))))
    assert read_name(der) == ((("2.5.4.45", b"\0\x01"),),)


def test_the_builder_s_three_spellings_are_one_name() -> None:
    spelled = {
        name_id(read_name(name("Example Root", "Example", how))) for how in ("utf8", "printable", "loud")
    }
    assert len(spelled) == 1


def test_a_ca_is_a_name_with_a_key() -> None:
    one = name_id(cn("A"))
    assert len({ca_id(one, "00"), ca_id(one, "01"), ca_id(name_id(cn("B")), "00")}) == 3
