"""A folium figure that carries everything inside itself and asks nobody for anything.

folium's elements register links to files on other people's servers. `OfflineFigure` swaps each link for the copy that
is installed here (XStatic-Leaflet, XStatic-jQuery, XStatic-D3), and refuses by name what it has no copy of, instead of
writing a page that is broken where there is no internet. The page also tells the browser to fetch nothing at all
(Content-Security-Policy), so a mistake shows as an error and never as a request.
"""

import base64
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.raster_layers import TileLayer, WmsTileLayer
from jinja2 import Template

from gridgov.errors import InputError, SetupError
from layers.styles import GROUND

POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may do: run what it brought along."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """An installed file that stands for links to a library."""

    library: str
    link: re.Pattern[str]
    package: str
    file: str


_COPIES: Final = (
    _Copy("Leaflet", re.compile(r"/leaflet[@/]1\.9\.\d+/(dist/)?leaflet(-src)?(\.min)?\.js$"), "leaflet", "leaflet.js"),
    _Copy("Leaflet", re.compile(r"/leaflet[@/]1\.9\.\d+/(dist/)?leaflet(\.min)?\.css$"), "leaflet", "leaflet.css"),
    _Copy("jQuery", re.compile(r"/jquery-3\.\d+\.\d+(\.slim)?(\.min)?\.js$"), "jquery", "jquery.min.js"),
    _Copy("D3", re.compile(r"/d3/3\.5\.\d+/d3(\.min)?\.js$"), "d3", "d3.js"),
)

_ASKS_OUTSIDE: Final = re.compile(r"""(?:src|href)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE)
_STYLE_ASKS: Final = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
_SCRIPT: Final = re.compile(r"<script\b[^>]*>.*?</script\s*>", re.IGNORECASE | re.DOTALL)


class Inline(Element):
    """A piece of HTML that is written as it is; nothing in it is read as a template."""

    _template = Template("{{ this.html }}")

    def __init__(self, html: str) -> None:
        super().__init__()
        self._name = "Inline"
        self.html = html


class _Header(Element):
    """A figure's header that lets no link in."""

    def add_child(self, child: Element, name: str | None = None, index: int | None = None) -> Element:
        if isinstance(child, JavascriptLink | CssLink):
            child = inlined(child.url)
        return super().add_child(child, name=name, index=index)


class OfflineFigure(Figure):
    """A figure whose page needs nothing from outside.

    Parameters
    ----------
    title
        The page's title.

    Raises
    ------
    InputError
        On adding or rendering something that needs a file of which there is no copy; the message names it.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="zh-CN">\n'
        "<head>\n"
        "{% if this.title %}<title>{{ this.title|e }}</title>\n{% endif %}"
        '<link rel="icon" href="data:,">\n'
        "{{ this.header.render(**kwargs) }}\n"
        "</head>\n"
        "<body>\n"
        "{{ this.html.render(**kwargs) }}\n"
        "<script>\n"
        "{{ this.script.render(**kwargs) }}\n"
        "</script>\n"
        "</body>\n"
        "</html>\n"
    )

    def __init__(self, title: str | None = None) -> None:
        super().__init__(title=title)
        before = self.header._children  # noqa: SLF001 - branca has no other way to hand them on
        self.header = _Header()
        self.header._parent = self  # noqa: SLF001 - as branca does it
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        self.header.add_child(Inline(policy), name="policy")
        for name, child in before.items():
            self.header.add_child(child, name=name)

    def render(self, **kwargs: Any) -> str:
        """Return the page.

        Raises
        ------
        InputError
            If something in it would ask for a file from outside.
        """
        _refuse_tiles(self)
        page: str = super().render(**kwargs)
        _refuse_links(page)
        return page


class OfflineMap(folium.Map):
    """A folium map without tiles, in an `OfflineFigure`, with Leaflet and jQuery of what folium registers.

    Parameters
    ----------
    location
        Latitude and longitude of the centre, in folium's order.
    title
        The page's title.
    **options
        As `folium.Map` takes them, but for `tiles`: there are none without the internet.
    """

    def __init__(
        self, location: tuple[float, float] | None = None, *, title: str | None = None, **options: Any
    ) -> None:
        super().__init__(location=location, tiles=None, attribution_control=False, **options)
        self.default_js = [link for link in folium.Map.default_js if link[0] in {"leaflet", "jquery"}]
        self.default_css = [link for link in folium.Map.default_css if link[0] == "leaflet_css"]
        self._name = "Map"
        figure = OfflineFigure(title)
        figure.header.add_child(Inline(f"<style>.leaflet-container {{ background: {GROUND}; }}</style>"), name="ground")
        figure.add_child(self)


def inlined(url: str) -> Inline:
    """Return the installed copy of the file behind a link, as a piece of the page.

    Raises
    ------
    InputError
        If there is no copy of it.
    SetupError
        If the package that should hold the copy is missing.
    """
    for copy in _COPIES:
        if copy.link.search(url):
            return Inline(_tagged(copy))
    known = ", ".join(sorted({copy.library for copy in _COPIES}))
    message = f"The map wants {url}, and there is no copy of it here (there are: {known}): leave out what needs it."
    raise InputError(message, field="map")


@cache
def _tagged(copy: _Copy) -> str:
    text = _installed(copy.package, copy.file).decode("utf-8")
    if copy.file.endswith(".css"):
        return f"<style>{_with_images(text, copy.package)}</style>"
    # A debugger would ask for the source map beside the script; a script ends at the first closing tag within it.
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).replace("</script", "<\\/script")
    after = _marker_images() if copy.package == "leaflet" else ""
    return f"<script>{text}\n{after}</script>"


def _with_images(css: str, package: str) -> str:
    def swap(found: re.Match[str]) -> str:
        return f"url({_data_uri(package, found.group(1))})"

    return re.sub(r"url\((images/[\w.-]+)\)", swap, css)


def _marker_images() -> str:
    icon, retina, shadow = (
        _data_uri("leaflet", f"images/{name}.png") for name in ("marker-icon", "marker-icon-2x", "marker-shadow")
    )
    return (
        # Leaflet looks for its images beside its style sheet, which is nowhere now.
        "L.Icon.Default.imagePath='';"
        f"L.Icon.Default.mergeOptions({{iconUrl:'{icon}',iconRetinaUrl:'{retina}',shadowUrl:'{shadow}'}});"
    )


@cache
def _data_uri(package: str, file: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(_installed(package, file)).decode('ascii')}"


def _installed(package: str, file: str) -> bytes:
    try:
        return (files(f"xstatic.pkg.{package}") / "data" / file).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        message = f"The installed copy of {package}/{file} is missing: install gridgov again."
        raise SetupError(message) from error


def _refuse_tiles(element: Element) -> None:
    for child in element._children.values():  # noqa: SLF001 - branca has no other way to walk a tree
        if isinstance(child, TileLayer | WmsTileLayer):
            message = f"The layer {child.get_name()} fetches tiles from outside: leave it out, the base map is ours."
            raise InputError(message, field="map")
        if isinstance(child, folium.Icon):
            message = "folium.Icon draws with Awesome Markers, of which there is no copy here: use folium.CircleMarker."
            raise InputError(message, field="map")
        _refuse_tiles(child)


def _refuse_links(page: str) -> None:
    outside = _SCRIPT.sub(_only_tag, page)
    found = _ASKS_OUTSIDE.search(outside) or _STYLE_ASKS.search(outside)
    if found:
        message = f"The map wants {found.group(1)} from outside, and there is no copy of it here: leave it out."
        raise InputError(message, field="map")


def _only_tag(found: re.Match[str]) -> str:
    # What stands between the tags is a program; what it says in quotes asks for nothing.
    return found.group(0).partition(">")[0] + "></script>"
