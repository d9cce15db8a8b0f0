"""The policy as a document: read from TOML or JSON with its faults, written, tried out."""
