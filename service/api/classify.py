"""POST /v1/classify: our own dialect, from a picture to ten probabilities."""

from flask import Blueprint, Response

from service.api.application import current_request
from service.api.bodies import read_body
from service.api.predictions import bulk, render
from service.api.query import Query, check_names
from service.classifier import Classifier
from service.pictures import write_png


def blueprint(classifier: Classifier) -> Blueprint:
    """The routes of our own dialect over `classifier`."""
    routes = Blueprint("classify", __name__)

    @routes.post("/v1/classify")
    def classify() -> Response:
        request = current_request()
        query = Query.parse(request.args)
        body = read_body(request)
        answer = classifier.classify(
            body.pictures,
            query.model,
            query.version,
            query.preprocess,
            query.calibrated,
            judged=not bulk(request),
        )
        if body.single and answer.errors:
            raise answer.errors[0]
        return render(answer, query, request)

    @routes.post("/v1/normalize")
    def normalize() -> Response:
        request = current_request()
        check_names(request.args, ())
        normalised = classifier.normalise(read_body(request).only())
        return Response(write_png(normalised.digit), content_type="image/png")

    return routes
