"""Follows redirects by hand: how many, where to, and who is responsible for where it leads.

Looks at URLs as text. Sends nothing.
"""

from urllib.parse import urljoin

from cagraph.crawl.backoff import Failed
from cagraph.sources.asking import Request
from cagraph.sources.urls import found_url, host_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
HOPS = 5


class Way:
    """Where one try of a request is. `untrusted`: somebody else chose the place."""

    def __init__(self, request: Request) -> None:
        self.url = request.url
        self.untrusted = request.untrusted
        self._trusted = not request.untrusted
        self._home = host_of(request.url)
        self._seen = {request.url}

    @property
    def is_first(self) -> bool:
        """Whether nothing was redirected yet."""
        return len(self._seen) == 1

    def follow(self, status: int, location: str | None) -> None:
        """Go where a redirect leads.

        Raises:
            Failed: it leads nowhere, in a circle, too far, or out of TLS.
        """
        if not location:
            raise Failed(f"HTTP {status} without a Location", status=status)
        try:
            went = found_url(urljoin(self.url, location))
        except ValueError as problem:
            raise Failed(f"redirected to a URL that {problem}: {location[:100]}", status=status) from None
        if went in self._seen:
            raise Failed(f"redirected in a circle: {went}", status=status)
        if len(self._seen) > HOPS:
            raise Failed(f"more than {HOPS} redirects", status=status)
        if self._trusted and self.url.startswith("https:") and not went.startswith("https:"):
            raise Failed(f"redirected out of TLS: {went}", status=status)
        self._seen.add(went)
        # Once a stranger's host has sent us somewhere, the way back home is its choice too.
        self.untrusted = self.untrusted or host_of(went) != self._home
        self.url = went
