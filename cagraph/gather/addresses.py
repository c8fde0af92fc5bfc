"""Where the live sources are: the public addresses, or what the user's settings say instead."""

from dataclasses import dataclass

from cagraph.errors import UsageProblem
from cagraph.sources.urls import base_url, found_url

CCADB = "https://ccadb.my.salesforce-sites.com"
CRTSH = "https://crt.sh"
CRTSH_DSN = "postgresql://guest@crt.sh:5432/certwatch?sslmode=require"
ONECRL = "https://firefox.settings.services.mozilla.com/v1/buckets/security-state/collections/onecrl/records"
CT_LOGS = "https://www.gstatic.com/ct/log_list/v3/log_list.json"


@dataclass(frozen=True, slots=True)
class Addresses:
    """One address a source; `ct_logs` has lists of logs (`….json`) and logs, `extra` files of any kind."""

    ccadb: str = CCADB
    crtsh: str = CRTSH
    crtsh_dsn: str = CRTSH_DSN
    onecrl: str = ONECRL
    ct_logs: tuple[str, ...] = (CT_LOGS,)
    extra: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no address.

        Raises:
            UsageProblem: it is none.
        """
        for name in ("ccadb", "crtsh", "onecrl"):
            object.__setattr__(self, name, base_url(getattr(self, name)))
        for name in ("ct_logs", "extra"):
            object.__setattr__(self, name, tuple(map(_file_url, getattr(self, name))))


def _file_url(text: str) -> str:
    try:
        return found_url(text)
    except ValueError as problem:
        raise UsageProblem(f"{text!r} cannot be asked: it {problem}") from None
