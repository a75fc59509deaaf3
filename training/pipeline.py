"""The story of a run, one call a line: fit, evaluate, export, prove, release.

Each step lives in a module of its own name; the data comes verified, and the
command line is left to `training.cli`.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

from service.artifact import write_manifest
from service.serving.proof import write_golden
from service.typicality import write_typicality
from training.agreement import prove_engines
from training.checkpoint import CheckpointFile
from training.config import TrainingConfig
from training.data import Mnist
from training.export import disk_errors, pick_golden, write_models
from training.fit import fit
from training.gate_settings import GateSettings
from training.provenance import manifest_of
from training.release import Release, release
from training.report import write_report
from training.results import Pair, Results, judge
from training.staging import Stage, next_number, staging
from training.student import TEACHER, fit_student
from training.warmup import write_warmup


@dataclass(frozen=True)
class Job:
    """What one run is asked to do.

    Publishes under `models_dir/name`; `command` is the command line that asked
    for it, kept with the version; `gate` says what a new default may be worse by,
    and with `force` it is the default whatever the gate finds.
    """

    config: TrainingConfig
    models_dir: Path
    name: str = "mnist"
    command: str = "mnist-train"
    resume: bool = False
    gate: GateSettings = field(default_factory=GateSettings)
    force: bool = False


def run(job: Job, mnist: Mnist) -> Release:
    """Train on `mnist`, publish a version, and promote it where the gate lets it.

    Raises TrainingError where a step fails: nothing is then published, and
    the checkpoint of the last whole epoch stays for `resume`.
    """
    since = time.perf_counter()
    with staging(job.models_dir / job.name) as stage:
        next_number(stage.home)  # damaged labels are told now, not in an hour
        checkpoint = CheckpointFile(stage.home, job.config.recipe, stage.scratch)
        fitted = train(job, mnist, checkpoint, stage.scratch)
        results = judge(job.name, job.command, job.config, mnist, fitted)
        _tell(results)
        write_version(stage, results)
        prove_version(stage, results)
        found = release(stage, mnist, job.gate, force=job.force)
        for part in (checkpoint, checkpoint.part(TEACHER)):
            part.remove(job.config)
    print(f"published {found.folder} after {time.perf_counter() - since:.0f} s")
    print(found.advice, flush=True)
    return found


def train(job: Job, mnist: Mnist, checkpoint: CheckpointFile, scratch: Path) -> Pair:
    """The network of the job's recipe, and one that calibrates it.

    Where the recipe learns from all the pictures, a twin is fitted without those
    held back, checkpoints in `scratch`: what its probabilities mean, the
    network's do.
    """
    if job.config.holds_back:
        taught = fit_student(job.config, mnist.split(), checkpoint, job.resume)
        return Pair(taught, taught)
    trained = fit(job.config, mnist, checkpoint, job.resume)
    print("fitting a twin without the held-back pictures, to calibrate by", flush=True)
    aside = CheckpointFile(scratch, "twin", scratch)
    twin = fit(job.config, mnist.split(), aside, resume=False)
    return Pair(trained, twin)


def write_version(stage: Stage, results: Results) -> None:
    """Write every file of the version, the manifest last."""
    folder, mnist = stage.version, results.mnist
    golden = pick_golden(mnist.x_test, mnist.y_test, results.probabilities)
    with disk_errors(folder):
        write_models(results.trained.network, folder)
        write_golden(folder, golden)
        write_warmup(folder, results.name, golden.digits)
        write_typicality(folder, results.typicality)
        write_report(folder, results)
        write_manifest(folder, manifest_of(folder, next_number(stage.home), results))


def prove_version(stage: Stage, results: Results) -> None:
    """Raise ProofError where an engine answers otherwise than the network did."""
    digits, answers = results.mnist.x_test, results.probabilities
    difference = prove_engines(stage.version, digits, answers)
    print(
        f"both engines agree with the network on {len(digits):,} test pictures, "
        f"to {difference:.1e}",
        flush=True,
    )


def _tell(results: Results) -> None:
    low, high = results.test.interval
    print(
        f"test accuracy {results.test.accuracy:.4f} "
        f"(95% interval {low:.4f} to {high:.4f}), "
        f"on the training set {results.train.accuracy:.4f}",
        flush=True,
    )
    before, after = results.confidence.values()
    print(
        f"calibration error {before.ece:.2%}, {after.ece:.2%} at the temperature "
        f"{results.calibration.temperature:.3f} that {results.calibration.pictures:,} "
        "held-back pictures gave",
        flush=True,
    )
