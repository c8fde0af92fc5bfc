"""Where queries/ and data/ are: in a wheel, or in the checkout that an editable install points at.

Knows the two layouts and nothing of what the files say.
"""

from pathlib import Path

from cagraph.errors import CagraphError

PACKAGE = Path(__file__).resolve().parent


def queries_dir() -> Path:
    """Return the folder of the query catalogue; its `views` folder holds the policy."""
    return _find("queries")


def data_dir() -> Path:
    """Return the folder of the rule tables (`*.csv`)."""
    return _find("data")


def _find(name: str, package: Path = PACKAGE) -> Path:
    # The wheel's copy first: next to an installed package, site-packages/data may be a stranger's.
    for candidate in (package / f"_{name}", package.parent / name):
        if candidate.is_dir():
            return candidate
    raise CagraphError(f"this installation of cagraph is broken: it has no {name}/ folder; install it again")
