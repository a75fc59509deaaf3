"""The REST dialect of TensorFlow Serving, and of KServe's V1: /v1/models.

Parses, asks the classifier once, renders; errors are sentences that TensorFlow
Serving itself would say where it has one. Its source is the reference:
`http_rest_api_handler.cc` and `json_tensor.cc` of tensorflow/serving.
"""

from service.api.tfserving.routes import blueprint

__all__ = ["blueprint"]
