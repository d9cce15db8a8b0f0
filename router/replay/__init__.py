"""Runs a log again and compares every decision and the state."""
