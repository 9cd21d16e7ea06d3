from __future__ import annotations

import threading
from multiprocessing import get_context
from queue import Queue

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from initlab import nd
from initlab.errors import BadValueError
from initlab.nd import winograd
from initlab.nd.threads import LARGE, in_shares, product


def counts(kind="blas openmp"):
    """Those of every library of the kind that can have more than one."""
    found = [one for one in threadpool_info() if one.get("threading_layer") != "sequential"]
    found = [one for one in found if one["user_api"] in kind]
    return {library["num_threads"] for library in found}


@pytest.mark.parametrize("count", [1, 2])
def test_within_blas_is_on_one_thread_and_afterwards_on_as_many_as_before(count):
    before = counts()
    with nd.threads(count):
        inside = counts()
    assert (inside, counts()) == ({1}, before)


def test_a_block_can_be_entered_again_also_within_itself():
    one, two = nd.threads(1), nd.threads(2)
    seen = []
    for _ in range(2):
        with one, two, one:
            seen.append(nd.threads.now)
        with two, one, two:
            seen.append(nd.threads.now)
    assert (seen, nd.threads.now) == ([1, 2, 1, 2], 1)


def test_no_threads_are_refused():
    with pytest.raises(BadValueError, match="threads must be a whole number, at least 1, got 0"):
        nd.threads(0)


class Watched(np.ndarray):
    """An array whose product tells how many threads BLAS has."""

    def dot(self, *_):
        return counts()


@pytest.mark.parametrize(("side", "used"), [(8, {1}), (round(LARGE ** (1 / 3)) + 1, {2})])
def test_a_large_product_is_for_all_threads_and_a_small_one_for_one(side, used):
    a = np.zeros((side, side), np.float16).view(Watched)  # a type that is BLAS's business alone
    with nd.threads(2):
        assert product(a, a) == used
        assert counts() == {1}


def test_shares_are_runs_that_make_up_the_whole_each_for_a_thread_of_its_own():
    who = []

    def work(share):
        who.append(threading.get_ident())
        return list(share)

    with nd.threads(3):
        assert in_shares(work, range(8)) == [[0, 1], [2, 3, 4], [5, 6, 7]]
        assert in_shares(work, range(2)) == [[0, 1]]
    assert in_shares(work, range(8)) == [list(range(8))]
    assert threading.get_ident() in who


def test_a_share_is_done_under_the_callers_numpy_settings():
    def work(share):
        return [float(np.float32(1e30) * np.float32(1e30)) for _ in share]

    with nd.threads(2), np.errstate(over="ignore"):
        assert in_shares(work, range(2)) == [[np.inf], [np.inf]]


def test_an_error_in_a_share_is_the_callers_and_the_next_call_works():
    def work(share):
        if 3 in share:
            raise ValueError("three")
        return sum(share)

    with nd.threads(2):
        with pytest.raises(ValueError, match="three"):
            in_shares(work, range(4))
        assert in_shares(work, range(2)) == [0, 1]


def _forked(answers):
    with nd.threads(2):
        answers.put(in_shares(sum, [1, 2, 3, 4]))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # of Python 3.12
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # of JAX, where another test loaded it
def test_a_forked_process_has_threads_of_its_own():
    with nd.threads(2):
        in_shares(sum, [1, 2])
    context = get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_forked, args=(answers,))
    child.start()
    assert answers.get(timeout=60) == [3, 7]
    child.join()


@pytest.mark.parametrize("count", [2, 3])
def test_a_large_convolution_is_for_all_threads_with_the_same_bits(count, monkeypatch):
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(6, 64, 32, 32)), rng.normal(size=(64, 64, 3, 3))
    shares = []
    monkeypatch.setattr(winograd, "in_shares", lambda *_: shares.append(in_shares(*_)))
    with nd.threads(1):
        alone = nd.convolution(x, W, pad=1).array
    with nd.threads(count):
        among = nd.convolution(x, W, pad=1).array
    assert [len(each) for each in shares] == [1, count]
    np.testing.assert_array_equal(alone, among)


def test_a_small_convolution_is_for_one_thread(monkeypatch):
    monkeypatch.setattr(winograd, "in_shares", None)
    with nd.threads(2):
        nd.convolution(np.ones((8, 16, 8, 8)), np.ones((16, 16, 3, 3)), pad=1)


def test_a_weights_gradient_by_shares_of_the_images_is_that_by_all_at_once():
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(2, 6, 32, 32, 64))
    with nd.threads(1):
        alone = winograd.winograd_correlate(x, g, (1, 1))
    with nd.threads(3):
        among = winograd.winograd_correlate(x, g, (1, 1))
    np.testing.assert_allclose(among, alone, rtol=0, atol=1e-12 * np.abs(alone).max())


def test_shares_within_shares_wait_for_no_thread():
    def parts(_):
        return in_shares(sum, [1, 2, 3, 4])

    with nd.threads(2):
        assert in_shares(parts, [1, 2]) == [[10], [10]]
        assert parts(None) == [3, 7]


@pytest.mark.parametrize("count", [1.5, "2"])
def test_threads_are_whole(count):
    with pytest.raises(BadValueError, match=f"threads must be a whole number, .* got {count}"):
        nd.threads(count)


def test_a_number_repeated_is_copied_for_no_product_on_any_threads():
    import tracemalloc

    side = round(LARGE ** (1 / 3)) + 1
    one = np.broadcast_to(np.float32(1), (side, side))
    tracemalloc.start()
    with nd.threads(2):
        product(one, one, np.empty((side, side), np.float32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 4 * side * side


def test_the_last_of_several_threads_to_leave_gives_back_the_number_that_the_first_one_found():
    before, entered, leave = (
        counts("blas"),
        threading.Barrier(3, timeout=30),
        threading.Semaphore(0),
    )
    seen: Queue = Queue()

    def work():
        with nd.single():
            entered.wait()
            leave.acquire(timeout=30)
            seen.put(counts("blas"))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait()
    for _ in threads:
        leave.release()
        assert seen.get(timeout=30) == {1}
    for thread in threads:
        thread.join()
    assert counts("blas") == before
