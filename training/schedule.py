"""AdamW whose learning rate rises, then falls to zero, as teacher and student use it.

What is fitted, and for how many updates, is left to the caller.
"""

from typing import Any

import keras


def scheduled_adamw(
    peak: float,
    updates: int,
    warmup: float,
    weight_decay: float,
    averaging: float | None = None,
) -> Any:
    """An optimizer for that many updates: linear to `peak`, then a cosine to 0.

    `warmup` is the share of the updates until the peak. With `averaging` it keeps
    a moving average of the weights, of that momentum, as optimizer state.
    Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
    """
    rising = int(warmup * updates)
    if rising:
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, updates - rising, warmup_target=peak, warmup_steps=rising
        )
    else:
        rate = keras.optimizers.schedules.CosineDecay(peak, updates)
    return keras.optimizers.AdamW(
        rate,
        weight_decay=weight_decay,
        use_ema=averaging is not None,
        ema_momentum=averaging or 0.0,
    )
