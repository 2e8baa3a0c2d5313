// SPDX-License-Identifier: Apache-2.0
// The commands find and grep.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/pattern.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "output/utf8.hpp"
#include "walk/walk.hpp"

#include <kazoo/paths.hpp>

#include <fnmatch.h>

#include <algorithm>
#include <memory>

namespace tool {
namespace {

struct FindOptions {
    std::optional<std::string> path;
    std::optional<std::string> name;
    std::optional<std::string> regex;
    std::optional<std::string> data;
    std::optional<std::string> owner;
    std::optional<std::int64_t> least_bytes;
    std::optional<std::int64_t> least_children;
    std::optional<std::int64_t> depth;
    bool ignore_case = false;
    bool ephemeral = false;
    bool with_details = false;
    bool zero = false;
};

std::int64_t parse_session(const std::string& text) {
    try {
        std::size_t end = 0;
        const auto id = static_cast<std::int64_t>(std::stoull(text, &end, 0));
        if (end == text.size()) {
            return id;
        }
    } catch (const std::logic_error&) {
    }
    throw UsageError("'" + text + "' is no session id; write it as 0x...");
}

/// What a node must fulfil.
class Criteria {
public:
    explicit Criteria(const FindOptions& options) : options_(&options) {
        if (options.regex) {
            regex_.emplace(*options.regex, options.ignore_case);
        }
        if (options.data) {
            data_.emplace(*options.data, options.ignore_case);
        }
        if (options.owner) {
            owner_ = parse_session(*options.owner);
        }
    }

    [[nodiscard]] bool accept(const WalkedNode& node) const {
        const auto& stat = node.stat;
        return accepts_name(node.path) && (!regex_ || regex_->matches(node.path)) &&
               (!options_->ephemeral || stat.ephemeral_owner != 0) &&
               (!owner_ || stat.ephemeral_owner == *owner_) &&
               stat.data_length >= options_->least_bytes.value_or(0) &&
               stat.num_children >= options_->least_children.value_or(0) &&
               (!data_ || data_->matches(node.node.data));
    }

private:
    [[nodiscard]] bool accepts_name(const std::string& path) const {
        if (!options_->name) {
            return true;
        }
        const std::string name(kazoo::node_name(path));
        const int flags = options_->ignore_case ? FNM_CASEFOLD : 0;
        return ::fnmatch(options_->name->c_str(), name.c_str(), flags) == 0;
    }

    const FindOptions* options_;
    std::optional<Pattern> regex_;
    std::optional<Pattern> data_;
    std::optional<std::int64_t> owner_;
};

void print(Output& out, const FindOptions& options, const WalkedNode& node) {
    if (out.is_json()) {
        out.json({{"path", node.path}, {"stat", to_json(node.stat)}});
    } else if (options.zero) {
        out.zero_ended(node.path);
    } else {
        out.line(options.with_details ? columns(node.stat) + "  " + node.path : node.path);
    }
}

void find(Session& session, const FindOptions& options) {
    const Criteria criteria(options);
    WalkOptions walked;
    walked.data = options.data.has_value();
    if (options.depth) {
        walked.depth = static_cast<std::size_t>(*options.depth);
    }
    Walk walk(session, options.path.value_or("/"), walked);
    session.out().page();
    while (const auto node = walk.next()) {
        if (criteria.accept(*node)) {
            print(session.out(), options, *node);
        }
    }
}

struct GrepOptions {
    std::string expression;
    std::optional<std::string> path;
    bool ignore_case = false;
    bool fixed = false;
    bool paths_only = false;
};

void print_line(Output& out, const WalkedNode& node, std::size_t number, std::string_view line) {
    if (out.is_json()) {
        out.json({{"path", node.path}, {"line", number}, {"text", line}});
        return;
    }
    const std::string shown = out.terminal() ? escaped(line) : std::string(line);
    out.line(out.coloured("35", node.path) + ":" + std::to_string(number) + ":" + shown);
}

/// Writes the lines of a node that match. Returns whether there are any.
bool print_matches(Output& out, const WalkedNode& node, const Pattern& pattern) {
    const std::string_view data = node.node.data;
    bool found = false;
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < data.size(); ++number) {
        const std::size_t end = std::min(data.find('\n', begin), data.size());
        const std::string_view line = data.substr(begin, end - begin);
        if (pattern.matches(line)) {
            print_line(out, node, number, line);
            found = true;
        }
        begin = end + 1;
    }
    return found;
}

void grep(Session& session, const GrepOptions& options) {
    Output& out = session.out();
    const Pattern pattern(options.expression, options.ignore_case, options.fixed);
    WalkOptions walked;
    walked.data = true;
    Walk walk(session, options.path.value_or("/"), walked);
    bool found = false;
    out.page();
    while (const auto node = walk.next()) {
        if (!pattern.matches(node->node.data) && options.paths_only) {
            continue;
        }
        const bool by_lines = !options.paths_only && is_utf8(node->node.data);
        if (by_lines) {
            found = print_matches(out, *node, pattern) || found;
        } else if (pattern.matches(node->node.data)) {
            found = true;
            if (out.is_json()) {
                out.json({{"path", node->path}});
            } else {
                out.line(options.paths_only ? node->path : node->path + ": binary data matches");
            }
        }
    }
    if (!found) {
        session.fail(ExitCode::failed);
    }
}

}  // namespace

void add_find(Grammar& grammar) {
    auto options = std::make_shared<FindOptions>();
    Command command = grammar.add("find", "write the paths of nodes that fulfil all conditions");
    command.path("PATH", options->path, "where to begin; default /")
        .option("--name", options->name, "GLOB of the name, such as 'lock-*'")
        .option("--regex", options->regex, "REGEX that a part of the path matches")
        .option("--data", options->data, "REGEX that a part of the data matches")
        .flag("-i,--ignore-case", options->ignore_case, "in names and expressions")
        .flag("-e,--ephemeral", options->ephemeral, "ephemeral nodes")
        .option("--owner", options->owner, "ID of the session that owns the node")
        .number("--min-bytes", options->least_bytes, "N bytes of data or more")
        .number("--min-children", options->least_children, "N children or more")
        .number("-L,--depth", options->depth, "N levels below the first node")
        .flag("-l,--long", options->with_details, "with the columns of ls -l")
        .flag("-0,--null", options->zero, "end each path with NUL instead of a newline");
    command.runs([options](Session& session) { find(session, *options); });

    auto searched = std::make_shared<GrepOptions>();
    Command second =
        grammar.add("grep", "write lines of data that match; exit code 1 if none does");
    second.argument("REGEX", searched->expression, "POSIX extended regular expression")
        .path("PATH", searched->path, "where to begin; default /")
        .flag("-i,--ignore-case", searched->ignore_case, "ignore case")
        .flag("-F,--fixed", searched->fixed, "REGEX is a text")
        .flag("-l,--paths", searched->paths_only, "write the paths only");
    second.runs([searched](Session& session) { grep(session, *searched); });
}

}  // namespace tool
