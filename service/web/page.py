"""GET / and the files that it needs: what a browser shows is the scripts' business."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.api.content import Content
from service.web.answers import ASK_AGAIN, FOR_EVER, answer
from service.web.static import Static
from service.web.templates import render


def install(routes: Blueprint, static: Static) -> None:
    """Add the page and its assets to `routes`; both are made once."""
    html = render("index.html", static)
    index = Content(html.encode(), "text/html; charset=utf-8")
    _ = index.zipped
    style = f"<assets/{static.hash}/style.css>; rel=preload; as=style"

    @routes.get("/")
    def page() -> Response:
        response = answer(request, index, ASK_AGAIN)
        # The browser asks for it before it has read the page, and paints sooner.
        response.headers["Link"] = style
        return response

    @routes.get("/assets/<hash>/<name>")
    def asset(hash: str, name: str) -> Response:  # noqa: A002, as the URL names it
        content = static.files.get(name)
        if content is None or hash != static.hash:
            raise NotFound
        return answer(request, content, FOR_EVER)
