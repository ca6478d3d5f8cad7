"""``dilemma``, and ``python -m dilemma``: a command can be stopped from the first moment on.

Everything else takes a while to import.  Ctrl-C that comes meanwhile waits until it is heeded.
"""

import signal

if hasattr(signal, "pthread_sigmask"):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})

from dilemma.processes import stoppable


def main() -> None:
    """Run the command line."""
    with stoppable():
        from dilemma.cli.app import main as run

        run()


if __name__ == "__main__":
    main()
