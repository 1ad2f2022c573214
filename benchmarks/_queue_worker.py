"""A worker process: `python -m benchmarks._queue_worker ours|bare`. SIGTERM ends it."""

import os
import sys
import time

from procrastinate import App, PsycopgConnector

from benchmarks import _simulated

CONCURRENCY = 4


def bare_app(url: str) -> App:
    """Procrastinate as it comes, with one task that waits as long as a simulated call."""
    app = App(connector=PsycopgConnector(conninfo=url))

    @app.task(name="bench.bare", queue="bare")
    def call(number: int) -> None:
        time.sleep(_simulated.CALL_S)

    return app


def main() -> None:
    if sys.argv[1] == "bare":
        with bare_app(os.environ["BENCH_DATABASE"]).open() as app:
            app.run_worker(queues=["bare"], concurrency=CONCURRENCY)
        return
    from troth import ground

    ground.setup()
    _simulated.offer()
    from troth.work.worker import run_worker

    run_worker(concurrency=CONCURRENCY)


if __name__ == "__main__":
    main()
