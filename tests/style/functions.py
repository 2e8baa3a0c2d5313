# SPDX-License-Identifier: Apache-2.0
"""Finds C++ functions and their lengths by counting braces: right to a few lines, not a parser."""

import re

_TYPE_HEAD = re.compile(r"\b(namespace|class|struct|union|enum|concept)\b|\bextern\s*$")
_NOT_A_CALL = re.compile(
    r"\b(alignas|requires|decltype|__attribute__|noexcept|explicit)\s*\([^()]*\)"
)
_QUALIFIERS = ("const", "noexcept", "override", "final", "try", "mutable")
_INITIALISED_MEMBER = re.compile(r"\)[^;]*:.*?([A-Za-z_]\w*|>)\s*$", re.DOTALL)


def _without_preprocessor(code):
    kept, continued = [], False
    for line in code.split("\n"):
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.endswith("\\")
        kept.append("" if directive else line)
    return "\n".join(kept)


def _without_template_parameters(head):
    while "<" in head:
        shorter = re.sub(r"<[^<>]*>", "", head)
        if shorter == head:
            return head
        head = shorter
    return head


def _kind(head):
    """What the brace after head opens: "scope", "function", "initialiser" or "other"."""
    plain = _NOT_A_CALL.sub("", _without_template_parameters(head)).replace("::", "").strip()
    if plain.endswith("="):
        return "other"
    member = _INITIALISED_MEMBER.search(plain)
    if member and member.group(1) not in _QUALIFIERS:
        return "initialiser"
    if "(" in plain:
        return "function"
    return "scope" if _TYPE_HEAD.search(plain) else "other"


def functions(code):
    """(first line, number of lines) of every function body in code without comments and literals.

    A lambda counts as a part of the function around it.
    """
    found, stack, head, line = [], [], "", 1
    for character in _without_preprocessor(code):
        line += character == "\n"
        outside = all(kind == "scope" for kind, _, _ in stack)
        if character == "{":
            stack.append((_kind(head) if outside else "inner", line, head))
            head = ""
        elif character == "}" and stack:
            kind, first, opening_head = stack.pop()
            if kind == "function":
                found.append((first, line - first + 1))
            head = opening_head + "()" if kind == "initialiser" else ""
        elif character == ";" and outside:
            head = ""
        elif outside:
            head += character
    return found
