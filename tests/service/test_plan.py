"""What is to be served, decided from what was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.serving.plan import Content, Folder, Plan, decide
from service.serving.policy import Policy

LATEST_2 = Policy(newest=2)
NOTHING = Plan()


def on_disk(*numbers: int, **rest: object) -> Folder:
    """These versions, of the content "a"; labels and marks as given."""
    return Folder(dict.fromkeys(numbers, "a"), **rest)  # type: ignore[arg-type]


def served(default: int, *numbers: int) -> Plan:
    """These versions in memory, of the content "a"."""
    return Plan(dict.fromkeys(numbers, "a"), default)


@pytest.mark.parametrize(
    ("policy", "loaded"),
    [
        ("latest", [4]),
        ("latest:2", [3, 4]),
        ("latest:9", [1, 2, 3, 4]),
        ("all", [1, 2, 3, 4]),
        ("specific:1,3", [1, 3]),
    ],
)
def test_the_policy_says_which_versions_are_loaded(
    policy: str, loaded: list[int]
) -> None:
    plan = decide(Policy.parse(policy), on_disk(1, 2, 3, 4), {}, NOTHING)

    assert list(plan.versions) == loaded
    assert plan.default == loaded[-1]
    assert plan.problems == ()


def test_a_version_that_a_label_points_at_is_loaded_besides() -> None:
    folder = on_disk(1, 2, 3, 4, labels={"old": 1})

    plan = decide(LATEST_2, folder, {}, NOTHING)

    assert list(plan.versions) == [1, 3, 4]
    assert (plan.default, plan.labels) == (4, {"old": 1})


def test_the_label_stable_says_which_version_is_the_default() -> None:
    folder = on_disk(1, 2, 3, labels={"stable": 1})

    plan = decide(LATEST_2, folder, {}, served(3, 2, 3))

    assert plan.default == 1


@pytest.mark.parametrize("bad", [{}, {(9, "a"): "damaged"}])
def test_where_stable_points_at_what_cannot_be_served_what_serves_goes_on(
    bad: dict[Content, str],
) -> None:
    found = on_disk(1, 2, 3, *(9 for _ in bad), labels={"stable": 9})

    plan = decide(LATEST_2, found, bad, served(1, 1, 2))
    cold = decide(LATEST_2, found, bad, NOTHING)

    assert plan.default == 1
    assert list(plan.versions) == [1, 2, 3]
    assert cold.default == 3
    assert plan.problems == ("label stable is not used: version 9 is not served",)


def test_a_bad_version_makes_room_for_an_older_one() -> None:
    plan = decide(LATEST_2, on_disk(1, 2, 3), {(3, "a"): "damaged"}, NOTHING)

    assert list(plan.versions) == [1, 2]
    assert plan.default == 2
    assert plan.refused == {3: "damaged"}


def test_a_bad_version_is_wanted_again_when_its_files_have_changed() -> None:
    plan = decide(LATEST_2, Folder({3: "b"}), {(3, "a"): "damaged"}, NOTHING)

    assert plan.versions == {3: "b"}
    assert plan.refused == {}


def test_a_marked_version_is_loaded_only_where_it_is_asked_for() -> None:
    folder = on_disk(1, 2, 3, marked={3: "less accurate"})
    labelled = on_disk(1, 2, 3, marked={3: "less accurate"}, labels={"canary": 3})

    left = decide(LATEST_2, folder, {}, NOTHING)
    asked = decide(LATEST_2, labelled, {}, NOTHING)
    specific = decide(Policy(only=frozenset({3})), folder, {}, NOTHING)

    assert (list(left.versions), left.default) == ([1, 2], 2)
    assert left.refused == {3: "marked as refused in releases.json: less accurate"}
    assert (list(asked.versions), asked.default) == ([1, 2, 3], 2)
    assert asked.refused == {}
    assert (list(specific.versions), specific.default) == ([3], 3)


def test_a_version_whose_folder_is_gone_stays_until_the_policy_drops_it() -> None:
    gone = decide(LATEST_2, on_disk(1), {}, served(2, 1, 2))
    another = decide(LATEST_2, on_disk(1, 3), {}, gone)
    two_more = decide(LATEST_2, on_disk(1, 3, 4), {}, another)

    assert (list(gone.versions), gone.default) == ([1, 2], 2)
    assert gone.problems == (
        "the folder of version 2 is gone: it is served from memory",
    )
    assert (list(another.versions), another.default) == ([2, 3], 3)
    assert (list(two_more.versions), two_more.problems) == ([3, 4], ())


def test_where_every_folder_is_gone_all_goes_on() -> None:
    before = served(2, 1, 2)

    plan = decide(LATEST_2, Folder(), {}, before)

    assert (plan.versions, plan.default) == (before.versions, 2)


def test_a_version_replaced_by_a_bad_one_goes_on_as_it_was() -> None:
    folder = Folder({1: "a", 2: "b"})

    plan = decide(LATEST_2, folder, {(2, "b"): "damaged"}, served(2, 1, 2))

    assert plan.versions == {1: "a", 2: "a"}
    assert plan.default == 2
    assert plan.refused == {2: "damaged"}


def test_a_version_replaced_by_a_good_one_is_loaded_anew() -> None:
    plan = decide(LATEST_2, Folder({1: "a", 2: "b"}), {}, served(2, 1, 2))

    assert plan.versions == {1: "a", 2: "b"}


def test_a_policy_that_names_what_is_not_there_is_told() -> None:
    plan = decide(Policy.parse("specific:2,5"), on_disk(1, 2), {}, NOTHING)

    assert plan.problems == (
        "MNIST_POLICY=specific:2,5 asks for version 5, which is not in the folder",
    )


def test_where_there_is_nothing_nothing_serves() -> None:
    assert decide(LATEST_2, Folder(), {}, NOTHING) == NOTHING


NUMBERS = st.integers(1, 6)
CONTENTS = st.sampled_from("ab")
LABELS = st.dictionaries(st.sampled_from(["stable", "canary"]), NUMBERS)
FOLDERS = st.builds(
    Folder,
    versions=st.dictionaries(NUMBERS, CONTENTS),
    labels=LABELS,
    marked=st.dictionaries(NUMBERS, st.just("worse")),
)
POLICIES = st.one_of(
    st.builds(Policy, newest=st.none() | st.integers(1, 4)),
    st.builds(Policy, only=st.frozensets(NUMBERS, min_size=1)),
)
BAD = st.dictionaries(st.tuples(NUMBERS, CONTENTS), st.just("damaged"))


def _followed(
    policy: Policy, steps: list[tuple[Folder, dict[Content, str]]]
) -> list[Plan]:
    plans = [NOTHING]
    for folder, bad in steps:
        plans.append(decide(policy, folder, bad, plans[-1]))
    return plans


STEPS = st.lists(st.tuples(FOLDERS, BAD), min_size=1, max_size=5)


@given(POLICIES, STEPS)
def test_whatever_happens_the_default_can_be_served(
    policy: Policy, steps: list[tuple[Folder, dict[Content, str]]]
) -> None:
    *before, plan = _followed(policy, steps)
    folder, bad = steps[-1]

    if plan.default is not None:
        assert plan.default in plan.versions
    assert (plan.default is None) <= (before[-1].default is None)
    assert set(plan.labels.values()) <= set(plan.versions)
    for content in plan.versions.items():
        # From the disk and good, or in memory already.
        in_memory = content in before[-1].versions.items()
        assert in_memory or content in folder.versions.items()
        assert in_memory or content not in bad


@given(POLICIES, FOLDERS, BAD)
def test_a_cold_start_never_defaults_to_a_refused_version(
    policy: Policy, folder: Folder, bad: dict[Content, str]
) -> None:
    plan = decide(policy, folder, bad, NOTHING)

    assert plan.default not in plan.refused
    asked = policy.only | {folder.labels.get("stable", 0)}
    assert plan.default not in folder.marked.keys() - asked


@given(POLICIES, STEPS)
def test_what_was_decided_once_is_decided_again(
    policy: Policy, steps: list[tuple[Folder, dict[Content, str]]]
) -> None:
    plan = _followed(policy, steps)[-1]
    folder, bad = steps[-1]

    assert decide(policy, folder, bad, plan) == plan


@given(POLICIES, STEPS)
def test_a_plan_is_the_same_after_it_was_written_and_read(
    policy: Policy, steps: list[tuple[Folder, dict[Content, str]]]
) -> None:
    plan = _followed(policy, steps)[-1]

    assert Plan.from_json(plan.to_json()) == plan


def test_a_version_that_was_pruned_is_not_kept_from_memory() -> None:
    folder = on_disk(1, 2, labels={"stable": 1}, pruned=frozenset({3}))

    plan = decide(Policy(newest=2), folder, {}, served(1, 1, 3))

    assert sorted(plan.versions) == [1, 2]
    assert plan.problems == ()
