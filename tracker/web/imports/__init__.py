"""Imports of workflows, step by step."""
