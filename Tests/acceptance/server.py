"""Starts a Martlet on free loopback ports and waits until it says that it listens."""
import pathlib, re, select, signal, subprocess, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build" / "release" / "martlet"
EXAMPLES = ROOT / "examples" / "models"


class Server:
    def __init__(self, repository=EXAMPLES, *options, timeout=60):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--model-repository", str(repository), "--grpc-port", "0", "--http-port", "0",
             "--metrics-port", "0", *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        deadline = time.monotonic() + timeout
        self.lines = []
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            line = self.process.stdout.readline() if ready else ""
            if not line:
                self.process.kill()
                raise RuntimeError(f"martlet did not start:\n{''.join(self.lines)}{self.process.stderr.read()}")
            self.lines.append(line)
            if line.startswith("listening "):
                break
        addresses = dict(re.findall(r"(\w+)=(\S+)", line))
        self.grpc, self.http, self.metrics = addresses["grpc"], addresses.get("http"), addresses.get("metrics")

    @property
    def pid(self):
        return self.process.pid

    def terminate(self, timeout=30):
        """Asks it to drain and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()
            self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminate()
