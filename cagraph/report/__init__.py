"""What leaves the tool: tables in every output format, progress, the summary of a database.

Knows values, columns and streams; knows no policy, and nothing of the command line.
"""
