"""Makes text from strangers safe to show: what would steer a terminal or the eye becomes visible.

Names in certificates are chosen by whoever made the certificate. An escape sequence in one can rewrite
the screen, a right-to-left override can reverse a domain, a line break can forge a row. Knows characters
and nothing of tables or formats.
"""

import re
import unicodedata

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Controls (Cc), invisible and direction-changing marks (Cf), line and paragraph separators, lone
# surrogates. Letters of every script stay as they are.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_MAYBE_UNSAFE = re.compile(r"[^\x20-\x7e]")


def safe(text: str) -> str:
    r"""Return `text` with every character that does not simply show itself as a visible escape.

    >>> safe("a\x1b[2Jb\u202ecom.live")
    'a\\x1b[2Jb\\u202ecom.live'
    """
    return _MAYBE_UNSAFE.sub(lambda match: _escape(match[0]), text)


def safe_json(text: str) -> str:
    """Return JSON with those characters as JSON escapes: shown safely, read back unchanged."""
    return _MAYBE_UNSAFE.sub(lambda match: _escape_json(match[0]), text)


def one_line(error: BaseException) -> str:
    """Return an error's message as one safe line, without what DuckDB draws below it."""
    lines = str(error).strip().splitlines()
    return safe(lines[0].strip()) if lines else type(error).__name__


def _escape(char: str) -> str:
    if unicodedata.category(char) not in _UNSAFE_CATEGORIES:
        return char
    if char in _NAMED:
        return _NAMED[char]
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _escape_json(char: str) -> str:
    # A bare line break in JSON is layout, never part of a text.
    if char == "\n" or unicodedata.category(char) not in _UNSAFE_CATEGORIES:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
