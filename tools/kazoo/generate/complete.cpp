// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"
#include "cli/grammar.hpp"
#include "cli/session.hpp"
#include "cli/values.hpp"
#include "generate/generate.hpp"
#include "walk/window.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>

namespace tool {
namespace {

constexpr std::chrono::milliseconds close_limit{200};
/// Of this number of nodes, or fewer, the completion shows which have children.
constexpr std::size_t most_examined = 256;
constexpr std::size_t most_shown = 10'000;

/// Returns how long to wait for the connection, and for each request.
std::chrono::milliseconds patience() {
    const char* const text = std::getenv("KAZOO_COMPLETION_TIMEOUT");
    return parse_time(text != nullptr && *text != '\0' ? text : "1s");
}

/// Returns a client that does not let the user of a shell wait.
std::unique_ptr<kazoo::KazooClient> impatient_client(Session& session) {
    kazoo::ClientOptions options = client_options(session.settings());
    options.call_timeout(patience()).close_timeout(close_limit).logger(kazoo::Logger::none());
    auto client = std::make_unique<kazoo::KazooClient>(std::move(options));
    try {
        client->start(std::min(patience(), connect_timeout(session.settings())));
    } catch (const kazoo::KazooException& error) {
        throw Failure(ExitCode::not_connected, error.what());
    }
    return client;
}

/// Returns the paths of the nodes that begin with `prefix`, in their order.
std::vector<std::string> nodes_with_prefix(kazoo::KazooClient& zk, const std::string& prefix) {
    const std::size_t slash = prefix.rfind('/');
    const std::string parent = slash == 0 ? "/" : prefix.substr(0, slash);
    std::vector<std::string> paths;
    for (const std::string& name : zk.get_children(parent)) {
        std::string path = kazoo::join_path(parent, name);
        if (path.compare(0, prefix.size(), prefix) == 0) {
            paths.push_back(std::move(path));
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Appends "/" to the paths of nodes with children.
void mark_parents(kazoo::KazooClient& zk, std::vector<std::string>& paths) {
    using Stat = std::optional<kazoo::ZnodeStat>;
    Window<Stat, std::string*> window([](kazoo::AsyncResult<Stat> result, std::string* path) {
        const Stat stat = result.get();
        if (stat && stat->num_children > 0) {
            *path += '/';
        }
    });
    for (std::string& path : paths) {
        window.push(zk.exists_async(path), &path);
    }
    window.finish();
}

void complete_path(Session& session, const std::string& prefix) {
    if (!prefix.empty() && prefix.front() != '/') {
        return;
    }
    const auto zk = impatient_client(session);
    std::vector<std::string> paths = nodes_with_prefix(*zk, prefix.empty() ? "/" : prefix);
    paths.resize(std::min(paths.size(), most_shown));
    if (paths.size() <= most_examined) {
        mark_parents(*zk, paths);
    }
    for (const std::string& path : paths) {
        session.out().line(path);
    }
}

}  // namespace

void add_complete(Grammar& grammar) {
    auto prefix = std::make_shared<std::string>();
    Command command = grammar.add(
        "complete", "write the paths that begin with PREFIX, those of parents with / at the end"
    );
    command.hide().argument("PREFIX", *prefix, "of a path");
    // A shell that completes a word must not show why it cannot.
    command.runs([prefix](Session& session) {
        try {
            complete_path(session, *prefix);
        } catch (const Failure& failure) {
            session.fail(failure.code());
        } catch (const kazoo::KazooException& exception) {
            session.fail(exit_code_of(exception.error()));
        }
    });
}

}  // namespace tool
