"""POST .../infer: parse, one call, render."""

from flask import Blueprint, Response

from service.api.application import current_request
from service.api.openinference.infer_request import HEADER, read_request
from service.api.openinference.infer_response import render
from service.api.openinference.paths import version_in
from service.api.openinference.tensor_data import read_numbers, read_pictures
from service.api.openinference.tensors import BYTES, Tensor
from service.api.receiving import read_bytes
from service.classifier import Classifier
from service.digits import Shown
from service.errors import BadRequest, UnreadablePicture
from service.serving.store import Store


def install(routes: Blueprint, classifier: Classifier, store: Store) -> None:
    """Add the inference of a model, by its version or by default its newest."""

    @routes.post("/v2/models/<model>/infer")
    @routes.post("/v2/models/<model>/versions/<version>/infer")
    def infer(model: str, version: str | None = None) -> Response:
        request = current_request()
        body = read_bytes(request)
        proved = store.choose(model, version_in(version))
        asked = read_request(body, request.headers.get(HEADER), proved.manifest)
        tensor = asked.tensor
        classifier.check_count(tensor.count)
        if tensor.datatype == BYTES:
            shown = _read(classifier, tensor)
        else:
            shown = read_numbers(tensor)
        return render(classifier.infer(shown, proved), asked)


def _read(classifier: Classifier, tensor: Tensor) -> Shown:
    try:
        return classifier.read(read_pictures(tensor))
    except UnreadablePicture as error:  # a status that this protocol does not have
        raise BadRequest(str(error)) from error
