"""Files read by a running service, which is asked for them in batches."""

from collections.abc import Iterator, Sequence

from service.cli.listing import Failure, Reading, Row, Stopped
from service.client import Client, ClientError, PictureError, Prediction


def rows(files: Sequence[str], version: int | str | None, url: str) -> Iterator[Row]:
    """Each file's row, as its batch is answered.

    Raises Stopped: 2 where `url` is no address, 4 where the service there could not
    be reached or refused.
    """
    try:
        client = Client(url)
    except ValueError as error:
        raise Stopped(2, f"--url: {error}") from error
    try:
        with client:
            yield from map(_row, client.classify_each(files, version=version))
    except ClientError as error:
        raise Stopped(4, str(error)) from error


def _row(result: Prediction | PictureError) -> Row:
    if isinstance(result, PictureError):
        return Failure(str(result))
    return Reading(
        result.digit, result.probability, result.probabilities, result.several
    )
