"""The simulator: made-up or recorded traffic through the real router, in virtual time."""
