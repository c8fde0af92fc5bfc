"""Bytes to facts: what a certificate says of itself and whether a key made its signature.

Knows nothing of trust, records, the database or the network.
"""
