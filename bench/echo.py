"""The reference: a bare echo on the same server with the same settings. Run with a port."""

import sys

import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.serving import WebServer, listen, web_config

FRAME_BYTES = 65536


async def echo(socket: WebSocket) -> None:
    """Send back what comes."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return


def main(port: int) -> None:
    """Serve until ended."""
    app = Starlette(routes=[WebSocketRoute("/ws", echo)])

    def ready() -> None:
        sys.stdout.write("echo is ready\n")
        sys.stdout.flush()

    server = WebServer(web_config(app, frame_bytes=FRAME_BYTES), ready)
    uvloop.run(server.serve(sockets=[listen("127.0.0.1", port)]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
