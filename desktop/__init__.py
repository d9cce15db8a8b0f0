"""The web edge for agents and clients: HTTP, sockets, sign-in and the front end."""
