"""What the log says when other versions come to be served, or are refused.

Said once, by one worker; nothing is decided here.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType

from service.logs import FIELDS
from service.serving.plan import Plan, by_gate
from service.serving.snapshot import Snapshot
from service.settings import Settings

log = logging.getLogger(__name__)


def refusals(plan: Plan, before: Plan) -> dict[int, str]:
    """The versions that `plan` refuses and `before` did not, or for another reason."""
    return {
        number: reason
        for number, reason in plan.refused.items()
        if before.refused.get(number) != reason
    }


def tell_problems(plan: Plan, before: Plan) -> None:
    """Log what was wrong before and is so no more, then what is wrong only now."""
    for number, reason in before.refused.items():
        if number not in plan.refused:
            log.info("version %d is refused no more, as it was: %s", number, reason)
    for problem in before.problems:
        if problem not in plan.problems:
            log.info("no longer so: %s", problem)
    for number, reason in refusals(plan, before).items():
        # What the gate found is no fault, and was told where it was found.
        level = logging.INFO if by_gate(reason) else logging.ERROR
        log.log(level, "version %d refused: %s", number, reason)
    for problem in plan.problems:
        if problem not in before.problems:
            log.error("%s", problem)


def tell_serving(
    snapshot: Snapshot,
    settings: Settings,
    took_ns: int = 0,
    before: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Log what serves from now on, which it took so long to prepare.

    `before` are the labels that were in use until now.
    """
    if not snapshot.models:
        log.warning("not ready: %s", why_not_ready(snapshot, settings))
        return
    log.info(
        "serving %s: %s, by default %s",
        settings.model,
        sorted(snapshot.models),
        snapshot.default,
        extra={
            FIELDS: {
                "generation": snapshot.generation,
                "labels": dict(snapshot.labels),
                "milliseconds": round(took_ns / 1e6, 3),
            }
        },
    )
    _tell_shares(snapshot.labels, settings, before)
    least = settings.min_typicality
    unable = sorted(n for n, p in snapshot.models.items() if p.typicality is None)
    if least > 0 and unable:
        log.warning(
            "MNIST_MIN_TYPICALITY=%g is without effect on versions %s, which "
            "carry no typicality: they answer without 'accepted'",
            least,
            unable,
        )


def _tell_shares(
    labels: Mapping[str, int], settings: Settings, before: Mapping[str, int]
) -> None:
    """Which version a canary or a shadow is, where it is another; or that none is."""
    for variable, share in (
        ("MNIST_CANARY", settings.canary),
        ("MNIST_SHADOW", settings.shadow),
    ):
        if share is None:
            continue
        version = labels.get(share.label)
        if version is None:
            log.warning(
                "%s=%s is without effect: label %s points at no version that is served",
                variable,
                share,
                share.label,
            )
        elif version != before.get(share.label):
            log.info("%s=%s means version %d", variable, share, version)


def why_not_ready(snapshot: Snapshot, settings: Settings) -> str:
    """One sentence for an operator who finds that nothing is served."""
    folder = settings.models_dir / settings.model
    if snapshot.refused:
        reasons = "; ".join(snapshot.refused.values())
        return f"every model version in {folder} was refused: {reasons}"
    if snapshot.problems:
        return f"no model version is served: {'; '.join(snapshot.problems)}"
    return f"no model version was found in {folder}"
