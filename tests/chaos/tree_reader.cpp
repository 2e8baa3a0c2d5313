// SPDX-License-Identifier: Apache-2.0
#include "tree_reader.hpp"

#include "history/op_generator.hpp"
#include "recipe_nodes.hpp"

#include <kazoo/client.hpp>

#include <algorithm>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;

ClientOptions options_for(const std::string& hosts) {
    return ClientOptions().hosts(hosts).logger(Logger([](LogLevel, std::string_view) {}));
}

void read_below(KazooClient& zk, const std::string& path, ServedTree& tree) {
    const auto node = zk.get(path);
    const auto children = zk.get_children(path);
    tree.nodes[path] = {node.data, node.stat, {children.begin(), children.end()}};
    for (const auto& child : children) read_below(zk, path + "/" + child, tree);
}

bool is_same(const ServedNode& served, const history::Snapshot& written) {
    const auto& stat = served.stat;
    return written.exists && served.data == written.data && served.children == written.children &&
           stat.czxid == written.czxid && stat.mzxid == written.mzxid &&
           stat.pzxid == written.pzxid && stat.version == written.version &&
           stat.ephemeral_owner == written.owner;
}

}  // namespace

void plant(const std::string& hosts, const std::vector<std::string>& more) {
    KazooClient zk(options_for(hosts));
    zk.start(30s);
    for (const auto* root : history::roots) zk.create(root);
    for (const auto& path : more) zk.create(path);
}

void plant(const std::string& hosts, const Machine& from) {
    from.run([&] { plant(hosts, ContendedRecipes().planted()); });
}

ServedTree read_tree(const std::string& server, const std::vector<std::string>& more) {
    ServedTree tree;
    tree.server = server;
    try {
        KazooClient zk(options_for(server));
        zk.start(30s);
        for (const auto* root : history::roots) read_below(zk, root, tree);
        for (const auto& root : more) read_below(zk, root, tree);
    } catch (const std::exception& error) {
        tree.fault = error.what();
    }
    return tree;
}

ServedTree read_tree(const std::string& server, const Machine& from) {
    ServedTree tree;
    from.run([&] { tree = read_tree(server, {recipe_root}); });
    return tree;
}

bool ServedTree::belongs_to(const std::map<std::int64_t, int>& sessions) const {
    return std::all_of(nodes.begin(), nodes.end(), [&](const auto& node) {
        const auto owner = node.second.stat.ephemeral_owner;
        return owner == 0 || sessions.contains(owner);
    });
}

void check_tree(
    const ServedTree& tree, const history::Chronicle& chronicle, history::Verdict& verdict
) {
    if (!tree.fault.empty()) {
        return verdict.fail(tree.server + " cannot be read: " + tree.fault);
    }
    std::set<std::string> paths;
    for (const auto& [path, node] : tree.nodes) paths.insert(path);
    for (const auto& write : chronicle.writes()) paths.insert(write.path);
    for (const auto& path : paths) {
        const auto& written = chronicle.of(path).back();
        const auto served = tree.nodes.find(path);
        const bool good =
            served == tree.nodes.end() ? !written.exists : is_same(served->second, written);
        if (!good) verdict.fail(path + ": " + tree.server + " serves it otherwise than was logged");
    }
}

}  // namespace kazoo::chaos
