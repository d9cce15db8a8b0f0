"""The command: the one place that knows every package, and wires them in one process."""


def main() -> None:
    """Run the command line."""
