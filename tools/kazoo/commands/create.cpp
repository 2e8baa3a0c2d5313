// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "run/guard.hpp"

#include <memory>

namespace tool {
namespace {

struct CreateArguments {
    std::string path;
    std::optional<std::string> data;
    std::optional<std::string> acl;
    std::optional<std::string> acl_option;
    std::optional<std::string> ttl;
    bool ephemeral = false;
    bool sequence = false;
    bool container = false;
    bool parents = false;
    bool hold = false;
};

kazoo::CreateOptions create_options(const CreateArguments& arguments) {
    kazoo::CreateOptions options;
    options.ephemeral(arguments.ephemeral)
        .sequence(arguments.sequence)
        .container(arguments.container)
        .makepath(arguments.parents);
    if (arguments.ttl) {
        options.ttl(parse_time(*arguments.ttl));
    }
    const auto& acl = arguments.acl_option ? arguments.acl_option : arguments.acl;
    if (acl) {
        options.acl(parse_acl(*acl));
    }
    return options;
}

void create(Session& session, const CreateArguments& arguments) {
    const kazoo::CreateOptions options = create_options(arguments);
    const std::string data = arguments.data ? data_of(*arguments.data) : std::string();
    const std::string path = session.zk().create(arguments.path, data, options, session.call());
    if (session.out().is_json()) {
        session.out().json({{"path", path}});
    } else {
        session.out().line(path);
    }
    if (arguments.hold) {
        session.out().flush();
        hold_session(session);
    } else if (arguments.ephemeral && session.shell() == nullptr) {
        session.out().note(
            path +
            " is ephemeral and ends with the session of this command; "
            "--hold keeps it until a signal arrives"
        );
    }
}

}  // namespace

void add_create(Grammar& grammar) {
    auto arguments = std::make_shared<CreateArguments>();
    Command command = grammar.add("create", "create a node and write its path");
    command.path("PATH", arguments->path, "of the node")
        .argument("DATA", arguments->data, "the text; - is standard input, @FILE a file")
        .argument("ACL", arguments->acl, "as --acl")
        .flag("-e,--ephemeral", arguments->ephemeral, "the node ends with the session")
        .flag("-s,--sequence", arguments->sequence, "servers append ten digits to the name")
        .flag("-c,--container", arguments->container, "servers delete it after its last child")
        .option("-t,--ttl", arguments->ttl, "TIME after which servers delete it, without children")
        .flag("-p,--parents", arguments->parents, "create missing parents")
        .option("--acl", arguments->acl_option, "ACL: scheme:id:cdrwa,..., open, read or creator")
        .flag("--hold", arguments->hold, "keep the session until SIGINT or SIGTERM");
    command.runs([arguments](Session& session) { create(session, *arguments); });
}

}  // namespace tool
