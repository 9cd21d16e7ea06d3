from __future__ import annotations

import gzip
import re
import subprocess
import sys

import numpy as np
import pytest

from initlab.data import Digits
from initlab.data.digits import read_digits
from initlab.errors import DataError
from initlab.nd.random import Streams


@pytest.fixture(scope="module")
def shipped():
    """What scikit-learn's own loader gives, inputs and labels in one table."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return np.column_stack([x, y])


def rows(table):
    return sorted(map(tuple, np.round(table, 3).tolist()))


def test_the_digits_are_those_of_scikit_learn_up_to_scale_and_order(shipped):
    data = Digits().load(Streams(5))
    x = np.concatenate([data.train_x, data.test_x]).astype(np.float64)
    y = np.concatenate([data.train_y, data.test_y])
    blank, full = x.min(), x.max()  # the grey levels 0 and 16
    pixels = (x - blank) / (full - blank) * 16
    np.testing.assert_allclose(pixels, np.round(pixels), atol=1e-4)
    assert rows(np.column_stack([pixels, y])) == rows(shipped)


def test_the_training_pixels_have_mean_0_and_std_1_and_the_test_pixels_nearly():
    data = Digits().load(Streams(0))
    assert data.train_x.mean(dtype=np.float64) == pytest.approx(0, abs=1e-6)
    assert data.train_x.std(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    assert data.test_x.mean() != 0
    # 359 pictures, of which each mean varies by about 0.15: 4 standard errors
    assert abs(data.test_x.mean()) < 4 * 0.15 / np.sqrt(359)


def test_loading_digits_does_not_import_scikit_learn():
    code = (
        "import sys; from initlab.data import Digits; from initlab.nd.random import Streams; "
        "Digits().load(Streams(0)); sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_scikit_learn_the_error_says_to_install_it(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    with pytest.raises(DataError, match=r"not installed\. pip install scikit-learn, or choose"):
        Digits().load(Streams(0))


def packed(text):
    return gzip.compress(text.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed("1,2\n3,4\n"), "holds a table of shape (2, 2), not (1797, 65). Reinstall"),
        (packed("1,2\n3\n"), "cannot be read (the number of columns changed"),
        (packed("1,2\n" * 99)[:-9], "cannot be read (Compressed file ended before"),
        (b"1,2\n", "cannot be read (Not a gzipped file"),
        (None, "digits.csv.gz not found.). Reinstall scikit-learn, which ships it"),
    ],
)
def test_a_file_that_is_not_the_shipped_table_is_refused(tmp_path, content, message):
    file = tmp_path / "digits.csv.gz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(message)) as refused:
        read_digits(file)
    assert str(file) in str(refused.value)
    assert "data=spirals" in str(refused.value)
