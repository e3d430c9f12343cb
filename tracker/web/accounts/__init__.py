"""Accounts: administration, imports, own settings, links and sign-in."""
