// SPDX-License-Identifier: Apache-2.0
// The commands watch and ephemerals.
#include "commands/commands.hpp"
#include "commands/event.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "run/program.hpp"
#include "walk/walk.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/watch_stream.hpp>

#include <memory>

namespace tool {
namespace {

struct WatchOptions {
    std::string path;
    std::optional<std::int64_t> count;
    std::optional<std::string> command;
    std::string mode = "PERSISTENT_RECURSIVE";
    bool recursive = false;
    bool data = false;
};

using kazoo::EventType;
using kazoo::WatchChange;

/// Returns the node of an event, if it exists and may be read.
std::optional<kazoo::NodeData> read_node(Session& session, const WatchChange& change) {
    if (change.type() != EventType::CREATED && change.type() != EventType::CHANGED) {
        return std::nullopt;
    }
    const auto result = session.zk().get_async(change.path()).result();
    return result ? std::optional<kazoo::NodeData>(result.value()) : std::nullopt;
}

void print(Session& session, const WatchOptions& options, const WatchChange& change) {
    Output& out = session.out();
    const auto node = options.data ? read_node(session, change) : std::nullopt;
    if (out.is_json()) {
        Json object{{"type", to_string(change.type())}, {"path", change.path()}};
        object["zxid"] = change.zxid() ? Json(*change.zxid()) : Json(nullptr);
        object["events"] = change.events();
        if (node) {
            add_data(object, *node);
        }
        out.json(object);
    } else {
        out.line(std::string(to_string(change.type())) + " " + change.path());
        if (node) {
            out.data(node->data);
            out.end_line(node->data);
        }
    }
    out.flush();
}

void execute(Session& session, const WatchOptions& options, const WatchChange& change) {
    if (!options.command) {
        return;
    }
    const int code = run_shell(
        *options.command,
        {{"KAZOO_EVENT", to_string(change.type())},
         {"KAZOO_PATH", change.path()},
         {"KAZOO_ZXID", change.zxid() ? std::to_string(*change.zxid()) : ""}}
    );
    if (code != 0) {
        session.out().error("the command has failed with " + std::to_string(code));
    }
}

kazoo::WatchMode mode_of(const WatchOptions& options) {
    return options.recursive ? kazoo::WatchMode::persistent_recursive
                             : kazoo::WatchMode::persistent;
}

void watch(Session& session, const WatchOptions& options) {
    kazoo::WatchStream stream = session.zk().watch_stream(options.path, mode_of(options));
    session.out().note("watching " + options.path);
    std::int64_t seen = 0;
    while (const auto change = stream.next().get()) {
        print(session, options, *change);
        execute(session, options, *change);
        if (++seen == options.count) {
            return;
        }
    }
    throw Failure(ExitCode::lost, "the watch has ended: the session is over, or servers refuse it");
}

/// Lets the shell write the changes; it keeps the watch, as that of zkCli does.
void watch_in_shell(Session& session, const WatchOptions& options) {
    const kazoo::Watcher watcher = announcing_watcher(*session.shell(), session.out().format());
    session.shell()->keep(
        session.zk().add_watch(options.path, mode_of(options), watcher, session.call())
    );
}

void add_ephemerals(Grammar& grammar) {
    auto path = std::make_shared<std::optional<std::string>>();
    Command command =
        grammar.add("ephemerals", "write the ephemeral nodes and the sessions that own them");
    command.aliases({"getEphemerals"}).path("PATH", *path, "where to begin; default /");
    command.runs([path](Session& session) {
        session.out().page();
        Walk walk(session, path->value_or("/"), WalkOptions());
        while (const auto node = walk.next()) {
            const std::int64_t owner = node->stat.ephemeral_owner;
            if (owner == 0) {
                continue;
            }
            if (session.out().is_json()) {
                session.out().json({{"path", node->path}, {"session", hex_text(owner)}});
            } else {
                session.out().line(hex_text(owner) + " " + node->path);
            }
        }
    });
}

}  // namespace

void add_watch(Grammar& grammar) {
    auto options = std::make_shared<WatchOptions>();
    Command command = grammar.add("watch", "write the changes of a node until a signal arrives");
    command.path("PATH", options->path, "of the node, which need not exist")
        .flag("-r,-R,--recursive", options->recursive, "and of all descendants")
        .flag("-d,--data", options->data, "with the data of nodes that were created or changed")
        .option(
            "-x,--exec",
            options->command,
            "COMMAND for the shell at each change, with "
            "KAZOO_EVENT, KAZOO_PATH and KAZOO_ZXID"
        )
        .number("-n,--count", options->count, "N: end after as many changes", 1);
    command.runs([options](Session& session) { watch(session, *options); });

    auto added = std::make_shared<WatchOptions>();
    Command alias = grammar.add("addWatch", "watch -r").hide();
    alias.path("PATH", added->path, "of the node")
        .choice("-m", added->mode, {"PERSISTENT", "PERSISTENT_RECURSIVE"}, "the mode")
        .number("-n,--count", added->count, "N: end after as many changes", 1);
    alias.runs([added](Session& session) {
        added->recursive = added->mode == "PERSISTENT_RECURSIVE";
        if (session.shell() != nullptr) {
            watch_in_shell(session, *added);
        } else {
            watch(session, *added);
        }
    });
    add_ephemerals(grammar);
}

}  // namespace tool
