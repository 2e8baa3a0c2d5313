# SPDX-License-Identifier: Apache-2.0
"""Charts as SVG, legible on light and dark pages: each has a background of its own."""

import dataclasses
import html
import math

WIDTH = 860
MARGIN = 16
TITLE_HEIGHT = 40
ROW = 19
LABEL_WIDTH = 142
NUMBER_WIDTH = 58
PANEL_GAP = 24
PLOT_HEIGHT = 250

STYLE = """
svg { --paper: #ffffff; --ink: #24292f; --faint: #d8dee4; --ours: #0969da; --bound: #818b98;
  --other: #bc4c00; --second: #8250df; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #161b22; --ink: #e6edf3; --faint: #3d444d; --ours: #58a6ff; --bound: #9198a1;
    --other: #f0883e; --second: #d2a8ff; }
}
text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.title { font-size: 14px; font-weight: 600; }
.panel { font-weight: 600; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.paper { fill: var(--paper); }
.grid { stroke: var(--faint); fill: none; }
.ours { fill: var(--ours); stroke: var(--ours); }
.bound { fill: var(--bound); stroke: var(--bound); }
.other { fill: var(--other); stroke: var(--other); }
.second { fill: var(--second); stroke: var(--second); }
.range { stroke-width: 1.5; }
.line { fill: none; stroke-width: 2; }
.value { stroke: none; }
"""
COLOURS = {"floor": "bound", "kazoo-asio": "ours", "kazoo-threading": "second"}


@dataclasses.dataclass
class Bar:
    label: str
    kind: str  # the class of its colour
    value: float
    rounds: list


@dataclasses.dataclass
class Line:
    label: str
    subject: str
    points: list  # (x, y)


def named(name, scale):
    return f"{name} (logarithmic)" if scale.logarithmic else name


class Scale:
    """From values to a distance in pixels: linear from 0, or logarithmic if the values differ by
    more than `limit` times."""

    def __init__(self, values, length, limit=20, logarithmic=None):
        values = [value for value in values if value > 0] or [1]
        low, high = min(values), max(values)
        self.logarithmic = high > limit * low if logarithmic is None else logarithmic
        self.length = length
        if self.logarithmic:
            self.low = math.log10(low) - 0.05
            self.high = max(math.log10(high) + 0.05, self.low + 0.1)
        else:
            self.low, self.high = 0, high * 1.04

    def __call__(self, value):
        if self.logarithmic:
            value = math.log10(value) if value > 0 else self.low
        return round(self.length * (value - self.low) / (self.high - self.low), 1)

    def ticks(self):
        if self.logarithmic:
            powers = range(math.floor(self.low), math.floor(self.high) + 1)
            decades = self.high - self.low
            digits = (1,) if decades > 2.2 else (1, 3) if decades > 1.2 else (1, 2, 5)
            ticks = [digit * 10**power for power in powers for digit in digits]
            return [tick for tick in ticks if self.low <= math.log10(tick) <= self.high]
        step = 10 ** math.floor(math.log10(self.high))
        step = next(part for part in (step / 5, step / 2, step, 2 * step)
                    if self.high / part <= 6)
        return [step * i for i in range(int(self.high / step) + 1)]


def number(value):
    """A value with three significant digits."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def tag(name, **attributes):
    pairs = "".join(f' {key.rstrip("_")}="{value}"' for key, value in attributes.items())
    return f"<{name}{pairs}/>"


def text(content, x, y, kind=""):
    return f'<text x="{x}" y="{y}" class="{kind}">{html.escape(content)}</text>'


def document(title, height, content):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{STYLE}</style>",
        tag("rect", width=WIDTH, height=height, rx=6, class_="paper"),
        text(title, MARGIN, 26, "title"),
        *content,
        "</svg>",
        "",
    ])


def bar(one, scale, x, y):
    """A bar from 0, or a dot where the scale has no 0, with the range of its rounds."""
    middle = y - 4
    ends = [x + scale(value) for value in (min(one.rounds), max(one.rounds))]
    mark = tag("circle", cx=x + scale(one.value), cy=middle, r=4.5, class_=f"{one.kind} value")
    if not scale.logarithmic:
        mark = tag("rect", x=x, y=middle - 5, width=scale(one.value), height=10,
                   class_=f"{one.kind} value", fill_opacity="0.75")
    return [
        text(one.label, x - 8, y, "end"),
        mark,
        tag("line", x1=ends[0], x2=ends[1], y1=middle, y2=middle, class_=f"{one.kind} range"),
        text(number(one.value), x + scale.length + NUMBER_WIDTH, y, "end"),
    ]


def panel(name, bars, left, top, width):
    """A chart of bars; they begin `LABEL_WIDTH` from its left."""
    x = left + LABEL_WIDTH
    values = [value for one in bars for value in one.rounds]
    scale = Scale(values, width - LABEL_WIDTH - NUMBER_WIDTH)
    bottom = top + ROW * (len(bars) + 1)
    out = [text(named(name, scale), left, top, "panel")]
    for tick in scale.ticks():
        at = x + scale(tick)
        out.append(tag("line", x1=at, x2=at, y1=top + 8, y2=bottom, class_="grid"))
        out.append(text(number(tick), at, bottom + 13, "middle"))
    for row, one in enumerate(bars, 1):
        out += bar(one, scale, x, top + ROW * row + 3)
    return out


def bar_chart(title, panels):
    """Panels of bars in two columns; those without bars are left out."""
    panels = [(name, bars) for name, bars in panels if bars]
    width = (WIDTH - 2 * MARGIN - PANEL_GAP) / 2
    top, out = TITLE_HEIGHT + 20, []
    for first in range(0, len(panels), 2):
        pair = panels[first : first + 2]
        for column, (name, bars) in enumerate(pair):
            left = MARGIN + column * (width + PANEL_GAP)
            out += panel(name, bars, left, top, width)
        top += ROW * (max(len(bars) for _, bars in pair) + 1) + 46
    return document(title, top - 16, out)


def line_chart(title, lines):
    left, top = MARGIN + 44, TITLE_HEIGHT + 12
    names = 190
    points = [point for line in lines for point in line.points]
    xs = Scale([x for x, _ in points], WIDTH - left - MARGIN - names, logarithmic=True)
    ys = Scale([y for _, y in points], PLOT_HEIGHT)
    bottom = top + PLOT_HEIGHT
    out = []
    for tick in ys.ticks():
        y = bottom - ys(tick)
        out.append(tag("line", x1=left, x2=left + xs.length, y1=y, y2=y, class_="grid"))
        out.append(text(number(tick), left - 8, y + 4, "end"))
    for x in sorted({x for x, _ in points}):
        out.append(text(f"{x:,}", left + xs(x), bottom + 18, "middle"))
    heights = []
    for line in lines:
        colour = COLOURS.get(line.subject, "other")
        places = [(left + xs(x), bottom - ys(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(tag("polyline", points=path, class_=f"{colour} line", style="fill:none"))
        out += [tag("circle", cx=x, cy=y, r=3.5, class_=f"{colour} value") for x, y in places]
        heights.append((places[-1][1], line))
    out += line_names(heights, left + xs.length + 12)
    return document(named(title, ys), bottom + 34, out)


def line_names(heights, x):
    """The names beside the ends of their lines, moved apart where they would overlap."""
    out, least = [], -math.inf
    for height, line in sorted(heights, key=lambda pair: pair[0]):
        y = max(height + 4, least)
        least = y + 16
        value = number(line.points[-1][1])
        out.append(text(f"{line.label} {value}", x, y))
    return out


def self_test():
    assert [number(value) for value in (0, 0.1234, 1, 1.5, 12.34, 123.4, 12345)] == [
        "0", "0.123", "1", "1.5", "12.3", "123", "12,345"]
    assert Scale([1, 10], 100)(10) < 100 and Scale([1, 1000], 100).logarithmic
    for values in ([0.3, 0.9], [1, 4], [17, 50], [0.1, 99], [1, 1e6], [5], [30, 80]):
        assert 1 <= len(Scale(values, 100).ticks()) <= 8, values
    svg = bar_chart("a < b", [("p", [Bar("x", "ours", 1.0, [1.0])]), ("none", [])])
    assert "a &lt; b" in svg and ">none<" not in svg
    names = line_names([(10, Line("a", "a", [(1, 1)])), (11, Line("b", "b", [(1, 1)]))], 0)
    assert 'y="14"' in names[0] and 'y="30"' in names[1]
