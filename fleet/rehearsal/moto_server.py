"""The simulated AWS as a process of its own: moto on a loopback port, ending with whoever started it.

Started as `python -m fleet.rehearsal.moto_server [PORT]`; prints the port that it listens on.
"""

import logging
import os
import signal
import sys
import threading
import time

__all__ = ["main"]


def main() -> None:
    """Serve until the parent process is gone."""
    # moto validates nothing about types unless it is asked to.
    os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "true"
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    import moto.server  # noqa: PLC0415  (after the settings)
    from werkzeug.serving import make_server  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    dispatcher = moto.server.DomainDispatcherApplication(moto.server.create_backend_app)  # type: ignore[attr-defined]  # not in its __all__
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = make_server("127.0.0.1", port, dispatcher, threaded=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.3)
    os._exit(0)


if __name__ == "__main__":
    main()
