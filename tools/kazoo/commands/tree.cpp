// SPDX-License-Identifier: Apache-2.0
// The commands tree, count and du.
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "walk/walk.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <cstdio>
#include <memory>

namespace tool {
namespace {

struct TreeOptions {
    std::optional<std::string> path;
    std::optional<std::int64_t> depth;
    bool with_stat = false;
    bool direct = false;
};

WalkOptions walk_options(const TreeOptions& options) {
    WalkOptions walked;
    if (options.depth) {
        walked.depth = static_cast<std::size_t>(*options.depth);
    }
    return walked;
}

/// Draws the lines in front of the names.
class Drawing {
public:
    std::string prefix(const WalkedNode& node) {
        if (node.depth == 0) {
            return "";
        }
        bars_.resize(node.depth - 1);
        std::string text;
        for (const bool continues : bars_) {
            text += continues ? "│   " : "    ";
        }
        bars_.push_back(!node.is_last);
        return text + (node.is_last ? "└── " : "├── ");
    }

private:
    std::vector<bool> bars_;  // for each level, whether more siblings follow
};

void tree(Session& session, const TreeOptions& options) {
    Output& out = session.out();
    out.page();
    Walk walk(session, options.path.value_or("/"), walk_options(options));
    Drawing drawing;
    while (const auto node = walk.next()) {
        if (out.is_json()) {
            out.json({{"path", node->path}, {"depth", node->depth}, {"stat", to_json(node->stat)}});
            continue;
        }
        const bool first = node->depth == 0;
        const std::string name = first ? node->path : std::string(kazoo::node_name(node->path));
        const char* const colour = node->stat.ephemeral_owner != 0 ? "33" : "1;34";
        std::string line = drawing.prefix(*node);
        line += node->stat.num_children > 0 || node->stat.ephemeral_owner != 0
                    ? out.coloured(colour, name)
                    : name;
        if (options.with_stat) {
            line += "  (" + std::to_string(node->stat.data_length) + " bytes, version " +
                    std::to_string(node->stat.version) + ")";
        }
        out.line(line);
    }
}

std::int64_t count_descendants(Session& session, const std::string& path) {
    try {
        return session.zk().get_all_children_number(path);
    } catch (const kazoo::UnimplementedError&) {
        Walk walk(session, path, WalkOptions());  // servers before 3.6
        std::int64_t count = -1;
        while (walk.next()) {
            ++count;
        }
        return count;
    }
}

void count(Session& session, const TreeOptions& options) {
    const std::string path = options.path.value_or("/");
    std::int64_t number = 0;
    if (options.direct) {
        number = session.zk().get_children_with_stat(path).stat.num_children;
    } else {
        number = count_descendants(session, path);
    }
    if (session.out().is_json()) {
        session.out().json({{"path", kazoo::normalize_path(path)}, {"count", number}});
    } else {
        session.out().line(std::to_string(number));
    }
}

/// The sizes of the subtrees whose nodes are being visited.
class Sizes {
public:
    Sizes(Output& out, std::size_t depth) : out_(&out), depth_(depth) {}

    void add(const WalkedNode& node) {
        end_from(node.depth);
        open_.push_back({node.path, node.stat.data_length, 1});
    }
    /// Ends the subtrees of this level and of those below it.
    void end_from(std::size_t level) {
        while (open_.size() > level) {
            const Sum sum = open_.back();
            open_.pop_back();
            if (!open_.empty()) {
                open_.back().bytes += sum.bytes;
                open_.back().nodes += sum.nodes;
            }
            if (open_.size() <= depth_) {
                print(sum);
            }
        }
    }

private:
    struct Sum {
        std::string path;
        std::int64_t bytes = 0;
        std::int64_t nodes = 0;
    };
    void print(const Sum& sum) {
        if (out_->is_json()) {
            out_->json({{"path", sum.path}, {"bytes", sum.bytes}, {"nodes", sum.nodes}});
            return;
        }
        char text[64];
        std::snprintf(
            text,
            sizeof(text),
            "%12lld %9lld  ",
            static_cast<long long>(sum.bytes),
            static_cast<long long>(sum.nodes)
        );
        out_->line(text + sum.path);
    }

    Output* out_;
    std::size_t depth_;
    std::vector<Sum> open_;
};

void du(Session& session, const TreeOptions& options) {
    session.out().page();
    Walk walk(session, options.path.value_or("/"), WalkOptions());
    Sizes sizes(session.out(), static_cast<std::size_t>(options.depth.value_or(1)));
    while (const auto node = walk.next()) {
        sizes.add(*node);
    }
    sizes.end_from(0);
}

}  // namespace

void add_tree(Grammar& grammar) {
    auto drawn = std::make_shared<TreeOptions>();
    Command command = grammar.add("tree", "draw a subtree");
    command.path("PATH", drawn->path, "default /")
        .number("-L,--depth", drawn->depth, "N levels below the first node")
        .flag("-s,--stat", drawn->with_stat, "with sizes and versions");
    command.runs([drawn](Session& session) { tree(session, *drawn); });

    auto counted = std::make_shared<TreeOptions>();
    Command second = grammar.add("count", "count all descendants of a node");
    second.aliases({"getAllChildrenNumber"})
        .path("PATH", counted->path, "default /")
        .flag("--children", counted->direct, "count the children only");
    second.runs([counted](Session& session) { count(session, *counted); });

    auto summed = std::make_shared<TreeOptions>();
    Command third = grammar.add("du", "sum up the bytes and nodes of subtrees");
    third.path("PATH", summed->path, "default /")
        .number("-L,--depth", summed->depth, "N levels of subtrees are shown; default 1");
    third.runs([summed](Session& session) { du(session, *summed); });
}

}  // namespace tool
