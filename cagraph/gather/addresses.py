"""Where the live sources are: the public addresses, or what the user's settings say instead."""

from dataclasses import dataclass

from cagraph.errors import UsageProblem
from cagraph.sources import ask_ccadb, ask_crtsh, ask_ct, ask_onecrl, crtsh_sql
from cagraph.sources.urls import base_url, found_url


@dataclass(frozen=True, slots=True)
class Addresses:
    """One address a source; `ct_logs` has lists of logs (`….json`) and logs, `extra` files of any kind."""

    ccadb: str = ask_ccadb.BASE
    crtsh: str = ask_crtsh.BASE
    crtsh_dsn: str = crtsh_sql.DSN
    onecrl: str = ask_onecrl.URL
    ct_logs: tuple[str, ...] = (ask_ct.LOG_LIST,)
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
