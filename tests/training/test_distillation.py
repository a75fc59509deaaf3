"""What a recipe with a teacher may be, and that it survives being written down."""

import json

import pytest

from training.config import RECIPES, TrainingConfig, configure
from training.distillation import Distillation, Distortion, Teaching
from training.errors import UsageError


def test_the_best_recipe_trains_the_same_network_with_a_teacher() -> None:
    best = RECIPES["best"]

    assert (best.optimizer, best.batch_size, best.learning_rate) == ("adamw", 256, 0.01)
    assert best.distillation == Distillation()
    assert RECIPES["seed"].distillation is None


def test_what_decides_the_student_can_be_overridden() -> None:
    config = configure("best", epochs=2, batch_size=64, learning_rate=0.5, seed=9)

    assert (config.epochs, config.batch_size) == (2, 64)
    assert (config.learning_rate, config.seed) == (0.5, 9)
    assert config.distillation == Distillation()


def test_another_optimizer_is_refused_with_the_reason() -> None:
    with pytest.raises(
        UsageError, match="the optimizer is 'sgd', expected adamw: the recipe best is"
    ):
        configure("best", optimizer="sgd")


@pytest.mark.parametrize(
    ("part", "values", "sentence"),
    [
        (Distillation, {"slices": 0}, "the number of slices is 0, expected 1 to"),
        (Distillation, {"temperature": 0.0}, "the temperature is 0.0, expected 0.1"),
        (Distillation, {"averaging": 1.0}, "the averaging is 1.0, expected 0 to"),
        (Distillation, {"warmup": float("nan")}, "the warm-up is nan"),
        (Teaching, {"epochs": 0}, "the teacher's number of epochs is 0"),
        (Teaching, {"channels": 0}, "the teacher's channels is 0, expected 1 to"),
        (Distortion, {"shift": -1.0}, "the distortion's shift is -1.0, expected 0"),
    ],
)
def test_a_value_out_of_range_is_named(
    part: type, values: dict[str, float], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        part(**values)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_config_written_as_json_is_read_back_equal(recipe: str) -> None:
    config = RECIPES[recipe]

    written = json.loads(json.dumps(config.as_dict()))

    assert TrainingConfig.from_dict(written) == config


def test_the_seed_recipe_is_written_without_the_parts_it_has_not() -> None:
    assert list(RECIPES["seed"].as_dict()) == [
        *("recipe", "epochs", "batch_size", "optimizer", "learning_rate", "seed"),
    ]


def test_every_single_value_has_a_name_of_its_own() -> None:
    values = RECIPES["best"].flat()

    assert values["epochs"] == RECIPES["best"].epochs
    assert values["distillation.teacher.epochs"] == Teaching().epochs
    assert values["distillation.distortion.rotation"] == Distortion().rotation
