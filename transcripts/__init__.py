"""Live speech-to-text: not built yet; the name is kept for the layer it will fill."""
