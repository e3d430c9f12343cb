"""The monthly report: pure drafting from figures, texts with figures in them, and what has changed since."""
