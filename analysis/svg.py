"""Makes matplotlib's SVG fit for a page: a named picture without styles, metadata, fixed size or foreign ids."""

import re
from xml.etree import ElementTree as ET  # reads only what matplotlib has just written

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
FONTS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_KEPT = (
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "font-size",
    "font-weight",
    "text-anchor",
)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def page_svg(raw: str, *, prefix: str, title: str, description: str) -> str:
    """
    Turn matplotlib's SVG into one that stands inside a page under a strict content security policy.

    Parameters
    ----------
    raw : SVG text as `Figure.savefig` writes it.
    prefix : what every id in the picture begins with, so that two pictures on a page do not clash.
    title, description : what a screen reader says.

    Returns
    -------
    SVG text: role and names, a viewBox and no size, presentation attributes instead of styles, no metadata, no date.
    """
    root = ET.fromstring(raw)  # noqa: S314 - written by matplotlib in the same call, never by a visitor
    for part in list(root):
        if part.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}defs"):
            root.remove(part)
    figure = root[0]
    picture = ET.Element("svg", _root_attributes(root, prefix))
    ET.SubElement(picture, "title", {"id": f"{prefix}-title"}).text = title
    ET.SubElement(picture, "desc", {"id": f"{prefix}-desc"}).text = description
    for mark in list(figure)[1:]:  # the first is the white ground of the figure: the page has its own
        grouped = mark if mark.tag == f"{{{SVG}}}g" else (mark,)
        picture.extend(_clean(element, prefix) for element in grouped)
    return ET.tostring(picture, encoding="unicode")


def _root_attributes(root: ET.Element, prefix: str) -> dict[str, str]:
    """Name, size and the style that every mark inherits."""
    return {
        "xmlns": SVG,
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "font-family": FONTS,
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }


def _clean(element: ET.Element, prefix: str) -> ET.Element:
    """Copy one mark: no namespace, no style attribute, ids of its own, short numbers."""
    made = ET.Element(element.tag.rpartition("}")[2])
    for name, value in element.attrib.items():
        if name == "style":
            made.attrib.update(_presentation(value))
        elif name == "id":
            made.set("id", f"{prefix}-{value}")
        elif name == f"{{{XLINK}}}href":
            made.set("href", f"#{prefix}-{value.removeprefix('#')}")
        elif name == "d":
            made.set("d", re.sub(r"-?\d+\.\d+", _short, " ".join(value.split())))
        elif name != "transform" or "rotate(-0 " not in value:
            made.set(name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))
    made.text = element.text if made.tag == "text" else None
    made.extend(_clean(child, prefix) for child in element)
    return made


def _presentation(style: str) -> dict[str, str]:
    """`style="..."` as attributes, which a policy without 'unsafe-inline' lets pass."""
    pairs = (declaration.partition(":") for declaration in style.split(";"))
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return {name: found[name].removesuffix("px") for name in _KEPT if name in found}


def _short(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")
