"""Measurements: each a command that prints JSON, beside a reference in the same run."""
