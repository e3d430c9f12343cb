"""Sessions, secrets, and what a request must bring."""
