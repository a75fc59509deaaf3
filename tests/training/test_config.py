"""A recipe is a value, and the seed recipe is the one that must reproduce."""

import pytest

from training.config import (
    LEARNING_RATES,
    OPTIMIZERS,
    RECIPES,
    TrainingConfig,
    configure,
)
from training.errors import UsageError


def test_the_seed_recipe_is_five_epochs_of_rmsprop_in_batches_of_128() -> None:
    assert RECIPES["seed"] == TrainingConfig(
        recipe="seed",
        epochs=5,
        batch_size=128,
        optimizer="rmsprop",
        learning_rate=0.001,
        seed=0,
    )


def test_the_seed_recipe_makes_2345_updates() -> None:
    seed = RECIPES["seed"]

    assert seed.steps(60_000) == 469
    assert seed.epochs * seed.steps(60_000) == 2_345


def test_options_are_put_in_place_of_the_recipes_values() -> None:
    config = configure("seed", epochs=2, batch_size=64, learning_rate=0.5, seed=9)

    assert config == TrainingConfig("seed", 2, 64, "rmsprop", 0.5, 9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_another_optimizer_brings_its_own_learning_rate(optimizer: str) -> None:
    config = configure("seed", optimizer=optimizer)  # type: ignore[arg-type]

    assert config.optimizer == optimizer
    assert config.learning_rate == LEARNING_RATES[config.optimizer]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ({"epochs": 0}, "the number of epochs is 0, expected 1 to"),
        ({"batch_size": 60_001}, "the batch size is 60001, expected 1 to 60000"),
        ({"seed": -1}, "the seed is -1, expected 0 to"),
        ({"learning_rate": 0.0}, "the learning rate is 0.0, expected a number above"),
        ({"learning_rate": float("nan")}, "the learning rate is nan"),
        ({"learning_rate": float("inf")}, "the learning rate is inf"),
        ({"optimizer": "adem", "learning_rate": 1.0}, "the optimizer is 'adem'"),
    ],
)
def test_a_value_out_of_range_is_named(
    override: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        configure("seed", **override)  # type: ignore[arg-type]


def test_an_unknown_recipe_is_named() -> None:
    with pytest.raises(
        UsageError, match="the recipe is 'worst', expected one of seed, best"
    ):
        configure("worst")
