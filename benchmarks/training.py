"""How long a run's fitting takes beside plain `model.fit` of the same network.

    python -m benchmarks.training --data FOLDER --rounds 3

Both fit the seed recipe in turn, in one process, so that what else the machine
does falls on both; the job's time includes test figures and a checkpoint each
epoch, which plain fit does not have. Prints each round and the ratios of medians,
of wall time and of processor time: the latter is steadier on a busy machine.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from training.config import configure
from training.data import Mnist, load_mnist
from training.libraries import import_tensorflow
from training.sources import sources


def main() -> None:
    """Print the seconds of each round and way, then the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="as mnist-train takes it")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    options = parser.parse_args()
    import_tensorflow()
    mnist = load_mnist(sources(options.data, os.environ))
    times = measure(mnist, options.rounds)
    for clock, kind in enumerate(("wall", "processor")):
        job, plain = (
            statistics.median(time[clock] for time in times[name])
            for name in ("job", "plain")
        )
        print(f"{kind} time, ratio of medians, job / plain: {job / plain:.2f}")


def measure(mnist: Mnist, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """(wall, processor) seconds of each way, by round; they take turns to lead."""
    ways: list[tuple[str, Callable[[Mnist], None]]] = [
        ("plain", fit_plainly),
        ("job", fit_as_the_job),
    ]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in ways}
    for number in range(rounds):
        for name, fit in ways if number % 2 == 0 else reversed(ways):
            wall, processor = time.perf_counter(), time.process_time()
            fit(mnist)
            wall, processor = (
                time.perf_counter() - wall,
                time.process_time() - processor,
            )
            times[name].append((wall, processor))
            print(f"round {number + 1}: {name:5} {wall:6.1f} s, {processor:6.1f} s cpu")
    return times


def fit_plainly(mnist: Mnist) -> None:
    """What a tutorial does: float arrays, one-hot labels, `model.fit`."""
    import keras

    from training.network import build_network, compile_network

    x = mnist.x_train.astype("float32") / 255
    y = keras.utils.to_categorical(mnist.y_train, 10)
    network = build_network()
    compile_network(network, configure("seed"))
    network.fit(x, y, epochs=5, batch_size=128, verbose=2)


def fit_as_the_job(mnist: Mnist) -> None:
    """What `mnist-train` does, its checkpoints on the disk too."""
    from training.checkpoint import CheckpointFile
    from training.fit import fit

    with tempfile.TemporaryDirectory() as folder:
        file = CheckpointFile(Path(folder), "seed", Path(folder))
        fit(configure("seed"), mnist, file, resume=False)


if __name__ == "__main__":
    main()
