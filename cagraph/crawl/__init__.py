"""How to ask: politely, persistently, and without believing a server or an address. Knows no source."""
