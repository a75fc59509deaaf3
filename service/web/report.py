"""The report of a version in the browser: its model card, its pictures.

Only what the manifest lists below `report/` is ever answered, and only while its
bytes are those that were checked when the version was loaded.
"""

import re
from hashlib import sha256

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.api.content import Content
from service.artifact import REPORT, Manifest
from service.errors import NotReady
from service.serving.store import Store
from service.settings import Settings
from service.web.answers import ASK_AGAIN, answer
from service.web.static import TYPES, Static
from service.web.templates import render

CARD = "model_card.md"
_SCROLLING = '<div class="scroll" role="group" aria-label="Table" tabindex="0">'
_ROOT = "../../.."
_COMMENT = re.compile(r"^<!--.*?-->\s*?$", re.MULTILINE | re.DOTALL)
_TYPES = {suffix: TYPES[suffix] for suffix in (".png", ".json")}
_TYPES[".md"] = "text/markdown; charset=utf-8"


def install(
    routes: Blueprint, store: Store, settings: Settings, static: Static
) -> None:
    """Add the reports of the versions in `store` to `routes`."""

    @routes.get("/models/<model>/<int:version>/report")
    def report(model: str, version: int) -> Response:
        manifest = store.find(model, version).manifest
        card = _file(settings, manifest, CARD).body.decode()
        html = render(
            "report.html",
            static,
            _ROOT,
            model=manifest.name,
            version=manifest.version,
            created=manifest.created,
            card=to_html(card),
        )
        content = Content(html.encode(), "text/html; charset=utf-8")
        return answer(request, content, ASK_AGAIN)

    @routes.get("/models/<model>/<int:version>/report/<name>")
    def report_file(model: str, version: int, name: str) -> Response:
        manifest = store.find(model, version).manifest
        return answer(request, _file(settings, manifest, name), ASK_AGAIN)


def has_card(manifest: Manifest) -> bool:
    """Whether there is a report to be shown."""
    return f"{REPORT}/{CARD}" in manifest.files


def to_html(card: str) -> str:
    """The Markdown of a model card as HTML; HTML within it is shown, not obeyed.

    Its pictures are looked for below `report/`; its comments are left out.
    """
    from markdown_it import MarkdownIt  # most workers are never asked for a report

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_COMMENT.sub("", card))
    for token in (
        each for block in tokens for each in (block, *(block.children or ()))
    ):
        if token.type == "image":
            token.attrs["src"] = f"{REPORT}/{token.attrs['src']}"
        elif token.attrs.pop("style", None) == "text-align:right":
            token.attrs["class"] = "right"  # the page allows no inline style
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    # Wide tables scroll by themselves, also by keyboard; a head without words is none.
    html = html.replace("<table>", _SCROLLING + "<table>")
    return html.replace("</table>", "</table></div>").replace("<th></th>", "<td></td>")


def _file(settings: Settings, manifest: Manifest, name: str) -> Content:
    """One file of the report, by its name alone.

    Raises NotFound for what the manifest does not list or is not shown here,
    NotReady where it is no longer what was loaded.
    """
    listed = manifest.files.get(f"{REPORT}/{name}")
    suffix = f".{name.rpartition('.')[2]}"
    if listed is None or suffix not in _TYPES:
        raise NotFound
    folder = settings.models_dir / manifest.name / str(manifest.version)
    try:
        body = (folder / REPORT / name).read_bytes()
    except OSError:
        body = b""
    if sha256(body).hexdigest() != listed:
        raise NotReady(
            f"{name} is not what it was when version {manifest.version} was loaded; "
            "put it back, or publish another version"
        )
    return Content(body, _TYPES[suffix])
