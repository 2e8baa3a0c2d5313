// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "commands/event.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "walk/walk.hpp"
#include "walk/window.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <memory>

namespace tool {
namespace {

struct LsOptions {
    std::optional<std::string> path;
    bool with_details = false;
    bool with_stat = false;
    bool recursive = false;
    bool zero = false;
    bool watch = false;
};

/// Calls `use` with each child that still exists and its stat, in their order.
template <class Use>
void for_each_stat(
    Session& session, const std::string& parent, const std::vector<std::string>& names, Use use
) {
    using Stat = std::optional<kazoo::ZnodeStat>;
    Window<Stat, std::string> window([&](kazoo::AsyncResult<Stat> result, const std::string& name) {
        if (const Stat stat = result.get()) {
            use(name, *stat);
        }
    });
    for (const std::string& name : names) {
        window.push(session.zk().exists_async(kazoo::join_path(parent, name)), name);
    }
    window.finish();
}

void print_details(
    Session& session, const std::string& path, const std::vector<std::string>& names
) {
    Output& out = session.out();
    Json array = Json::array();
    for_each_stat(session, path, names, [&](const std::string& name, const kazoo::ZnodeStat& s) {
        if (out.is_json()) {
            array.push_back({{"name", name}, {"stat", to_json(s)}});
        } else {
            out.line(columns(s) + "  " + name);
        }
    });
    if (out.is_json()) {
        out.json(array);
    }
}

void print_names(Output& out, const std::vector<std::string>& names, bool zero) {
    if (out.is_json()) {
        out.json(names);
        return;
    }
    for (const std::string& name : names) {
        if (zero) {
            out.zero_ended(name);
        } else {
            out.line(name);
        }
    }
}

void list_recursively(Session& session, const LsOptions& options) {
    Output& out = session.out();
    Walk walk(session, options.path.value_or("/"), WalkOptions());
    while (const auto node = walk.next()) {
        if (out.is_json()) {
            out.json(node->path);
        } else if (options.zero) {
            out.zero_ended(node->path);
        } else if (options.with_details) {
            out.line(columns(node->stat) + "  " + node->path);
        } else {
            out.line(node->path);
        }
    }
}

void list(Session& session, const LsOptions& options) {
    session.out().page();
    if (options.recursive) {
        list_recursively(session, options);
        return;
    }
    const std::string path = options.path.value_or("/");
    OneEvent event(session, options.watch);
    auto found = session.zk().get_children_with_stat(path, event.watcher());
    std::sort(found.children.begin(), found.children.end());
    if (options.with_details) {
        print_details(session, path, found.children);
    } else if (options.with_stat && session.out().is_json()) {
        session.out().json({{"children", found.children}, {"stat", to_json(found.stat)}});
    } else {
        print_names(session.out(), found.children, options.zero);
    }
    if (options.with_stat && !session.out().is_json()) {
        session.out().line(stat_text(found.stat));
    }
    event.print(session.out());
}

Command add(Grammar& grammar, const std::string& name, const std::shared_ptr<LsOptions>& options) {
    Command command = grammar.add(name, "list the children of a node, sorted");
    command.path("PATH", options->path, "default /")
        .flag("-l,--long", options->with_details, "kind, children, bytes, version, time and name")
        .flag("-s,--stat", options->with_stat, "also the stat of the node itself")
        .flag("-R,--recursive", options->recursive, "the paths of the whole subtree")
        .flag("-0,--null", options->zero, "end each name with NUL instead of a newline")
        .flag("-w,--watch", options->watch, "wait for the next change of the children");
    command.runs([options](Session& session) { list(session, *options); });
    return command;
}

}  // namespace

void add_ls(Grammar& grammar) {
    add(grammar, "ls", std::make_shared<LsOptions>());
    auto with_stat = std::make_shared<LsOptions>();
    with_stat->with_stat = true;
    add(grammar, "ls2", with_stat).hide();
}

}  // namespace tool
