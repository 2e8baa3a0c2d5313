// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "output/text.hpp"

#include <kazoo/paths.hpp>

#include <memory>

namespace tool {
namespace {

struct SetOptions {
    std::string path;
    std::string data;
    std::optional<std::int64_t> version;
    bool create = false;
    bool with_stat = false;
};

kazoo::ZnodeStat write(Session& session, const SetOptions& options, const std::string& data) {
    if (options.create) {
        return session.zk().create_or_set(options.path, data, session.call()).stat;
    }
    return session.zk().set(options.path, data, version_of(options.version), session.call());
}

void set(Session& session, const SetOptions& options) {
    if (options.create && options.version) {
        throw UsageError("--create and --version exclude each other");
    }
    const std::string data = data_of(options.data);
    const kazoo::ZnodeStat stat = write(session, options, data);
    if (session.out().is_json()) {
        session.out().json({{"path", kazoo::normalize_path(options.path)}, {"stat", to_json(stat)}}
        );
    } else if (options.with_stat) {
        session.out().line(stat_text(stat));
    }
}

}  // namespace

void add_set(Grammar& grammar) {
    auto options = std::make_shared<SetOptions>();
    Command command = grammar.add("set", "set the data of a node");
    command.path("PATH", options->path, "of the node")
        .argument("DATA", options->data, "the text; - is standard input, @FILE a file, @@x \"@x\"")
        .number("-v,--version", options->version, "N: only if this is the node's version")
        .flag("-c,--create", options->create, "create the node if it does not exist")
        .flag("-s,--stat", options->with_stat, "write the new stat");
    command.runs([options](Session& session) { set(session, *options); });
}

}  // namespace tool
