// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/confirm.hpp"
#include "output/json.hpp"
#include "walk/walk.hpp"
#include "walk/window.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

namespace tool {
namespace {

struct RmOptions {
    std::vector<std::string> paths;
    std::optional<std::int64_t> version;
    std::optional<std::int64_t> most;
    bool recursive = false;
    bool force = false;
    bool dry_run = false;
    bool yes = false;
};

/// The nodes of the servers themselves, and the root, are not deleted with what is below them.
void refuse_system(Session& session, const std::string& path) {
    const std::string normal = kazoo::normalize_path(path);
    const bool is_system = normal == "/zookeeper" || normal.rfind("/zookeeper/", 0) == 0;
    if (normal == "/" || (is_system && session.zk().chroot().empty())) {
        throw UsageError("rm -r does not delete " + normal + "; name what is below it");
    }
}

/// Returns the number of nodes of the subtree; writes their paths if nothing is to be deleted.
std::uint64_t visit(Session& session, const std::string& path, const RmOptions& options) {
    WalkOptions walked;
    Walk walk(session, path, walked);
    std::uint64_t count = 0;
    while (const auto node = walk.next()) {
        ++count;
        if (options.dry_run) {
            if (session.out().is_json()) {
                session.out().json(node->path);
            } else {
                session.out().line(node->path);
            }
        } else if (options.most && count > static_cast<std::uint64_t>(*options.most)) {
            throw Failure(
                ExitCode::failed,
                path + " has more than " + std::to_string(*options.most) +
                    " nodes (--max); nothing was deleted there"
            );
        }
    }
    session.out().end_progress();
    return count;
}

/// Waits for the deletion. Shows how many nodes are left, which the server is asked for once a
/// second.
void show_deletion(
    Session& session, const std::string& path, const kazoo::AsyncResult<void>& deletion
) {
    using Number = kazoo::AsyncResult<std::int32_t>;
    std::optional<std::int32_t> total;
    Number left = session.zk().get_all_children_number_async(path);
    while (!deletion.wait(std::chrono::milliseconds(100))) {
        if (!left.ready()) {
            continue;
        }
        if (!left.successful()) {
            break;  // the server does not count, or the node is gone
        }
        total = std::max(total.value_or(1), left.get());
        const std::int32_t deleted = *total - left.get();
        session.out().progress(
            "nodes deleted",
            static_cast<std::uint64_t>(deleted),
            static_cast<double>(deleted) / *total
        );
        if (deletion.wait(std::chrono::seconds(1))) {
            break;
        }
        left = session.zk().get_all_children_number_async(path);
    }
    deletion.wait();
    session.out().end_progress();
}

void remove_tree(Session& session, const std::string& path, const RmOptions& options) {
    refuse_system(session, path);
    if (options.dry_run) {
        visit(session, path, options);
        return;
    }
    const bool asks = !options.yes && can_confirm();
    if (options.most || asks) {
        const std::uint64_t count = visit(session, path, options);
        if (asks && !confirm("delete " + path + " with its " + std::to_string(count) + " nodes?")) {
            session.fail(ExitCode::failed);
            return;
        }
    } else if (!session.zk().exists(path)) {
        throw kazoo::NoNodeError(kazoo::Error(kazoo::Errc::no_node).operation("delete").path(path));
    }
    const auto deletion = session.zk().delete_recursive_async(path, without_limit(session.call()));
    if (session.out().shows_progress()) {
        show_deletion(session, path, deletion);
    }
    deletion.get();
}

void remove(Session& session, const std::string& path, const RmOptions& options) {
    try {
        if (options.recursive) {
            remove_tree(session, path, options);
        } else if (options.dry_run) {
            session.out().line(path);
        } else {
            session.zk().delete_(path, version_of(options.version), session.call());
        }
    } catch (const kazoo::NoNodeError& error) {
        if (!options.force) {
            throw;
        }
    }
}

void remove_all(Session& session, const RmOptions& options) {
    if (options.recursive && options.version) {
        throw UsageError("--recursive and --version exclude each other");
    }
    for (const std::string& path : options.paths) {
        try {
            remove(session, path, options);
        } catch (const kazoo::ZookeeperError& error) {
            if (exit_code_of(error.error()) == ExitCode::not_connected ||
                options.paths.size() == 1) {
                throw;
            }
            session.out().error(error.what());
            session.fail(exit_code_of(error.error()));
        }
    }
}

Command add(Grammar& grammar, const std::string& name, const std::shared_ptr<RmOptions>& options) {
    Command command = grammar.add(name, "delete nodes");
    command.paths("PATH", options->paths, "of the nodes")
        .number("-v,--version", options->version, "N: only if this is the node's version")
        .flag("-r,-R,--recursive", options->recursive, "with all descendants")
        .flag("-f,--force", options->force, "a missing node is no error")
        .flag("-n,--dry-run", options->dry_run, "write the paths, and delete nothing")
        .number("--max", options->most, "N: delete nothing below a node with more nodes", 1)
        .flag("-y,--yes", options->yes, "do not ask, as without a terminal");
    command.runs([options](Session& session) { remove_all(session, *options); });
    return command;
}

}  // namespace

void add_rm(Grammar& grammar) {
    add(grammar, "rm", std::make_shared<RmOptions>()).aliases({"delete"});
    auto recursive = std::make_shared<RmOptions>();
    recursive->recursive = true;
    add(grammar, "rmr", recursive).aliases({"deleteall"}).hide();
}

}  // namespace tool
