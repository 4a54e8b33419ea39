"""A broker as a child process that ends with this one, however this one ends."""

import json
import os
import subprocess
import tempfile


class Server:
    """`wingmq serve` with these options on a free port, ready."""

    def __init__(self, options, binary=None, log=False):
        binary = binary or os.environ.get("WINGMQ_BINARY") or "wingmq"
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--exit-with-parent", *options]
        with tempfile.TemporaryFile() as said:
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None if log else said
                )
            except OSError as cause:
                raise RuntimeError(f"{binary} cannot be started: set WINGMQ_BINARY, or put wingmq on the PATH") from cause
            line = self._process.stdout.readline()
            if not line:
                self.stop()
                said.seek(0)
                raise RuntimeError(f"wingmq did not start: {said.read().decode().strip() or 'see its log above'}")
        ready = json.loads(line)
        self.url, self.pid = ready["urls"][0], ready["pid"]

    def stop(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
