"""The scripts and the form's answer say the same thing in the same words."""

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


def test_scripts_and_service_say_the_same_in_the_same_words(person: Person) -> None:
    said = person.page.evaluate(SAY, [SHARES, TYPICALITIES])

    assert said == [
        *(percent(share) for share in SHARES),
        *(read_as(3, share) for share in SHARES),
        *(typicality_sentence(3, each) for each in TYPICALITIES),
    ]
