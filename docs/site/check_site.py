# SPDX-License-Identifier: Apache-2.0
"""The link check of the site: every address in it exists, and nothing is loaded from elsewhere."""

import html.parser
import urllib.parse

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.anchors, self.links, self.loaded = set(), [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("id", "name"):
            if attributes.get(name):
                self.anchors.add(attributes[name])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        loaded = attributes.get(LOADED.get(tag, ""))
        if loaded:
            self.loaded.append(loaded)


def parse(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def problems(output):
    """What is wrong with the links of the site in this directory."""
    parsed = {path.name: parse(path) for path in sorted(output.glob("*.html"))}
    found = []
    for name, page in parsed.items():
        for address in page.loaded:
            if "//" in address or address.startswith(("http:", "https:")):
                found.append(f"{name}: loads {address} from elsewhere")
        for address in {*page.links, *page.loaded}:
            if address.startswith(("http:", "https:", "mailto:", "javascript:")):
                continue
            file, _, anchor = urllib.parse.unquote(address).partition("#")
            file = file or name
            if file not in parsed and not (output / file).exists():
                found.append(f"{name}: there is no {file}")
            elif anchor and file in parsed and anchor not in parsed[file].anchors:
                found.append(f"{name}: {file} has no anchor {anchor}")
    return sorted(found)
