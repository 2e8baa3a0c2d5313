// SPDX-License-Identifier: Apache-2.0
// The commands cp and mv.
#include "commands/commands.hpp"
#include "walk/place.hpp"
#include "walk/walk.hpp"
#include "walk/writer.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/transaction.hpp>

#include <memory>

namespace tool {
namespace {

struct CopyOptions {
    std::string source;
    std::string target;
    std::string conflict = "fail";
    bool recursive = false;
    bool parents = false;
    bool no_acls = false;
    bool ephemerals = false;
};

bool is_inside(const std::string& path, const std::string& root) {
    return root == "/" || path == root || path.rfind(root + "/", 0) == 0;
}

void make_parents(kazoo::KazooClient& client, const std::string& path) {
    const std::string parent(kazoo::parent_path(path));
    if (parent != "/") {
        client.ensure_path(parent);
    }
}

void copy(Session& session, const CopyOptions& options) {
    const Place source(session, options.source);
    const Place target(session, options.target);
    const bool same_servers = !source.is_remote() && !target.is_remote();
    if (same_servers && options.recursive && is_inside(target.path(), source.path())) {
        throw UsageError("a subtree cannot be copied into itself");
    }
    if (options.parents) {
        make_parents(target.client(), target.path());
    }
    WalkOptions walked;
    walked.data = true;
    walked.acls = !options.no_acls;
    walked.skip_system = true;
    walked.depth = options.recursive ? walked.depth : 0;
    Walk walk(session, source.client(), source.path(), walked);
    Writer writer(session, target.client(), parse_conflict(options.conflict));
    while (const auto found = walk.next()) {
        // An ephemeral node that is named is copied, others by choice.
        if (found->stat.ephemeral_owner != 0 && found->depth > 0 && !options.ephemerals) {
            continue;
        }
        NewNode node;
        node.path = under(target.path(), below(found->path, source.path()));
        if (!found->node.null_data) {
            node.data = found->node.data;
        }
        if (walked.acls) {
            node.acl = found->acls;
        }
        writer.create(std::move(node));
    }
    writer.finish();
    writer.note_counts();
}

/// A transaction is one request, of limited size.
constexpr std::size_t most_moved = 10'000;

void move(Session& session, const CopyOptions& options) {
    kazoo::KazooClient& zk = session.zk();
    const std::string source = kazoo::normalize_path(options.source);
    const std::string target = kazoo::normalize_path(options.target);
    if (is_inside(target, source)) {
        throw UsageError("a subtree cannot be moved into itself");
    }
    WalkOptions walked;
    walked.data = true;
    walked.acls = true;
    Walk walk(session, source, walked);
    kazoo::Transaction transaction = zk.transaction();
    std::vector<std::pair<std::string, std::int32_t>> moved;
    while (const auto node = walk.next()) {
        if (node->stat.ephemeral_owner != 0) {
            throw Failure(ExitCode::failed, node->path + " is ephemeral and cannot be moved");
        }
        if (moved.size() == most_moved) {
            throw Failure(
                ExitCode::failed,
                source + " has too many nodes for one transaction; use cp -r and rm -r"
            );
        }
        const kazoo::DataView data =
            node->node.null_data ? kazoo::DataView(std::nullopt) : kazoo::DataView(node->node.data);
        transaction.create(
            under(target, below(node->path, source)), data, kazoo::CreateOptions().acl(node->acls)
        );
        moved.emplace_back(node->path, node->stat.version);
    }
    if (session.exit_code() != 0) {
        throw Failure(ExitCode::failed, "not all nodes can be read; nothing was moved");
    }
    for (auto node = moved.rbegin(); node != moved.rend(); ++node) {
        transaction.delete_(node->first, node->second);
    }
    if (options.parents) {
        make_parents(zk, target);
    }
    transaction.commit();
}

}  // namespace

void add_cp(Grammar& grammar) {
    auto options = std::make_shared<CopyOptions>();
    Command command = grammar.add("cp", "copy a node, or a subtree, with data and ACLs");
    command.path("SOURCE", options->source, "PATH, or zk://host:port,.../path")
        .path("TARGET", options->target, "PATH or zk://... of the copy itself")
        .flag("-r,-R,--recursive", options->recursive, "with all descendants")
        .flag("-p,--parents", options->parents, "create missing parents of the copy")
        .choice(
            "--on-conflict",
            options->conflict,
            {"fail", "skip", "overwrite"},
            "what to do with nodes that exist: fail, skip or overwrite"
        )
        .flag("--no-acls", options->no_acls, "with the ACL for new nodes instead")
        .flag("--ephemerals", options->ephemerals, "copy ephemeral nodes, as persistent ones");
    command.runs([options](Session& session) { copy(session, *options); });

    auto moved = std::make_shared<CopyOptions>();
    Command second = grammar.add("mv", "move a subtree, in one transaction: all of it or nothing");
    second.path("SOURCE", moved->source, "PATH")
        .path("TARGET", moved->target, "PATH of the subtree itself")
        .flag("-p,--parents", moved->parents, "create missing parents of the target");
    second.runs([moved](Session& session) { move(session, *moved); });
}

}  // namespace tool
