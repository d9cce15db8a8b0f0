"""Decides which agent gets which case, and is the only writer of a site's log."""
