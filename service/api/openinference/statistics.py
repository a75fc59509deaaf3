"""What each version was asked, in the shape of Triton's statistics extension.

The numbers themselves are counted by `service.counting.statistics`. Nothing waits in a
queue or comes from a cache here, so those are 0.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from service.api.openinference.paths import version_in
from service.api.openinference.rendering import as_json
from service.artifact import Manifest
from service.counting.statistics import NEVER, Counted, Statistics, Timed
from service.serving.proof import ProvedModel
from service.serving.store import Store


def install(routes: Blueprint, store: Store, statistics: Statistics) -> None:
    """Add the statistics of every version, of a model and of one of its versions."""

    @routes.get("/v2/models/stats")
    def all_stats() -> Response:
        return _answer(store.snapshot.models.values(), statistics)

    @routes.get("/v2/models/<model>/stats")
    @routes.get("/v2/models/<model>/versions/<version>/stats")
    def stats(model: str, version: str | None = None) -> Response:
        found = store.find(model, version_in(version))
        every = store.snapshot.models.values()
        return _answer(every if version is None else [found], statistics)


def _answer(models: Iterable[ProvedModel], statistics: Statistics) -> Response:
    manifests = sorted((proved.manifest for proved in models), key=_version)
    return as_json(
        {"model_stats": [_model(m, statistics.of(m.version)) for m in manifests]}
    )


def _version(manifest: Manifest) -> int:
    return manifest.version


def _model(manifest: Manifest, counted: Counted) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "version": str(manifest.version),
        "last_inference": counted.last_ms,
        "inference_count": counted.pictures,
        "execution_count": counted.executions,
        "inference_stats": {
            "success": asdict(counted.success),
            "fail": asdict(counted.failure),
            "queue": asdict(NEVER),
            **_parts(counted.reading, counted.network),
            "cache_hit": asdict(NEVER),
            "cache_miss": asdict(NEVER),
        },
        "batch_stats": [
            {"batch_size": size, **_parts(NEVER, timed)}
            for size, timed in sorted(counted.batches.items())
        ],
    }


def _parts(reading: Timed, network: Timed) -> dict[str, Any]:
    return {
        "compute_input": asdict(reading),
        "compute_infer": asdict(network),
        "compute_output": asdict(NEVER),
    }
