"""Versions published into a folder as `mnist-train` does, good ones and bad ones."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import flatbuffers
from ai_edge_litert import schema_py_generated as tflite

from service.artifact import (
    GOLDEN,
    MANIFEST,
    TFLITE_MODEL,
    checksums,
    read_manifest,
    write_manifest,
)
from service.serving.proof import Golden, read_golden, write_golden
from service.versions.labels import LABELS

Spoil = Callable[[Path], None]


def publish(source: Path, home: Path, number: int, spoil: Spoil | None = None) -> Path:
    """A copy of the version `source`, spoilt or not, renamed to its number at last."""
    staged = home / f".{number}"
    shutil.copytree(source, staged)
    write_manifest(staged, replace(read_manifest(staged), version=number))
    if spoil:
        spoil(staged)
    return staged.rename(home / str(number))


def label(home: Path, **labels: int) -> None:
    """Let labels.json say this from now on, at once."""
    beside = home / f".{LABELS}"
    beside.write_text(json.dumps(labels))
    os.replace(beside, home / LABELS)


def truncate(version: Path) -> None:
    """Lose the end of the network, as where a disk ran full."""
    network = version / TFLITE_MODEL
    os.truncate(network, network.stat().st_size // 2)


def tamper(version: Path) -> None:
    """Change one byte of the network."""
    network = bytearray((version / TFLITE_MODEL).read_bytes())
    network[len(network) // 2] ^= 1
    (version / TFLITE_MODEL).write_bytes(network)


def cut_to_the_hidden_layer(version: Path) -> None:
    """Seal a network that answers 512 numbers in place of ten."""
    read = tflite.Model.GetRootAsModel((version / TFLITE_MODEL).read_bytes(), 0)
    model = tflite.ModelT.InitFromObj(read)
    (network,) = model.subgraphs
    network.operators = network.operators[:1]
    network.outputs = network.operators[0].outputs
    model.signatureDefs = []
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    (version / TFLITE_MODEL).write_bytes(builder.Output())
    _seal(version)


def swap_golden_answers(version: Path) -> None:
    """Seal golden digits that have each other's answers."""
    golden = read_golden(version)
    write_golden(version, Golden(golden.digits, golden.probabilities[::-1]))
    _seal(version)


def break_disk(version: Path) -> None:
    """Have the golden digits on what answers with EIO, an input/output error."""
    (version / GOLDEN).unlink()
    (version / GOLDEN).symlink_to("/proc/self/mem")


def use_format_2(version: Path) -> None:
    """Be of a format that nobody knows yet."""
    document = json.loads((version / MANIFEST).read_bytes())
    (version / MANIFEST).write_text(json.dumps(document | {"format": 2}))


def _seal(version: Path) -> None:
    manifest = read_manifest(version)
    write_manifest(version, replace(manifest, files=checksums(version)))
