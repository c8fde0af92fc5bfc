"""Audit statements: what a letter prints and says, read from the letter itself."""
