"""Which versions an operator wants loaded, in one word."""

import pytest

from service.serving.policy import DEFAULT_POLICY, Policy


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("latest", Policy(newest=1)),
        ("latest:12", Policy(newest=12)),
        ("specific:7", Policy(only=frozenset({7}))),
        ("specific:3,1,3", Policy(only=frozenset({1, 3}))),
        ("all", Policy()),
    ],
)
def test_a_policy_is_read_and_written_back(text: str, policy: Policy) -> None:
    assert Policy.parse(text) == policy
    assert Policy.parse(str(policy)) == policy


def test_three_versions_are_kept_unless_something_else_is_asked_for() -> None:
    assert str(DEFAULT_POLICY) == "latest:3"


@pytest.mark.parametrize(
    "text",
    [
        *("", "newest", "Latest", "all:2"),
        *("latest:", "latest:0", "latest:-1", "latest:1.5", "latest:٣", "latest:3 "),
        *("latest:10000", "specific", "specific:", "specific:0", "specific:1,"),
        *("specific:1;2", "specific:1 2", "specific:9999999999"),
    ],
)
def test_what_is_no_policy_is_refused_and_told_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="expected latest, latest:3, specific:1,3"):
        Policy.parse(text)
