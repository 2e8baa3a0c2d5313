// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "output/base64.hpp"
#include "output/text.hpp"
#include "output/utf8.hpp"
#include "ui/api/body.hpp"
#include "ui/api/routes.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <charconv>
#include <vector>

namespace tool::ui {
namespace {

constexpr std::size_t usual_page = 1000;
constexpr std::size_t most_names = 5000;
constexpr std::size_t most_stats = 500;

const char* name_of(Feed feed) {
    switch (feed) {
        case Feed::live:
            return "live";
        case Feed::unsupported:
            return "unsupported";
        case Feed::starting:
            break;
    }
    return "starting";
}

std::string optional_parameter(const Request& request, const std::string& name) {
    const auto& query = request.head.target.query;
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

std::size_t page_size(const Request& request) {
    const std::string text = optional_parameter(request, "limit");
    std::size_t size = usual_page;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (!text.empty() && (!is_number || size == 0 || size > most_names)) {
        throw HttpError(
            400, "malformed", "limit must be a number from 1 to " + std::to_string(most_names)
        );
    }
    return size;
}

/// Leaves the first `size` names behind `after` that contain a text, sorted. Returns how many have
/// been left out behind these.
std::size_t select_page(
    std::vector<std::string>& names,
    const std::string& after,
    const std::string& contained,
    std::size_t size
) {
    const auto is_other = [&](const std::string& name) {
        return (!after.empty() && name <= after) || name.find(contained) == std::string::npos;
    };
    names.erase(std::remove_if(names.begin(), names.end(), is_other), names.end());
    const std::size_t kept = std::min(size, names.size());
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(kept);
    std::partial_sort(names.begin(), end, names.end());
    const std::size_t more = names.size() - kept;
    names.erase(end, names.end());
    return more;
}

/// Waits for a result, and returns its error instead of throwing it.
template <class T>
kazoo::AsyncResult<kazoo::Result<T>> settled(kazoo::AsyncResult<T> result) {
    try {
        co_await result;
    } catch (const kazoo::KazooException&) {
        // Returned below.
    }
    co_return result.result();
}

/// Returns whether an error concerns one node, and not the connection.
bool concerns_node(const kazoo::Error& error) {
    return error.code() == kazoo::Errc::no_auth || error.code() == kazoo::Errc::no_node ||
           error.code() == kazoo::Errc::bad_arguments;
}

/// Throws the error of the data unless there is something to show nevertheless.
void check_readable(
    const kazoo::Result<kazoo::NodeData>& data, const kazoo::Result<kazoo::AclsAndStat>& acl
) {
    if (!data && (data.failure().code() != kazoo::Errc::no_auth || !acl)) {
        kazoo::throw_error(data.failure());
    }
}

/// Adds the data, or why they cannot be read.
void add_node_data(JsonObject& object, const kazoo::Result<kazoo::NodeData>& read) {
    if (!read) {
        object.add_json("dataError", error_json(read.failure()).text());
    } else if (read.value().null_data) {
        object.add_null("data");
    } else if (is_utf8(read.value().data)) {
        object.add("data", read.value().data);
    } else {
        object.add("data", to_base64(read.value().data)).add("encoding", "base64");
    }
}

void add_acl(JsonObject& object, const kazoo::Result<kazoo::AclsAndStat>& read) {
    if (!read) {
        object.add_json("aclError", error_json(read.failure()).text());
        return;
    }
    JsonArray entries;
    for (const kazoo::Acl& entry : read.value().acls) {
        entries.add(to_text(entry));
    }
    object.add_json("acl", entries.text());
}

std::vector<std::string> paths_of(const Body& body) {
    const std::vector<std::string>* const paths = body.texts("paths");
    if (paths == nullptr || paths->size() > most_stats) {
        throw HttpError(
            400,
            "malformed",
            "\"paths\" must be an array of at most " + std::to_string(most_stats) + " paths"
        );
    }
    return *paths;
}

}  // namespace

Answer get_status(SharedContext context, Request) {
    const auto id = context->zk.client_id();
    JsonObject status;
    status.add("servers", context->servers)
        .add("chroot", context->zk.chroot())
        .add("state", to_string(context->zk.state()))
        .add("keeperState", to_string(context->zk.client_state()))
        .add("session", id ? hex_text(id->session_id) : "")
        .add("sessionTimeout", context->zk.session_timeout().count())
        .add("feed", name_of(context->feed))
        .add("readOnly", context->read_only.load())
        .add("writesAllowed", context->writes_allowed);
    co_return json_reply(status);
}

Answer get_children(SharedContext context, Request request) {
    const std::string path = parameter(request, "path");
    const std::size_t size = page_size(request);
    const auto reading = context->zk.get_children_with_stat_async(path);
    kazoo::ChildrenAndStat found = co_await reading;
    const std::size_t more = select_page(
        found.children,
        optional_parameter(request, "after"),
        optional_parameter(request, "contains"),
        size
    );
    JsonArray names;
    for (const std::string& name : found.children) {
        names.add(name);
    }
    JsonObject reply;
    reply.add("path", path)
        .add_json("names", names.text())
        .add("more", more)
        .add_json("stat", stat_json(found.stat).text());
    co_return json_reply(reply);
}

Answer get_node(SharedContext context, Request request) {
    const std::string path = parameter(request, "path");
    const auto data_read = settled(context->zk.get_async(path));
    const auto acl_read = settled(context->zk.get_acls_async(path));
    const kazoo::Result<kazoo::NodeData> data = co_await data_read;
    const kazoo::Result<kazoo::AclsAndStat> acl = co_await acl_read;
    check_readable(data, acl);
    JsonObject reply;
    reply.add("path", path);
    add_node_data(reply, data);
    reply.add_json("stat", stat_json(data ? data.value().stat : acl.value().stat).text());
    add_acl(reply, acl);
    co_return json_reply(reply);
}

Answer post_stats(SharedContext context, Request request) {
    const std::vector<std::string> paths = paths_of(Body(request.body));
    std::vector<kazoo::AsyncResult<kazoo::Result<std::optional<kazoo::ZnodeStat>>>> pending;
    pending.reserve(paths.size());
    for (const std::string& path : paths) {
        pending.push_back(settled(context->zk.exists_async(path)));
    }
    JsonArray stats;
    for (const auto& reading : pending) {
        const kazoo::Result<std::optional<kazoo::ZnodeStat>> stat = co_await reading;
        if (!stat && !concerns_node(stat.failure())) {
            kazoo::throw_error(stat.failure());
        }
        stats.add_json(stat && stat.value() ? stat_json(*stat.value()).text() : "null");
    }
    JsonObject reply;
    reply.add_json("stats", stats.text());
    co_return json_reply(reply);
}

}  // namespace tool::ui
