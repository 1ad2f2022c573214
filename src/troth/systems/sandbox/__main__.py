"""`python -m troth.systems.sandbox --port N [--state-file FILE] [--finish-after SECONDS]`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from troth import ground
from troth.systems.homes import built_in, own_homes
from troth.systems.sandbox.server import HOST, server


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="troth-sandbox", description="Doubles of vendors.")
    parser.add_argument("--port", type=int, default=8801, help="0 picks a free one")
    parser.add_argument("--state-file", type=Path, default=None, help="keep the state in this file")
    parser.add_argument("--finish-after", type=float, default=1.0, help="seconds until background jobs are done")
    given = parser.parse_args(argv)
    serve(given.port, state_file=given.state_file, finish_after=given.finish_after)
    return 0


def serve(port: int, *, state_file: Path | None, finish_after: float) -> None:
    """Serve in the foreground until SIGINT or SIGTERM."""
    more = own_homes(ground.settings().connectors)
    serving = server(port, state_file=state_file, finish_after=finish_after, more=more.values())
    for name in (signal.SIGINT, signal.SIGTERM):
        # shutdown() waits for the serving loop, which is this thread: another one must call it
        signal.signal(name, lambda *_: threading.Thread(target=serving.shutdown, daemon=True).start())
    known = " ".join(f"/{home.name}" for home in (*built_in().values(), *more.values()))
    sys.stdout.write(f"sandbox on http://{HOST}:{serving.server_port}: {known}\n")
    sys.stdout.flush()
    serving.serve_forever()
    serving.server_close()


if __name__ == "__main__":
    sys.exit(main())
