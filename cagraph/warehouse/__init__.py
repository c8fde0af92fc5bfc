"""The DuckDB file: its schema, its rule tables and views, the catalogue of questions to it.

Knows how to store and ask; what a row means is said in the SQL and the rule files.
"""
