"""What a call is and how it goes, without media, network, clock or chance."""
