"""A digit is as typical under one engine as under the other, and over HTTP."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.app import create_app
from service.artifact import checksums, read_manifest, write_manifest
from service.digits import to_pixels
from service.engines import ENGINES, open_engine
from service.settings import Settings
from service.typicality import write_typicality
from training.data import Mnist
from training.typicality import fit_typicality

pytestmark = pytest.mark.slow


def test_both_engines_answer_the_same_typicality_over_http(
    models_dir: Path, tmp_path: Path, mnist: Mnist
) -> None:
    folder = tmp_path / "mnist" / "1"
    shutil.copytree(models_dir / "mnist" / "1", folder)
    # Drawn from the whole set: neighbours in it have the same writer.
    drawn = np.random.default_rng(1).permutation(len(mnist.y_train))[:6000]
    pictures, labels = mnist.x_train[drawn[:5000]], mnist.y_train[drawn[:5000]]
    held_back = mnist.x_train[drawn[5000:]]
    read = open_engine("litert", folder).predict(to_pixels(held_back)).argmax(axis=1)
    write_typicality(folder, fit_typicality(pictures, labels, held_back, read))
    write_manifest(folder, replace(read_manifest(folder), files=checksums(folder)))
    some = mnist.x_test[::10]

    told = []
    for engine in ENGINES:
        settings = Settings(models_dir=tmp_path, engine=engine, min_typicality=0.05)
        answer = (
            create_app(settings)
            .test_client()
            .post(
                "/v1/classify?preprocess=exact",
                data=some.tobytes(),
                content_type="application/octet-stream",
            )
        )
        predictions = answer.get_json()["predictions"]
        told.append([(p["typicality"], p["accepted"]) for p in predictions])

    assert told[0] == told[1]
    refused = [not accepted for _, accepted in told[0]]
    assert 0.02 < np.mean(refused) < 0.1
