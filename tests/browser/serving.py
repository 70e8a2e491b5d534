"""A real server on loopback in a thread of the test, which can be stopped at any moment without a stray error."""

import threading

from waitress.server import create_server


class Serving:
    """An application that answers at ``port`` until it is stopped."""

    def __init__(self, app, port=0, threads=6):
        self.server = create_server(app, host="127.0.0.1", port=port, threads=threads)
        self.port = self.server.effective_port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def stop(self):
        """Let no worker run on, then close every socket in the thread that waits on them."""
        self.server.task_dispatcher.shutdown()
        self.server.trigger.pull_trigger(self._close)
        self.thread.join(20)
        assert not self.thread.is_alive(), "the server under test did not stop"

    def _close(self):
        # A socket closed by another thread makes the waiting call of this one fail now and then.
        for channel in list(self.server.active_channels.values()):
            channel.handle_close()
        self.server.close()
