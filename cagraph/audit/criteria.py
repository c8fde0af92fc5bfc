"""Which criteria a letter reports on, as it prints them, and which kinds of audit statement that makes it."""

from cagraph.audit.etsi import etsi_mentions, read_etsi
from cagraph.audit.letter import Letter
from cagraph.audit.mention import CriteriaRead
from cagraph.audit.webtrust import read_webtrust, webtrust_mentions


def read_criteria(letter: Letter) -> CriteriaRead:
    """Return the criteria of the letter's scheme: the one it names its criteria of."""
    webtrust = list(webtrust_mentions(letter, letter.own_words()))
    etsi = list(etsi_mentions(letter, letter.own_words()))
    ours = [mention for mention in webtrust if mention.based]
    # Other criteria may be mentioned, once; what is named without "based on" may be a title.
    if len(ours or webtrust) >= len(etsi) and webtrust:
        return read_webtrust(letter, ours or webtrust)
    return read_etsi(letter, etsi)
