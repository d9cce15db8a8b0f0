"""Calls, legs and bridges: not built yet; the name is kept for the layer it will fill."""
