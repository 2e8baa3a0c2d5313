// SPDX-License-Identifier: Apache-2.0
#include "generate/generate.hpp"
#include "generate/texts.hpp"

#include <kazoo/version.hpp>

namespace tool {
namespace {

constexpr const char* description = R"(.SH DESCRIPTION
.B kazoo
reads, changes and watches the nodes of a ZooKeeper server, copies and dumps subtrees, and runs
programs while a lock is held.
Results go to standard output, everything else to standard error.
Data are written byte for byte.
.PP
DATA are given as a text, as
.B \-
for standard input, or as
.BI @ FILE
for the content of a file;
.B @@x
is the text
.BR @x .
A TIME is written as
.BR 500ms ", " 10s ", " 5m ", " 2h " or " 1d .
An ACL is a list of
.IR scheme : id : permissions ,
separated by commas, with the permissions
.BR c "reate, " d "elete, " r "ead, " w "rite and " a "dmin,"
or one of the words
.BR open ", " read " and " creator .
.PP
A
.B \-\-
ends the options of a command.
After
.BR lock ,
.B elect
and their like it begins the command line of a program, which runs with
.B KAZOO_TOKEN
and
.B KAZOO_NODE
in its environment.
)";

constexpr const char* environment = R"(.SH ENVIRONMENT
Each long option before the command, but
.BR \-\-servers ,
.B \-\-tls
and
.BR \-\-read\-only ,
may come from the environment, as
.B KAZOO_
and its name in capital letters, such as
.BR KAZOO_TLS_CA .
The command line takes precedence over the environment, and that over the configuration file.
.TP
.B KAZOO_HOSTS
as
.B \-\-servers
.TP
.B KAZOO_AUTH
credentials, as lines of
.B \-\-auth\-file
.TP
.BR KAZOO_SASL_PASSWORD ", " KAZOO_TLS_KEY_PASSWORD
passwords, which are never arguments
.TP
.B KAZOO_COMPLETION_TIMEOUT
how long a shell waits for the paths of nodes; default 1s
.TP
.BR VISUAL ", " EDITOR
the editor of
.B edit
.TP
.B NO_COLOR
no colours, if it is not empty
.SH FILES
.TP
.I ~/.config/kazoo/config
The configuration file.
Each line is
.IB option " = " value\fR;
lines that begin with # are comments.
.SH SEE ALSO
.BR bash (1),
.BR zsh (1),
.BR fish (1)
)";

/// Returns the text for a line that does not begin with a macro.
std::string escaped(const std::string& text) {
    std::string all = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
    all = replaced(replaced(all, "'", "\\(aq"), "~", "\\(ti");
    return all.rfind('.', 0) == 0 ? "\\&" + all : all;
}

/// Returns the text for an argument of a macro, in which a quotation mark would end it.
std::string roff_quoted(const std::string& text) {
    return "\"" + replaced(escaped(text), "\"", "\\(dq") + "\"";
}

/// Returns the text with an end that makes it a sentence.
std::string sentence(std::string text) {
    if (!text.empty() && text.back() != '.') {
        text += '.';
    }
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return escaped(text);
}

std::string upper(std::string text) {
    for (char& c : text) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
}

std::string option_entry(const OptionSyntax& option) {
    std::string tag;
    for (const std::string& name : option.names) {
        tag += (tag.empty() ? "\\fB" : ", \\fB") + escaped(name) + "\\fR";
    }
    std::string help = option.help;
    if (!option.value.empty()) {
        tag += " \\fI" + option.value + "\\fR";
        // The help text begins with the kind of the value.
        if (help.rfind(option.value, 0) == 0) {
            const std::size_t rest = help.find_first_not_of(":, ", option.value.size());
            help = rest == std::string::npos ? "" : help.substr(rest);
        }
    }
    return ".TP\n" + tag + "\n" + (help.empty() ? "\\&" : escaped(help)) + "\n";
}

std::string synopsis(const CommandSyntax& command) {
    std::string line = "\\fB" + escaped(command.name) + "\\fR";
    if (!command.options.empty()) {
        line += " [\\fIOPTIONS\\fR]";
    }
    for (const ArgumentSyntax& argument : command.arguments) {
        const std::string name = "\\fI" + escaped(argument.name) + "\\fR";
        const std::string dots = argument.repeated ? "..." : "";
        line += argument.required ? " " + name + dots : " [" + name + dots + "]";
    }
    return line + (command.runs_program ? " [\\fB\\-\\-\\fR \\fIPROGRAM ARGUMENTS\\fR]" : "");
}

std::string command_entry(const CommandSyntax& command) {
    std::string text = ".SS " + roff_quoted(command.name) + "\n";
    text += synopsis(command) + "\n.PP\n" + sentence(command.help) + "\n";
    if (!command.aliases.empty()) {
        text += "Another name is \\fB" + escaped(joined(command.aliases, ", ")) + "\\fR.\n";
    }
    for (const ArgumentSyntax& argument : command.arguments) {
        const std::string choices =
            argument.choices.empty() ? "" : ": " + joined(argument.choices, ", ");
        text += ".TP\n\\fI" + escaped(argument.name) + "\\fR\n" + escaped(argument.help + choices) +
                "\n";
    }
    for (const OptionSyntax& option : command.options) {
        text += option_entry(option);
        if (!option.choices.empty()) {
            text += "(" + escaped(joined(option.choices, ", ")) + ")\n";
        }
    }
    return text;
}

/// Returns the entries of the commands without further ones, of one group of the help text.
std::string entries(const CommandSyntax& command) {
    if (command.commands.empty()) {
        return command_entry(command);
    }
    std::string text;
    for (const CommandSyntax& below : command.commands) {
        text += entries(below);
    }
    return text;
}

std::string options_section(const CommandSyntax& tool) {
    std::string text =
        ".SH OPTIONS\nOptions of the tool may precede the command. They may also "
        "follow it, unless it has\nan option of the same name.\n";
    for (const OptionSyntax& option : tool.options) {
        text += option_entry(option);
    }
    return text;
}

std::string command_sections(const CommandSyntax& tool) {
    std::vector<std::string> groups;
    std::string text;
    for (const CommandSyntax& first : tool.commands) {
        if (first.hidden || (!groups.empty() && groups.back() == first.group)) {
            continue;
        }
        groups.push_back(first.group);
        const bool is_named = first.group != "Subcommands";
        text +=
            ".SH " + roff_quoted(is_named ? "COMMANDS: " + upper(first.group) : "OTHER COMMANDS");
        text += "\n";
        for (const CommandSyntax& command : tool.commands) {
            text += !command.hidden && command.group == first.group ? entries(command) : "";
        }
    }
    text +=
        ".SH \"COMMANDS FOR COMPATIBILITY AND FOR SHELLS\"\nThe help text does not show these: "
        "names of zkCli, and what completions are made with.\n";
    for (const CommandSyntax& command : tool.commands) {
        text += command.hidden ? entries(command) : "";
    }
    return text;
}

}  // namespace

std::string manual_page(const CommandSyntax& tool, const std::string& footer) {
    const std::string first =
        ".\\\" Generated by `kazoo generate man`.\n.TH KAZOO 1 \"\" \"kazoo " +
        std::string(kazoo::library_version) + "\" \"User Commands\"\n.SH NAME\nkazoo \\- " +
        escaped(tool.help) + "\n.SH SYNOPSIS\n" +
        "\\fBkazoo\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n";
    return first + description + options_section(tool) + command_sections(tool) +
           ".SH \"EXIT STATUS\"\n" + escaped(footer) + "\n" +
           "A program that was run decides the exit code otherwise.\n" + environment;
}

}  // namespace tool
