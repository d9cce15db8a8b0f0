"""The vocabulary: imports msgspec and nothing else of ours."""
