"""The scripts and the form's answer say the same thing in the same words."""

import pytest

from service.web.sentences import percent, read_as, typicality_sentence
from tests.browser.person import Person

SHARES = (0.0, 0.0009, 0.001, 0.0123, 0.5, 0.9949, 0.999, 0.9991, 1.0)
TYPICALITIES = (None, 0.0, 0.0099, 0.01, 0.05, 0.0999, 0.1, 0.42, 1.0)

SAY = """
async ([shares, typicalities]) => {
  const { src } = document.querySelector("script");
  const said = await import(new URL("sentences.js", src).href);
  return [
    ...shares.map(said.percent),
    ...shares.map((share) => said.readAs(3, share)),
    ...typicalities.map((each) => said.typicalitySentence(3, each ?? undefined)),
  ];
}
"""

WEIGH = """
async (difference) => {
  const { src } = document.querySelector("script");
  const { weighed } = await import(new URL("sentences.js", src).href);
  return weighed(difference, "a 4", "a 9");
}
"""


def test_scripts_and_service_say_the_same_in_the_same_words(person: Person) -> None:
    said = person.page.evaluate(SAY, [SHARES, TYPICALITIES])

    assert said == [
        *(percent(share) for share in SHARES),
        *(read_as(3, share) for share in SHARES),
        *(typicality_sentence(3, each) for each in TYPICALITIES),
    ]


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (0.0, "1.0 times likelier to be a 4 than a 9"),
        (1.1, "3.0 times likelier to be a 4 than a 9"),
        (-1.1, "3.0 times likelier to be a 9 than a 4"),
        (5.0, "148 times likelier to be a 4 than a 9"),
        (9.0, "more than 1000 times likelier to be a 4 than a 9"),
    ],
)
def test_a_difference_of_logits_is_told_as_how_many_times_likelier(
    person: Person, difference: float, said: str
) -> None:
    found = person.page.evaluate(WEIGH, difference)

    assert found == f"The network holds it {said}."
