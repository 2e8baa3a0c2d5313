// SPDX-License-Identifier: Apache-2.0
// The commands for access: acl, auth, whoami and digest.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "walk/walk.hpp"
#include "walk/window.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace tool {
namespace {

constexpr int most_tries = 16;

struct AclOptions {
    std::string path;
    std::string acl;
    std::optional<std::int64_t> version;
    bool recursive = false;
    bool with_stat = false;
};

/// What `acl add` and `acl rm` make of an ACL.
using Change = std::function<kazoo::AclList(kazoo::AclList)>;

void get_acl(Session& session, const AclOptions& options) {
    Output& out = session.out();
    const kazoo::AclsAndStat found = session.zk().get_acls(options.path);
    if (out.is_json()) {
        out.json(
            {{"path", kazoo::normalize_path(options.path)},
             {"acl", to_json(found.acls)},
             {"version", found.stat.aversion}}
        );
        return;
    }
    for (const kazoo::Acl& entry : found.acls) {
        out.line(to_text(entry));
    }
    if (options.with_stat) {
        out.line(stat_text(found.stat));
    }
}

void set_acl(Session& session, const AclOptions& options) {
    const kazoo::AclList acl = parse_acl(options.acl);
    if (!options.recursive) {
        session.zk().set_acls(options.path, acl, version_of(options.version), session.call());
        return;
    }
    if (options.version) {
        throw UsageError("--recursive and --version exclude each other");
    }
    // The ACL may forbid to read: parents are changed after their children have been listed.
    // Descendants that vanish meanwhile are left out.
    Window<kazoo::ZnodeStat, bool> window([](const auto& result, bool is_first) {
        if (is_first || result.result().error() != kazoo::Errc::no_node) {
            result.get();
        }
    });
    Walk walk(session, options.path, WalkOptions());
    while (const auto node = walk.next()) {
        window.push(session.zk().set_acls_async(node->path, acl), node->depth == 0);
    }
    window.finish();
    session.out().end_progress();
}

void change_one(kazoo::KazooClient& zk, const std::string& path, const Change& change) {
    for (int tries = 1;; ++tries) {
        const kazoo::AclsAndStat found = zk.get_acls(path);
        const kazoo::AclList changed = change(found.acls);
        if (changed == found.acls) {
            return;
        }
        try {
            zk.set_acls(path, changed, found.stat.aversion);
            return;
        } catch (const kazoo::BadVersionError&) {
            if (tries == most_tries) {
                throw;
            }
        }
    }
}

/// Changes the ACLs of a subtree, several at a time.
void change_all(Session& session, const std::string& path, const Change& change) {
    struct Node {
        std::string path;
        bool is_first;
    };
    kazoo::KazooClient& zk = session.zk();
    Window<kazoo::ZnodeStat, Node> window([&](const auto& result, const Node& node) {
        try {
            if (result.result().error() == kazoo::Errc::bad_version) {
                change_one(zk, node.path, change);  // another client has changed it meanwhile
            } else {
                result.get();
            }
        } catch (const kazoo::NoNodeError&) {
            if (node.is_first) {
                throw;
            }
            // The descendant has vanished meanwhile.
        }
    });
    WalkOptions walked;
    walked.acls = true;
    Walk walk(session, path, walked);
    while (const auto node = walk.next()) {
        const kazoo::AclList changed = change(node->acls);
        if (changed != node->acls) {
            auto setting = zk.set_acls_async(node->path, changed, node->acls_version);
            window.push(std::move(setting), Node{node->path, node->depth == 0});
        }
    }
    window.finish();
    session.out().end_progress();
}

void change_acl(Session& session, const AclOptions& options, const Change& change) {
    if (options.recursive) {
        change_all(session, options.path, change);
    } else {
        change_one(session.zk(), options.path, change);
    }
}

/// An identity has one entry: adding another one replaces it.
kazoo::AclList with_entry(kazoo::AclList acl, const kazoo::Acl& entry) {
    for (kazoo::Acl& present : acl) {
        if (present.id == entry.id) {
            present.perms = entry.perms;
            return acl;
        }
    }
    acl.push_back(entry);
    return acl;
}

kazoo::AclList without_id(kazoo::AclList acl, const kazoo::Id& id) {
    acl.erase(
        std::remove_if(
            acl.begin(), acl.end(), [&](const kazoo::Acl& entry) { return entry.id == id; }
        ),
        acl.end()
    );
    return acl;
}

kazoo::Id parse_id(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) {
        throw UsageError("'" + text + "' must have the form scheme:id");
    }
    return {text.substr(0, colon), text.substr(colon + 1)};
}

using AclAction = void (*)(Session&, const AclOptions&);

void add_entry(Session& session, const AclOptions& options) {
    const kazoo::Acl entry = parse_acl_entry(options.acl);
    change_acl(session, options, [&](kazoo::AclList acl) {
        return with_entry(std::move(acl), entry);
    });
}

void remove_entry(Session& session, const AclOptions& options) {
    const kazoo::Id id = parse_id(options.acl);
    change_acl(session, options, [&](kazoo::AclList acl) {
        return without_id(std::move(acl), id);
    });
}

void describe_get(Command command) {
    auto options = std::make_shared<AclOptions>();
    command.path("PATH", options->path, "of the node")
        .flag("-s,--stat", options->with_stat, "then the stat");
    command.runs([options](Session& session) { get_acl(session, *options); });
}

void describe_set(Command command) {
    auto options = std::make_shared<AclOptions>();
    command.path("PATH", options->path, "of the node")
        .argument("ACL", options->acl, "scheme:id:cdrwa,..., open, read or creator")
        .number("-v,--version", options->version, "N: only if this is the ACL's version")
        .flag("-R,-r,--recursive", options->recursive, "of all descendants as well");
    command.runs([options](Session& session) { set_acl(session, *options); });
}

void describe_change(
    Command command, const std::string& name, const std::string& help, AclAction action
) {
    auto options = std::make_shared<AclOptions>();
    command.path("PATH", options->path, "of the node")
        .argument(name, options->acl, help)
        .flag("-R,-r,--recursive", options->recursive, "of all descendants as well");
    command.runs([options, action](Session& session) { action(session, *options); });
}

void who_am_i(Session& session) {
    const auto infos = session.zk().who_am_i();
    if (session.out().is_json()) {
        Json array = Json::array();
        for (const auto& info : infos) {
            array.push_back({{"scheme", info.auth_scheme}, {"id", info.user}});
        }
        session.out().json(array);
        return;
    }
    for (const auto& info : infos) {
        session.out().line(info.auth_scheme + ":" + info.user);
    }
}

void add_digest(Grammar& grammar) {
    struct Options {
        std::string user;
        std::string file = "-";
    };
    auto options = std::make_shared<Options>();
    Command command = grammar.add("digest", "write the id of a user of the digest scheme");
    command.argument("USER", options->user, "the name")
        .option("-f,--password-file", options->file, "FILE with the password; - is standard input");
    command.runs([options](Session& session) {
        const std::string password = read_secret(options->file);
        const std::string id = kazoo::make_digest_acl_credential(options->user, password);
        if (session.out().is_json()) {
            session.out().json({{"scheme", "digest"}, {"id", id}});
        } else {
            session.out().line("digest:" + id);
        }
    });
}

void add_auth(Grammar& grammar) {
    struct Options {
        std::string scheme;
        std::string file;
    };
    auto options = std::make_shared<Options>();
    Command command = grammar.add("auth", "authenticate the session, and write who it is then");
    command.aliases({"addauth"})
        .argument("SCHEME", options->scheme, "such as digest")
        .argument(
            "FILE", options->file, "with the credential (user:password); - is standard input"
        );
    command.runs([options](Session& session) {
        session.zk().add_auth(options->scheme, read_secret(options->file));
        who_am_i(session);
    });
}

}  // namespace

void add_acl(Grammar& grammar) {
    Command acl = grammar.add("acl", "read and change access control lists");
    describe_get(acl.command("get", "write the entries, one a line"));
    describe_set(acl.command("set", "replace all entries"));
    describe_change(
        acl.command("add", "add an entry, or change that of its identity"),
        "ENTRY",
        "scheme:id:cdrwa",
        add_entry
    );
    describe_change(
        acl.command("rm", "remove the entry of an identity"), "ID", "scheme:id", remove_entry
    );
    describe_get(grammar.add("getAcl", "acl get").hide());
    describe_set(grammar.add("setAcl", "acl set").hide());

    add_auth(grammar);
    Command who = grammar.add("whoami", "write the identities that the server has for the session");
    who.runs([](Session& session) { who_am_i(session); });
    add_digest(grammar);
}

}  // namespace tool
