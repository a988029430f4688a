"""One orderly end, however it is asked for."""

import os
import signal
import threading

import pytest

from fleet.cli.interrupts import Interrupted, orderly_end


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, 143, id="termination"),
        pytest.param(signal.SIGHUP, 129, id="closed terminal"),
    ],
)
def test_first_signal_ends_and_later_ones_wait(number, code):
    """The clean-up after the first signal is not interrupted by those that follow."""
    cleaned = []

    def work():
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned.append("everything")

    with pytest.raises(Interrupted) as interrupted, orderly_end():
        work()

    assert interrupted.value.exit_code == code
    assert cleaned == ["everything"]


def test_signals_mean_afterwards_what_they_meant_before():
    """Nothing of it is left in a process that goes on."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with orderly_end():
        assert signal.getsignal(signal.SIGTERM) is not before[1]

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_ignored_signal_stays_ignored():
    """A command under `nohup` survives the closed terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with orderly_end():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_are_no_place_for_signals():
    """A command that a thread runs works all the same; its signals are the main thread's matter."""
    done = []

    def work():
        with orderly_end():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["work"]
