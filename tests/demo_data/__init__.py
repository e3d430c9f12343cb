"""The made-up programme in seed_data/: its generator and its test."""
