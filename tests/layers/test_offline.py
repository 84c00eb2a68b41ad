import folium
import pytest
from branca.colormap import LinearColormap
from branca.element import CssLink, JavascriptLink
from folium.plugins import HeatMap

from gridgov.errors import InputError
from layers import OfflineFigure, OfflineMap
from layers.offline import POLICY, inlined


def shown(drawn: folium.Map) -> str:
    return drawn.get_root().render()


def test_a_plain_map_of_folium_is_refused_by_the_name_of_what_it_wants():
    drawn = folium.Map(tiles=None)
    OfflineFigure().add_child(drawn)
    with pytest.raises(InputError, match=r"bootstrap.*Leaflet"):
        shown(drawn)


@pytest.mark.parametrize("url", ["//cdn.invalid/thing.js", "https://cdn.invalid/leaflet@2.0.0/dist/leaflet.js"])
def test_a_link_without_a_copy_is_refused_when_it_is_added(url):
    with pytest.raises(InputError, match="no copy"):
        OfflineFigure().header.add_child(JavascriptLink(url))
    with pytest.raises(InputError, match=r"cdn\.invalid"):
        OfflineFigure().header.add_child(CssLink(url))


def test_plugins_that_bring_their_own_files_are_refused():
    drawn = OfflineMap((36.6, 117.1))
    HeatMap([[36.6, 117.1]]).add_to(drawn)
    with pytest.raises(InputError, match="leaflet_heat"):
        shown(drawn)


def test_tiles_are_refused():
    drawn = OfflineMap((36.6, 117.1))
    folium.TileLayer("OpenStreetMap").add_to(drawn)
    with pytest.raises(InputError, match="tiles"):
        shown(drawn)


def test_icons_that_need_a_font_are_refused():
    drawn = OfflineMap((36.6, 117.1))
    folium.Marker((36.6, 117.1), icon=folium.Icon()).add_to(drawn)
    with pytest.raises(InputError, match="CircleMarker"):
        shown(drawn)


def test_an_image_from_outside_in_a_popup_of_the_page_is_refused():
    drawn = OfflineMap((36.6, 117.1))
    drawn.get_root().html.add_child(folium.Element('<img src="https://cdn.invalid/flag.png">'))
    with pytest.raises(InputError, match=r"flag\.png"):
        shown(drawn)


def test_the_page_tells_the_browser_to_fetch_nothing():
    assert f'content="{POLICY}"' in shown(OfflineMap((36.6, 117.1)))
    assert POLICY.startswith("default-src 'none'")


def test_a_title_is_text():
    assert "<title>&lt;b&gt;</title>" in shown(OfflineMap((36.6, 117.1), title="<b>"))


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.invalid/npm/leaflet@1.9.4/dist/leaflet.js",
        "https://cdn.invalid/npm/leaflet@1.9.4/dist/leaflet.css",
        "https://cdn.invalid/jquery-3.7.1.min.js",
        "https://cdn.invalid/ajax/libs/d3/3.5.5/d3.min.js",
    ],
)
def test_what_folium_usually_wants_is_here(url):
    html = inlined(url).html
    assert html.startswith(("<script>", "<style>"))
    assert html.count("</script") <= 1
    assert "sourceMappingURL" not in html
    assert "url(images" not in html


@pytest.mark.browser
def test_what_a_planner_adds_with_folium_works_without_a_network(opened):
    drawn = OfflineMap((36.65, 117.1), zoom_start=13)
    folium.Marker((36.65, 117.1), popup="<b>here</b>", tooltip="a place").add_to(drawn)
    folium.GeoJson({"type": "Point", "coordinates": [117.11, 36.66]}).add_to(drawn)
    folium.CircleMarker((36.64, 117.09), radius=9).add_to(drawn)
    LinearColormap(["#ffffff", "#000000"], vmin=0, vmax=9, caption="reports").add_to(drawn)
    page = opened(shown(drawn))
    page.locator("img.leaflet-marker-icon").first.click()
    assert page.locator(".leaflet-popup-content").inner_text() == "here"
    assert all(page.locator("img").evaluate_all("all => all.map(i => i.naturalWidth > 0)"))
    assert "reports" in page.locator("svg text").all_text_contents()
