// SPDX-License-Identifier: Apache-2.0
// Quotas, in the nodes that zkCli uses: /zookeeper/quota<path>/zookeeper_limits and _stats.
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "walk/walk.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <charconv>
#include <map>
#include <memory>

namespace tool {
namespace {

constexpr const char* root = "/zookeeper/quota";
constexpr const char* limits_leaf = "/zookeeper_limits";
constexpr const char* stats_leaf = "/zookeeper_stats";

struct QuotaOptions {
    std::string path;
    std::optional<std::int64_t> count;
    std::optional<std::int64_t> bytes;
    std::optional<std::int64_t> hard_count;
    std::optional<std::int64_t> hard_bytes;
};

/// The numbers by name; -1 is no limit.
using Numbers = std::map<std::string, std::int64_t>;

/// Parses "count=1,bytes=2=;byteHardLimit=3;countHardLimit=4". The lone "=" hides what follows it
/// from servers before 3.7.
Numbers parse(std::string_view text) {
    Numbers numbers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",;"), text.size());
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = field.find('=');
        if (equals != std::string_view::npos) {
            std::int64_t number = -1;
            std::from_chars(field.data() + equals + 1, field.data() + field.size(), number);
            numbers[std::string(field.substr(0, equals))] = number;
        }
    }
    return numbers;
}

std::int64_t number(const Numbers& numbers, const std::string& name) {
    const auto found = numbers.find(name);
    return found == numbers.end() ? -1 : found->second;
}

std::string print(const Numbers& limits) {
    std::string text = "count=" + std::to_string(number(limits, "count")) +
                       ",bytes=" + std::to_string(number(limits, "bytes"));
    const std::int64_t hard_bytes = number(limits, "byteHardLimit");
    const std::int64_t hard_count = number(limits, "countHardLimit");
    if (hard_bytes >= 0 || hard_count >= 0) {
        text += "=;byteHardLimit=" + std::to_string(hard_bytes) +
                ";countHardLimit=" + std::to_string(hard_count);
    }
    return text;
}

std::string folder_of(Session& session, const std::string& path) {
    if (!session.zk().chroot().empty()) {
        throw UsageError("quotas are below /zookeeper: leave the chroot out of --servers");
    }
    const std::string normal = kazoo::normalize_path(path);
    if (normal == "/" || normal == "/zookeeper" || normal.rfind("/zookeeper/", 0) == 0) {
        throw UsageError(normal + " cannot have a quota");
    }
    return root + normal;
}

void get_quota(Session& session, const QuotaOptions& options) {
    const std::string folder = folder_of(session, options.path);
    const Numbers limits = parse(session.zk().get(folder + limits_leaf).data);
    const Numbers used = parse(session.zk().get(folder + stats_leaf).data);
    if (session.out().is_json()) {
        session.out().json(
            {{"path", kazoo::normalize_path(options.path)}, {"limits", limits}, {"used", used}}
        );
        return;
    }
    for (const auto& [name, limit] : limits) {
        session.out().line(name + " limit " + (limit < 0 ? "none" : std::to_string(limit)));
    }
    for (const char* const name : {"bytes", "count"}) {
        session.out().line(std::string(name) + " used " + std::to_string(number(used, name)));
    }
}

/// Servers count for one quota on each path from the root.
void refuse_nested(Session& session, const std::string& path, const std::string& folder) {
    for (std::string_view above = kazoo::parent_path(path); above != "/";
         above = kazoo::parent_path(above)) {
        if (session.zk().exists(root + std::string(above) + limits_leaf)) {
            throw Failure(ExitCode::failed, std::string(above) + " has a quota already");
        }
    }
    if (!session.zk().exists(folder)) {
        return;
    }
    Walk walk(session, folder, WalkOptions());
    while (const auto node = walk.next()) {
        const bool below_it = kazoo::parent_path(node->path) != folder;
        if (below_it && "/" + std::string(kazoo::node_name(node->path)) == limits_leaf) {
            throw Failure(ExitCode::failed, node->path + " exists: a descendant has a quota");
        }
    }
}

void set_quota(Session& session, const QuotaOptions& options) {
    kazoo::KazooClient& zk = session.zk();
    const std::string path = kazoo::normalize_path(options.path);
    const std::string folder = folder_of(session, path);
    if (!options.count && !options.bytes && !options.hard_count && !options.hard_bytes) {
        throw UsageError("give one limit or more");
    }
    if (!zk.exists(path)) {
        throw Failure(ExitCode::no_node, path + ": the node does not exist");
    }
    refuse_nested(session, path, folder);
    Numbers limits;
    if (zk.exists(folder + limits_leaf)) {
        limits = parse(zk.get(folder + limits_leaf).data);
    }
    const std::pair<const char*, std::optional<std::int64_t>> given[] = {
        {"count", options.count},
        {"bytes", options.bytes},
        {"countHardLimit", options.hard_count},
        {"byteHardLimit", options.hard_bytes}};
    for (const auto& [name, limit] : given) {
        if (limit) {
            limits[name] = *limit;
        }
    }
    zk.ensure_path(folder);
    // Servers replace the data of this node by the present usage.
    try {
        zk.create(folder + stats_leaf, "count=0,bytes=0");
    } catch (const kazoo::NodeExistsError&) {
        // The usage is kept.
    }
    zk.create_or_set(folder + limits_leaf, print(limits));
}

void remove_quota(Session& session, const QuotaOptions& options) {
    kazoo::KazooClient& zk = session.zk();
    const std::string folder = folder_of(session, options.path);
    zk.transaction().delete_(folder + limits_leaf).delete_(folder + stats_leaf).commit();
    // As zkCli does: what has no other quota below it goes, too.
    for (std::string path = folder; path != root; path = std::string(kazoo::parent_path(path))) {
        try {
            zk.delete_(path);
        } catch (const kazoo::NotEmptyError&) {
            return;
        } catch (const kazoo::NoNodeError&) {
            // Another client has removed it meanwhile.
        }
    }
}

void describe(Command command, void (*action)(Session&, const QuotaOptions&)) {
    auto options = std::make_shared<QuotaOptions>();
    command.path("PATH", options->path, "of the subtree");
    command.runs([options, action](Session& session) { action(session, *options); });
}

void describe_set(Command command) {
    auto options = std::make_shared<QuotaOptions>();
    command.path("PATH", options->path, "of the subtree")
        .number("-n,--count", options->count, "N nodes: servers log more")
        .number("-b,--bytes", options->bytes, "N bytes of data: servers log more")
        .number("-N,--hard-count", options->hard_count, "N nodes: servers refuse more (from 3.7)")
        .number("-B,--hard-bytes", options->hard_bytes, "N bytes: servers refuse more (from 3.7)");
    command.runs([options](Session& session) { set_quota(session, *options); });
}

}  // namespace

void add_quota(Grammar& grammar) {
    Command quota = grammar.add("quota", "read and set limits for a subtree");
    describe(quota.command("get", "write the limits and the usage"), get_quota);
    describe_set(quota.command("set", "set limits; others stay as they are"));
    describe(quota.command("rm", "remove all limits"), remove_quota);
    describe(grammar.add("listquota", "quota get").hide(), get_quota);
    describe_set(grammar.add("setquota", "quota set").hide());
    describe(grammar.add("delquota", "quota rm").hide(), remove_quota);
}

}  // namespace tool
