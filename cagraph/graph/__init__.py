"""Who issued whom, and every path: graph logic, exact and bounded.

Knows certificates and keys; knows nothing of programs, records, audits, days or databases.
"""
