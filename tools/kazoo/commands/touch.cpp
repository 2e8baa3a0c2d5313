// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"

#include <kazoo/exceptions.hpp>

#include <memory>

namespace tool {
namespace {

constexpr int most_tries = 16;

/// Sets the data of the node to what it is, so that its version and time change. Returns false if
/// it does not exist.
bool set_again(kazoo::KazooClient& zk, const std::string& path) {
    for (int tries = 1;; ++tries) {
        try {
            const kazoo::NodeData node = zk.get(path);
            const kazoo::DataView data =
                node.null_data ? kazoo::DataView(std::nullopt) : kazoo::DataView(node.data);
            zk.set(path, data, node.stat.version);
            return true;
        } catch (const kazoo::NoNodeError&) {
            return false;
        } catch (const kazoo::BadVersionError&) {
            if (tries == most_tries) {
                throw;
            }
        }
    }
}

void touch(Session& session, const std::string& path, bool parents) {
    if (set_again(session.zk(), path)) {
        return;
    }
    try {
        session.zk().create(path, "", kazoo::CreateOptions().makepath(parents));
    } catch (const kazoo::NodeExistsError&) {
        // Another client has created it meanwhile, and that is its time.
    }
}

}  // namespace

void add_touch(Grammar& grammar) {
    struct Options {
        std::vector<std::string> paths;
        bool parents = false;
    };
    auto options = std::make_shared<Options>();
    Command command =
        grammar.add("touch", "create nodes, or set the data of existing ones to what it is");
    command.paths("PATH", options->paths, "of the nodes")
        .flag("-p,--parents", options->parents, "create missing parents");
    command.runs([options](Session& session) {
        for (const std::string& path : options->paths) {
            touch(session, path, options->parents);
        }
    });
}

}  // namespace tool
