"""The pages: parse the request, run one command or query, render."""
