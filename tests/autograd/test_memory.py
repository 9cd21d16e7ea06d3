from __future__ import annotations

import ctypes
import platform
import resource
from types import SimpleNamespace

import numpy as np

from initlab.autograd import keep_freed_memory


def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_an_array_takes_the_memory_of_the_one_before():
    size = 2**22  # 16 MB, 4096 pages
    np.ones(size, np.float32)
    before = page_faults()
    np.ones(size, np.float32)
    taken = page_faults() - before
    assert keep_freed_memory() == (platform.libc_ver()[0] == "glibc")
    assert taken < 100 or not keep_freed_memory()


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert not keep_freed_memory()
