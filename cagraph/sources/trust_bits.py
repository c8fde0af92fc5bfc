"""The one table of what root programs call the purposes they trust a root for.

Names are compared without case and blanks. Says nothing about what a purpose requires.
"""

from cagraph.model import Purpose

_NAMES: dict[Purpose | None, tuple[str, ...]] = {
    Purpose.SERVER_AUTH: ("Server Authentication", "serverAuth", "serverAuthentication", "Websites"),
    Purpose.CLIENT_AUTH: ("Client Authentication", "clientAuth"),
    Purpose.SECURE_EMAIL: ("Secure Email", "emailProtection", "Email"),
    Purpose.CODE_SIGNING: ("Code Signing", "Code"),
    Purpose.TIME_STAMPING: ("Time Stamping",),
    Purpose.OCSP_SIGNING: ("OCSP Signing",),
    Purpose.MARK_CERTIFICATE: ("Mark Certificate", "Verified Mark Certificate", "VMC", "BIMI"),
    # Known purposes that no audit regime of the Web PKI speaks of: no trust row, and no issue.
    None: (
        "Encrypting File System",
        "Document Signing",
        "IP Security End System",
        "IP Security IKE Intermediate",
        "IP Security Tunnel Termination",
        "IP Security User",
    ),
}


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


_PURPOSES = {_plain(name): purpose for purpose, names in _NAMES.items() for name in names}


def purpose_of(bit: str) -> Purpose | None:
    """Return the purpose that a trust bit names; None for one that is known and not ours.

    Raises:
        KeyError: the bit is not in the table.
    """
    return _PURPOSES[_plain(bit)]
