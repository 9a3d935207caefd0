import errno
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lossstudy.datasets._arrays import ArrayFile, writing


def test_rows_may_come_from_threads_and_in_any_order(tmp_path):
    rows = np.random.default_rng(0).integers(0, 256, (40, 3, 5, 7), dtype=np.uint8)
    path = tmp_path / "build" / "rows.npy"
    path.parent.mkdir()
    with ArrayFile(path, rows.shape) as file, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: file.write(i, rows[i]), reversed(range(40))))
    np.testing.assert_array_equal(np.load(path), rows)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_an_error_while_writing_says_what_to_do(tmp_path, code):
    match = rf"cannot write decoded images to {tmp_path} \(.*\); make room .* LOSSSTUDY_HOME"
    with pytest.raises(OSError, match=match) as caught, writing(tmp_path):
        raise OSError(code, "reason")
    assert caught.value.errno == code
