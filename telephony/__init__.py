"""Calls, their legs and bridges. Here is the core; media and telephone lines are to come."""
