# SPDX-License-Identifier: Apache-2.0
"""Rewrites a Markdown page for Doxygen: anchors as on GitHub, links to pages of the site."""

import html
import os
import pathlib
import re

import headers

LINK = re.compile(r"(?<!!)\[((?:[^\[\]`]|`[^`]*`)+)\]\(([^()\s]+)\)")
IMAGE = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]+)\)")
HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*$")
FENCE = re.compile(r"^\s*```")


def find_links(text):
    """(start, end, text, address) of the links of a text, without those in spans of code."""
    masked = re.sub(r"`[^`]*`", lambda span: "`" + re.sub(r".", "x", span[0][1:-1]) + "`", text)
    for match in LINK.finditer(masked):
        yield match.start(), match.end(), text[slice(*match.span(1))], match[2]


def slug(heading, seen):
    """The anchor that GitHub gives a heading; `seen` counts those of the page."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    text = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
    number = seen.get(text, 0)
    seen[text] = number + 1
    return f"{text}-{number}" if number else text


def headings(text):
    """(line number, level, heading, anchor) of a page, without those in blocks of code."""
    seen, code = {}, False
    for number, line in enumerate(text.split("\n"), 1):
        if FENCE.match(line):
            code = not code
        match = None if code else HEADING.match(line)
        if match:
            yield number, len(match[1]), match[2], slug(match[2], seen)


def title(text):
    """The first heading of a page."""
    return next((heading for _, _, heading, _ in headings(text)), "")


def page_id(name):
    """The name of the page in the site, without ".html", of a path in the repository."""
    path = pathlib.PurePosixPath(name)
    parts = [*path.parts[:-1], path.stem]
    # docs/security.md and SECURITY.md are different pages.
    parts[0] = "page" if parts[0] == "docs" else f"project-{parts[0]}"
    return "-".join(parts).lower()


def html_name(file):
    """What Doxygen makes of the name of a file."""
    return file.replace("_", "__").replace(".", "_8")


class Page:
    def __init__(self, name, titles, headers, examples):
        self.name, self.pages = name, titles
        self.headers, self.examples = headers, examples

    def html(self, name):
        return "index.html" if name == "README.md" else page_id(name) + ".html"

    def target(self, link):
        """The address in the site for a link of the page, or None if it has no page there."""
        if re.match(r"[a-z]+:", link):
            return link
        path, _, anchor = link.partition("#")
        name = self.name
        if path:
            name = os.path.normpath(os.path.join(os.path.dirname(self.name), path))
        if name in self.pages:
            page = page_id(name)
            return self.html(name) + (f"#{page}-{anchor}" if anchor else "")
        if name in self.headers:
            return self.headers[name]
        if name in self.examples:
            return os.path.basename(name).replace(".", "_8") + "-example.html"
        if name == "examples":
            return "examples.html"
        if name.startswith("include/kazoo"):
            return "annotated.html"
        return None

    def link(self, text, address):
        target = self.target(address)
        # In the repository a page is named by its file, here by its title.
        if re.fullmatch(r"[\w./-]+\.md", text):
            name = os.path.basename(text)
            named = [title for path, title in self.pages.items() if path.endswith(name)]
            text = named[0] if len(named) == 1 else text
        text = self.inline(text)
        return f'<a href="{target}">{text}</a>' if target else text

    def inline(self, text):
        """Text with code spans; what only Doxygen would interpret is escaped."""
        parts = re.split(r"(`[^`]*`)", text)
        for index, part in enumerate(parts):
            if index % 2 == 0:
                parts[index] = headers.escape(part)
            else:
                parts[index] = f"<code>{self.code(part[1:-1])}</code>"
        return "".join(parts)

    @staticmethod
    def code(text):
        """A span of code as HTML. What stands between quotes, Doxygen does not interpret."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts = re.split(r"(\"[^\"]*\")", text.replace("\\|", "|"))
        for index in range(0, len(parts), 2):
            part = re.sub(r"([\\@%#$|*])", r"\\\1", parts[index])
            parts[index] = re.sub(r"(-{2,3})", r"\\\1", part.replace("_", "\\_"))
        return "".join(parts)

    @staticmethod
    def image(text, address):
        """An image. The site has all of its files in one folder."""
        return f'<img src="{os.path.basename(address)}" alt="{html.escape(text)}"/>'

    def paragraph(self, lines):
        text, out, end = "\n".join(lines), [], 0
        for image in IMAGE.finditer(text):
            out.append(self.text(text[end : image.start()]))
            out.append(self.image(image[1], image[2]))
            end = image.end()
        return "".join(out) + self.text(text[end:])

    def text(self, text):
        """Text with links, and without images."""
        out, end = [], 0
        for start, after, linked, address in find_links(text):
            out.append(self.inline(text[end:start]))
            out.append(self.link(linked, address))
            end = after
        out.append(self.inline(text[end:]))
        # Doxygen does not see the end of bold text with code in it.
        return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", "".join(out), flags=re.DOTALL)

    def convert(self, text):
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)
        out, paragraph, code, seen = [], [], False, {}

        def flush():
            if paragraph:
                out.append(self.paragraph(paragraph))
                paragraph.clear()

        for line in text.split("\n"):
            fence = FENCE.match(line)
            heading = None if code or fence else HEADING.match(line)
            indented = line.startswith("    ") and not paragraph
            if fence:
                flush()
                code = not code
                out.append(line)
            elif heading:
                flush()
                anchor = slug(heading[2], seen)
                page = page_id(self.name)
                label = page if len(heading[1]) == 1 else f"{page}-{anchor}"
                title = re.sub(r"[`]", "", heading[2])
                out.append(f"{heading[1]} {self.inline(title)} {{#{label}}}")
            elif code or indented:
                out.append(line)
            elif line.strip():
                paragraph.append(line)
            else:
                flush()
                out.append(line)
        flush()
        return "\n".join(out)
