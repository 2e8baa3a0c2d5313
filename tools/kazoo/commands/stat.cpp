// SPDX-License-Identifier: Apache-2.0
// The commands stat and exists.
#include "commands/commands.hpp"
#include "commands/event.hpp"
#include "output/json.hpp"
#include "output/text.hpp"

#include <kazoo/paths.hpp>

#include <memory>

namespace tool {
namespace {

struct StatOptions {
    std::string path;
    bool watch = false;
};

void stat(Session& session, const StatOptions& options) {
    OneEvent event(session, options.watch);
    const auto found = session.zk().exists(options.path, event.watcher());
    if (!found) {
        throw Failure(ExitCode::no_node, options.path + ": the node does not exist");
    }
    if (session.out().is_json()) {
        Json object{{"path", kazoo::normalize_path(options.path)}};
        object.update(to_json(*found));
        session.out().json(object);
    } else {
        session.out().line(stat_text(*found));
    }
    event.print(session.out());
}

void exists(Session& session, const StatOptions& options) {
    OneEvent event(session, options.watch);
    const bool found = session.zk().exists(options.path, event.watcher()).has_value();
    if (session.out().is_json()) {
        session.out().json(found);
    } else {
        session.out().line(found ? "true" : "false");
    }
    event.print(session.out());
    if (!found) {
        session.fail(ExitCode::no_node);
    }
}

}  // namespace

void add_stat(Grammar& grammar) {
    auto options = std::make_shared<StatOptions>();
    Command command = grammar.add("stat", "write the stat of a node");
    command.path("PATH", options->path, "of the node")
        .flag("-w,--watch", options->watch, "wait for the next change of the node");
    command.runs([options](Session& session) { stat(session, *options); });

    auto asked = std::make_shared<StatOptions>();
    Command second = grammar.add("exists", "write true or false; the exit code is 3 for false");
    second.path("PATH", asked->path, "of the node")
        .flag("-w,--watch", asked->watch, "wait until the node changes or is created");
    second.runs([asked](Session& session) { exists(session, *asked); });
}

}  // namespace tool
