"""A mail server on this machine that takes messages as RFC 5321 says, or answers as it is told to."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        self._say("220 test")
        data = None
        for raw in self.rfile:
            if data is not None:
                if raw == b".\r\n":
                    self._finish(b"".join(data))
                    data = None
                else:
                    data.append(raw[1:] if raw.startswith(b"..") else raw)
                continue
            verb = raw[:4].upper()
            if verb == b"DATA":
                data = []
                self._say("354 go on")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _finish(self, content):
        taken = self.server.taken
        if len(taken) in self.server.refuse:
            self.server.refuse.discard(len(taken))
            echoed = " ".join(message_from_bytes(content, policy=policy.default).get_content().split())
            self._say(f"554 refused: {echoed}".encode("ascii", "replace").decode())
            return
        taken.append(message_from_bytes(content, policy=policy.default))
        self._say("250 taken")

    def _say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def running(refuse=()):
    """Give a server with `taken` messages; the n-th message is refused once with an answer that repeats it."""
    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        server.taken, server.refuse = [], set(refuse)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
