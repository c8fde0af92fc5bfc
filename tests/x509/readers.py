"""The strict and the tolerant reader side by side."""

from dataclasses import fields
from typing import Any

from cagraph.x509 import strict, tolerant
from cagraph.x509.der import cut
from cagraph.x509.outline import Extensions, Outline


def differences(der: bytes) -> list[str]:
    """Return the fields in which the two readers differ, with both values."""
    strictly, tolerantly = _values(*strict.read(der)), _values(*tolerant.read(cut(der)))
    return [
        f"{key}: {value!r} != {tolerantly[key]!r}"
        for key, value in strictly.items()
        if value != tolerantly[key]
    ]


def _values(outline: Outline, extensions: Extensions) -> dict[str, Any]:
    values = {field.name: getattr(outline, field.name) for field in fields(outline)}
    return values | {field.name: getattr(extensions, field.name) for field in fields(extensions)}
