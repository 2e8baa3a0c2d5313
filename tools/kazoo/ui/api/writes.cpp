// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "ui/api/body.hpp"
#include "ui/api/routes.hpp"

#include <charconv>
#include <limits>

namespace tool::ui {
namespace {

constexpr const char* version_text =
    "the version that the node had when it was read must be given, a number from 0 to 2147483647";

std::int32_t checked_version(std::int64_t version) {
    if (version < 0 || version > std::numeric_limits<std::int32_t>::max()) {
        throw HttpError(400, "malformed", version_text);
    }
    return static_cast<std::int32_t>(version);
}

std::int32_t version_field(const Body& body) {
    const std::int64_t* const version = body.number("version");
    return checked_version(version != nullptr ? *version : -1);
}

std::int32_t version_parameter(const Request& request) {
    const std::string& text = parameter(request, "version");
    std::int64_t version = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    return checked_version(is_number ? version : -1);
}

kazoo::AclList acl_field(const Body& body) {
    const std::vector<std::string>* const entries = body.texts("acl");
    if (entries == nullptr) {
        throw HttpError(400, "malformed", "the field \"acl\" must be an array of entries");
    }
    kazoo::AclList acl;
    for (const std::string& entry : *entries) {
        acl.push_back(parse_acl_entry(entry));
    }
    return acl;
}

kazoo::DataView view_of(const std::optional<std::string>& data) {
    return data ? kazoo::DataView(*data) : kazoo::DataView(std::nullopt);
}

}  // namespace

Answer put_node(SharedContext context, Request request) {
    const Body body(request.body);
    const std::string path = body.text("path");
    const std::optional<std::string> data = body.data();
    const auto setting = context->zk.set_async(path, view_of(data), version_field(body));
    const kazoo::ZnodeStat stat = co_await setting;
    JsonObject reply;
    reply.add("path", path).add_json("stat", stat_json(stat).text());
    co_return json_reply(reply);
}

Answer post_node(SharedContext context, Request request) {
    const Body body(request.body);
    const std::string path = body.text("path");
    const std::optional<std::string> data = body.data();
    kazoo::CreateOptions options;
    options.sequence(body.is_on("sequence")).makepath(body.is_on("parents"));
    const auto creating = context->zk.create_async(path, view_of(data), options);
    const std::string created = co_await creating;
    JsonObject reply;
    reply.add("path", created);
    co_return json_reply(reply);
}

Answer put_acl(SharedContext context, Request request) {
    const Body body(request.body);
    const std::string path = body.text("path");
    const kazoo::AclList acl = acl_field(body);
    const auto setting = context->zk.set_acls_async(path, acl, version_field(body));
    const kazoo::ZnodeStat stat = co_await setting;
    JsonObject reply;
    reply.add("path", path).add_json("stat", stat_json(stat).text());
    co_return json_reply(reply);
}

Answer delete_node(SharedContext context, Request request) {
    const std::string path = parameter(request, "path");
    const auto deleting = context->zk.delete_async(path, version_parameter(request));
    co_await deleting;
    JsonObject reply;
    reply.add("path", path);
    co_return json_reply(reply);
}

Answer put_mode(SharedContext context, Request request) {
    const Body body(request.body);
    if (!body.has("readOnly")) {
        throw HttpError(400, "malformed", "the field \"readOnly\" is missing");
    }
    const bool read_only = body.is_on("readOnly");
    if (!read_only && !context->writes_allowed) {
        throw HttpError(403, "read_only", "kazoo ui was started without --allow-writes");
    }
    if (context->read_only.exchange(read_only) != read_only) {
        context->changes->add_status();
    }
    JsonObject reply;
    reply.add("readOnly", read_only);
    co_return json_reply(reply);
}

}  // namespace tool::ui
