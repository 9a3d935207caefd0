import os
import signal
import threading

import pytest

from lossstudy.termination import Terminated, noticed


def test_signal_is_noticed_and_ends_nothing(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    with noticed() as came:
        assert not came()
        os.kill(os.getpid(), signal.SIGTERM)
        assert came()
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_goes_without():
    answers = []

    def work():
        with noticed() as came:
            answers.append(came())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]


def test_exit_code_is_that_of_a_process_ended_by_sigterm(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        raise Terminated(tmp_path / "state.pt", 7)
    assert stopped.value.code == 143
    assert "after step 7" in str(stopped.value)
