"""What the Makefile and the package's build need of the machine."""
