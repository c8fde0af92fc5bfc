"""Finds the base64 of one PEM certificate in a text and decodes it.

By hand, because ready-made loaders refuse what real files hold: blank lines inside, quotes around.
Does not look into the DER.
"""

import base64
import binascii
import re

CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_BLOCK = re.compile(r"\s*-----BEGIN CERTIFICATE-----(.*)-----END CERTIFICATE-----\s*", re.DOTALL)


def decode_body(body: str) -> bytes:
    """Return the bytes of a PEM block's base64; blanks and line breaks do not count.

    Raises:
        ValueError: it is not base64, or there is none.
    """
    text = "".join(body.split())
    if not text:
        raise ValueError("the PEM block is empty")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError(f"broken base64: {problem}") from None


def decode_cell(cell: str) -> bytes:
    """Return the DER of the one certificate in a cell, with or without single quotes around it.

    Raises:
        ValueError: there is not exactly one PEM certificate, or its base64 is broken.
    """
    text = cell.strip().removeprefix("'").removesuffix("'")
    if not text.strip():
        raise ValueError("the PEM cell is blank")
    match = _BLOCK.fullmatch(text)
    if match is None:
        raise ValueError("the cell is not one whole PEM certificate")
    if "-----" in match[1]:
        raise ValueError("the cell holds more than one PEM block")
    return decode_body(match[1])
