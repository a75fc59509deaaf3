"""Nothing is trained on that does not have MNIST's checksums."""

from collections.abc import Callable

import numpy as np
import pytest

from training.data import SHA256, Mnist, Source, load_mnist, verified
from training.errors import CorruptDataError, NoDataError, TrainingError


@pytest.fixture
def genuine(tiny: Mnist, monkeypatch: pytest.MonkeyPatch) -> Mnist:
    """`tiny` passes for the real data set in this test."""
    monkeypatch.setattr("training.data.SHA256", tiny.checksums())
    return tiny


def failing(error: TrainingError) -> Callable[[], Mnist]:
    def read() -> Mnist:
        raise error

    return read


def damaged(mnist: Mnist) -> Mnist:
    labels = mnist.y_test.copy()
    labels[0] += 1
    return Mnist(mnist.x_train, mnist.y_train, mnist.x_test, labels)


def test_the_real_data_set_has_the_checksums_in_the_code(mnist: Mnist) -> None:
    assert mnist.checksums() == SHA256
    assert mnist.x_train.shape == (60_000, 784)
    assert mnist.x_test.shape == (10_000, 784)
    assert np.bincount(mnist.y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


def test_one_wrong_label_is_found_and_the_array_named(genuine: Mnist) -> None:
    with pytest.raises(CorruptDataError, match=r"somewhere: y_test has sha256 .*, exp"):
        verified(damaged(genuine), "somewhere")


def test_the_first_source_that_gives_the_data_is_taken(genuine: Mnist) -> None:
    never = failing(AssertionError("asked"))  # type: ignore[arg-type]
    found = load_mnist(
        [
            Source("empty", failing(NoDataError("nothing there"))),
            Source("good", lambda: genuine),
            Source("later", never),
        ]
    )

    assert found is genuine


def test_a_corrupt_source_is_told_and_passed_over(
    genuine: Mnist, capsys: pytest.CaptureFixture[str]
) -> None:
    load_mnist(
        [Source("a cache", lambda: damaged(genuine)), Source("good", lambda: genuine)]
    )

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("data: a cache is corrupt, going on: a cache: y_test has")
    assert second == "data: MNIST from good, checksums agree"


def test_where_every_way_fails_each_is_told_with_its_reason() -> None:
    with pytest.raises(NoDataError) as failure:
        load_mnist(
            [
                Source("one way", failing(NoDataError("the door is shut"))),
                Source("another", failing(CorruptDataError("it is broken"))),
            ]
        )

    message = str(failure.value)
    assert "  one way: the door is shut\n  another: it is broken\n" in message
    assert "--data FOLDER" in message


def test_a_single_source_fails_with_its_own_error(genuine: Mnist) -> None:
    with pytest.raises(CorruptDataError, match="--data FILE"):
        load_mnist([Source("given", lambda: damaged(genuine))])
