"""Imports of workflows: from a file through a plan to rows written."""
