"""From a template and values to HTML; every value is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.web.static import Static

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, static: Static, root: str = ".", **values: Any) -> str:
    """The template `name`; `root` is the way from its page to the service's top."""
    assets = f"{root}/assets/{static.hash}"
    template = _ENVIRONMENT.get_template(name)
    return template.render(root=root, assets=assets, **values)
