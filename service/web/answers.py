"""What every answer of the page has in common: who may keep it, what it may do.

What is in it is left to the modules that make it.
"""

from http import HTTPStatus

from flask import Request, Response

from service.api.content import Content

HEADERS = {
    # No inline script or style, nothing from another host. Pictures that were
    # brought are shown from memory (blob:), the digit seen from the page (data:).
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NEVER = "no-store"


def answer(request: Request, content: Content, keep: str) -> Response:
    """The content, in gzip where the client takes it, or 304 where it has it."""
    zipped = request.accept_encodings.quality("gzip") > 0 and _gains(content)
    body = content.zipped if zipped else content.body
    response = Response(body, content_type=content.content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = keep
    response.headers["Vary"] = "Accept-Encoding"
    response.headers.update(HEADERS)
    response.set_etag(f"{content.hash}{'-gzip' if zipped else ''}")
    response.make_conditional(request)
    return response


def page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """HTML that was made for this one request, and that nobody keeps."""
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = NEVER
    response.headers.update(HEADERS)
    return response


def _gains(content: Content) -> bool:
    return content.content_type.split(";")[0] not in ("image/png", "image/jpeg")
