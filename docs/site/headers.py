# SPDX-License-Identifier: Apache-2.0
"""Rewrites a public header for Doxygen, which does not share the conventions of its comments.

- A comment describes all declarations that follow it without an empty line: it is repeated.
- Comments are plain text with `code` and indented examples. Other characters that Doxygen would
  interpret are escaped.
- The comment in front of #pragma once describes the file. A file without one gets a list of its
  types.
- Constructors without parameters, copies and moves need no comment. Members that are not public
  are left out.
- A comment of one line between empty lines is the title of the members that follow.
- What macros make of tables is written out. Namespaces `detail` are left out, but for the base
  classes of public classes.
"""

import re

DOC = re.compile(r"^\s*///(?!<)")
TYPE = re.compile(
    r"^(?:enum (?:class|struct)|enum|class|struct|union|concept)\b\s*(?:\[\[.*?\]\]\s*)?(\w+)"
)
SCOPE = re.compile(r"^(?:typedef )?(?:class|struct|union|namespace|extern \"C\")\b")
ACCESS = re.compile(r"^\s*(public|protected|private):\s*$")
HIDDEN_NAMESPACE = re.compile(r"^(?:inline )?namespace (?:\w+::)*detail\b")
# Base classes of public classes, whose members are those of the public ones.
KEPT = re.compile(
    r"^class (?:\[\[nodiscard\]\] )?(?:LockBase|OperationResult|PartyBase|WatchSettings)\b"
)
EQUALITY = re.compile(r"friend bool operator==\(const ([\w<>:]+)& ?\w*, const \1& ?\w*\)")
SECTION = re.compile(r"^\s+// (.*?)(?:[.:]|\. .*)?$")
HIDDEN = "detail"  # in place of the name of a class
OPTION = re.compile(r"^ *KAZOO_OPTION\((.*)\);$", re.DOTALL)


def escape(text):
    """Text of a comment as Doxygen reads it."""
    # What is quoted in Doxygen's sense, it does not interpret.
    parts = re.split(r"(`[^`]*`|\"[^\"\n]*\")", text)
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(r"([\\@<>%#&$])", r"\\\1", parts[index])
    return "".join(parts)


def escape_block(lines):
    """The lines of one comment, without their slashes, as Doxygen reads them."""
    result, code, previous = [], False, ""
    for line in lines:
        is_code = line.startswith("     ") and (code or not previous.strip())
        if code and line.strip() and not is_code:
            result.append(" @endcode")
            code = False
        if is_code and not code:
            result.append(" @code{.cpp}")
            code = True
        result.append(line if code else line)
        previous = line
    if code:
        result.append(" @endcode")
    # A code span may continue on the next line, so text is escaped as a whole.
    text = "\n".join(result)
    pieces = re.split(r"(^ @code\{\.cpp\}\n.*?^ @endcode$)", text, flags=re.DOTALL | re.MULTILINE)
    for index in range(0, len(pieces), 2):
        pieces[index] = escape(pieces[index])
    return "".join(pieces).split("\n")


def without_template(text):
    """A declaration without `template <...>`, requires clauses of it, and attributes."""
    text = text.strip()
    while text.startswith("template"):
        depth, index = 0, text.find("<")
        if index < 0:
            return text
        while index < len(text):
            if text[index] == "<":
                depth += 1
            elif text[index] == ">":
                depth -= 1
                if depth == 0:
                    break
            index += 1
        text = text[index + 1 :].strip()
    return re.sub(r"^\[\[.*?\]\]\s*", "", text)


def bare(line):
    """A line without comments and literals."""
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    line = re.sub(r"(?<![0-9a-fA-F])'(?:\\.|[^'\\])'", "0", line)
    return re.sub(r"//.*", "", line)


def has_kept(text):
    """Whether a header of a namespace `detail` has a class that is documented."""
    return any(KEPT.match(line) for line in text.split("\n"))


def table_rows(table, macro):
    """The arguments of the rows of an error table that are calls of the macro."""
    for row in re.findall(rf"^{macro}\((.*?)\)$", table, re.DOTALL | re.MULTILINE):
        code, _, message = row.partition('"')
        message = re.sub(r'"\s*"', "", message.rstrip().removesuffix('"'))
        yield [part.strip() for part in code.rstrip().rstrip(",").split(",")], message


def table_entry(kind, macro, arguments, message):
    """The declaration that a row of the error table stands for, with its comment."""
    if macro == "KAZOO_ERROR_ALIAS":
        return [f"/// The name that kazoo has for {arguments[1]}.",
                f"using {arguments[0]} = {arguments[1]};", ""]
    enumerator, number, name, *base, outcome = arguments
    about = f"/// {message[0].upper()}{message[1:]}."
    if kind == "enum":
        about += f" Exception: {name}; usual outcome: {outcome}."
        return [about, f"{enumerator} = {number},"]
    code = "ClientErrc" if base else "Errc"
    return [about, f"class {name} : public {base[0] if base else 'ZookeeperError'} {{", "public:",
            "/// The code of the error.",
            f"static constexpr {code} errc = {code}::{enumerator};",
            "/// An Error of this code with its usual outcome.", f"{name}();",
            "/// From an Error, which has this code.", f"explicit {name}(Error error);", "};", ""]


def option(text):
    """The members that KAZOO_OPTION declares."""
    depth, parts = 0, [""]
    for char in OPTION.match(text)[1]:
        depth += {"<": 1, "(": 1, "{": 1, ">": -1, ")": -1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    type_name, name = (" ".join(part.split()) for part in parts[:2])
    return [f"    HarnessOptions& {name}({type_name} value) &;",
            f"    HarnessOptions {name}({type_name} value) &&;",
            f"    const {type_name}& {name}() const noexcept;"]


def expand(text, table):
    """The lines of a header, with their numbers, and with what its macros stand for."""
    lines, result, macro, kind, index = text.split("\n"), [], None, "class", 0
    while index < len(lines):
        line, number = lines[index], index + 1
        index += 1
        if line.startswith("#define"):
            macro = re.match(r"#define (\w+)", line)[1]
            while lines[index - 1].endswith("\\"):
                index += 1
        elif line.startswith("#include <kazoo/detail/error_table.def>"):
            for arguments, message in table_rows(table, macro):
                entry = table_entry(kind, macro, arguments, message)
                result += [(made, number) for made in entry]
        elif line.lstrip().startswith("KAZOO_OPTION("):
            call = line
            while not call.endswith(");"):
                call += " " + lines[index].strip()
                index += 1
            result += [(made, number) for made in option(call)]
        else:
            kind = "enum" if line.startswith("enum ") else "class" if line == "};" else kind
            result.append((line, number))
    return result


class Header:
    def __init__(self, text, table):
        expanded = expand(text, table)
        self.lines = [line for line, _ in expanded]
        self.numbers = [number for _, number in expanded] + [expanded[-1][1]]
        self.section = False  # whether a section of members is open
        self.out = []      # (line, number in the header)
        self.types = []
        self.items = []    # (class, comment, declaration) of public members
        self.access = []   # of each scope: public, private or protected
        self.scopes = []   # names of classes, None for namespaces, HIDDEN for namespaces `detail`

    def hidden(self):
        """Whether what is declared here is not part of the documentation."""
        return HIDDEN in self.scopes and not self.in_class()

    def emit(self, line, index):
        self.out.append((line, self.numbers[index - 1]))

    def comment(self, lines, number, indent):
        for line in escape_block(lines):
            self.emit(f"{indent}///{line}", number)

    def special_member(self, declaration):
        """What the compiler generates, in words, or None."""
        text = without_template(declaration)
        name = next((name for name in reversed(self.scopes) if name not in (None, HIDDEN)), None)
        generated = re.search(r"= (default|delete);|\{\}$", text.strip())
        if "friend" in text and "operator==" in text and "= default" in text:
            return " Compares all members."
        if "friend" in text and "operator<=>" in text and "= default" in text:
            return " Orders by all members."
        if name is None:
            return None
        if generated and re.match(rf"(?:virtual )?~{name}\(", text):
            return " Destructor."
        deleted = generated is not None and generated[1] == "delete"
        if generated and re.match(rf"(?:constexpr )?{name}\(\)", text):
            return " The default value."
        match = re.match(rf"(?:constexpr )?{name}\((const )?{name}(?:<T>)?\s*(&&?)", text)
        if match:
            kind = "Moves" if match[2] == "&&" else "Copies"
            return " Not copyable." if deleted else f" {kind} the value."
        if "operator=(" in text:
            kind = "Moves" if "&&" in text else "Copies"
            return " Not assignable." if deleted else f" {kind} the value."
        return None

    def end_of_declaration(self, start):
        """The index after the last line of the declaration, and whether it opens a scope."""
        depth, text = 0, ""
        for index in range(start, len(self.lines)):
            line = bare(self.lines[index])
            for position, char in enumerate(line):
                if char in "({[":
                    if char == "{" and depth == 0 and SCOPE.match(
                            without_template(text + line[:position])):
                        return index + 1, "}" not in line[position:]
                    depth += 1
                elif char in ")}]":
                    depth -= 1
                    if char == "}" and depth == 0 and line[position + 1:].strip() in ("", ";"):
                        # The initialiser of a member is followed by a semicolon.
                        return index + 1, False
                elif char == ";" and depth == 0:
                    return index + 1, False
            text += line + " "
        return len(self.lines), False

    def file_comment(self):
        index = 1 if self.lines[0].startswith("// SPDX") else 0
        doc = []
        while DOC.match(self.lines[index]):
            doc.append(self.lines[index].strip()[3:])
            index += 1
        return doc, index

    def convert(self):
        doc, index = self.file_comment()
        pending, fresh = [], False
        while index < len(self.lines):
            line = self.lines[index]
            stripped = line.strip()
            number = index + 1
            if DOC.match(line):
                pending = []
                while DOC.match(self.lines[index]):
                    pending.append(self.lines[index].strip()[3:])
                    index += 1
                fresh = True
                continue
            if not stripped or ACCESS.match(line) or stripped.startswith(("#", "//", "KAZOO_API_")):
                if not stripped.startswith("//"):
                    pending = []
                access = ACCESS.match(line)
                if access and self.scopes:
                    self.access[-1] = access[1]
                    self.end_section(number)
                title = self.section_title(index)
                if title:
                    self.end_section(number)
                    self.emit(f"/// @name {escape(title)}", number)
                    self.emit("///@{", number)
                    self.section = True
                elif not stripped.startswith("#"):
                    self.emit(line, number)
                index += 1
                continue
            if stripped.startswith("}"):
                self.end_section(number)
                if self.scopes:
                    self.scopes.pop()
                    self.access.pop()
                pending = []
                self.emit(line, number)
                index += 1
                continue
            index, pending, fresh = self.declaration(index, pending, fresh)
        if not doc and not self.types:
            doc = [" Base classes."]
        if not doc:
            names = ", ".join(f"kazoo::{name}" for name in self.types)
            doc = [f" Declares {names}." if names else " Functions and types of the library."]
        head = [("/// \\file", 1)] + [(f"///{line}", 1) for line in escape_block(doc)] + [("", 1)]
        return head + self.out

    def declaration(self, index, pending, fresh):
        line = self.lines[index]
        indent = line[: len(line) - len(line.lstrip())]
        end, opens = self.end_of_declaration(index)
        text = " ".join(bare(part).strip() for part in self.lines[index:end])
        plain = without_template(text)
        described = "///<" in "".join(self.lines[index:end])
        comment = pending
        kept = KEPT.match(plain)
        global_scope = not self.scopes and not plain.startswith("namespace")
        skip = (self.hidden() and not kept and not plain.startswith("namespace")) or global_scope
        # The overload of a setter for temporaries says nothing more.
        skip = skip or re.search(r"\) && (noexcept )?\{ return std::move\(", plain) is not None
        skip = skip or any(access != "public" for access in self.access)
        if opens and skip:  # a class, as a whole
            end, opens = self.end_of_class(index), False
        if skip:
            return end, pending, False
        if not comment and not described:
            generated = self.special_member(text)
            comment = [generated] if generated else []
        if self.in_class():
            trailing = [part.partition("///<")[2] for part in self.lines[index:end]]
            self.items.append((self.scopes[-1], " ".join(comment if not described else trailing),
                               plain))
        if comment and not plain.startswith("friend class") and not (described and not fresh):
            self.comment(comment, index + 1, indent)
        for number in range(index, end):
            # Doxygen makes links to members of friends that it does not write.
            line = EQUALITY.sub(r"bool operator==(const \1& other) const", self.lines[number])
            self.emit(line, number + 1)
        match = TYPE.match(plain)
        if match and not self.in_class() and not plain.rstrip().endswith(f"{match[1]};"):
            self.types.append(match[1])
        if opens:
            name = match[1] if match else HIDDEN if HIDDEN_NAMESPACE.match(plain) else None
            self.scopes.append(name)
            self.access.append("private" if plain.startswith("class") else "public")
            return end, [], False
        return end, pending, False

    def section_title(self, index):
        """The text of a comment between empty lines, which is the title of what follows it."""
        match = SECTION.match(self.lines[index])
        if not match or not self.in_class() or self.access[-1] != "public":
            return None
        return None if self.lines[index - 1].strip() or self.lines[index + 1].strip() else match[1]

    def end_section(self, number):
        if self.section:
            self.emit("///@}", number)
        self.section = False

    def in_class(self):
        return any(name not in (None, HIDDEN) for name in self.scopes)

    def end_of_class(self, start):
        depth = 0
        for index in range(start, len(self.lines)):
            line = bare(self.lines[index])
            depth += line.count("{") - line.count("}")
            if depth == 0 and "}" in line:
                return index + 1
        return len(self.lines)


def convert(text, table=""):
    """The header for Doxygen, and for each of its lines the line of the original. `table`: the
    text of the error table that it may include."""
    lines = Header(text, table).convert()
    return "\n".join(line for line, _ in lines), [number for _, number in lines]
