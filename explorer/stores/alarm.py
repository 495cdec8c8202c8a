"""A timeout for calls that wait for a server."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Alarm:
    """Ends a connection that waits too long: the socket is shut, so that the call raises."""

    def __init__(self, fileno: int, seconds: float) -> None:
        self._fileno, self._seconds = fileno, seconds
        self._timer: threading.Timer | None = None
        self.rang = False
        self.on()

    def on(self) -> None:
        """Start to wait."""
        self.off()
        self._timer = threading.Timer(self._seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def off(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        with suppress(OSError):  # it was closed in this moment
            one = socket.socket(fileno=self._fileno)
            try:
                one.shutdown(socket.SHUT_RDWR)
            finally:
                one.detach()
