"""Accounts: creating, changing, disabling, passwords, links, sign-ins and calendar keys."""
