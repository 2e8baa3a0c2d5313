// SPDX-License-Identifier: Apache-2.0
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

std::int32_t version_field(const Json& body) {
    const auto field = body.find("version");
    if (field == body.end() || !field->is_number_integer()) {
        throw HttpError(400, "malformed", version_text);
    }
    return checked_version(field->get<std::int64_t>());
}

std::int32_t version_parameter(const Request& request) {
    const std::string& text = parameter(request, "version");
    std::int64_t version = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    return checked_version(is_number ? version : -1);
}

bool switch_field(const Json& body, const char* name) {
    const auto field = body.find(name);
    if (field != body.end() && !field->is_boolean()) {
        throw HttpError(
            400, "malformed", "the field \"" + std::string(name) + "\" must be true or false"
        );
    }
    return field != body.end() && field->get<bool>();
}

kazoo::DataView view_of(const std::optional<std::string>& data) {
    return data ? kazoo::DataView(*data) : kazoo::DataView(std::nullopt);
}

}  // namespace

Answer put_node(SharedContext context, Request request) {
    const Json body = body_of(request);
    const std::string path = text_field(body, "path");
    const std::optional<std::string> data = data_from(body);
    const auto setting = context->zk.set_async(path, view_of(data), version_field(body));
    const kazoo::ZnodeStat stat = co_await setting;
    co_return json_reply({{"path", path}, {"stat", stat_json(stat)}});
}

Answer post_node(SharedContext context, Request request) {
    const Json body = body_of(request);
    const std::string path = text_field(body, "path");
    const std::optional<std::string> data = data_from(body);
    kazoo::CreateOptions options;
    options.sequence(switch_field(body, "sequence")).makepath(switch_field(body, "parents"));
    const auto creating = context->zk.create_async(path, view_of(data), options);
    const std::string created = co_await creating;
    co_return json_reply({{"path", created}});
}

Answer delete_node(SharedContext context, Request request) {
    const std::string path = parameter(request, "path");
    const auto deleting = context->zk.delete_async(path, version_parameter(request));
    co_await deleting;
    co_return json_reply({{"path", path}});
}

Answer put_mode(SharedContext context, Request request) {
    const Json body = body_of(request);
    if (body.find("readOnly") == body.end()) {
        throw HttpError(400, "malformed", "the field \"readOnly\" is missing");
    }
    const bool read_only = switch_field(body, "readOnly");
    if (!read_only && !context->writes_allowed) {
        throw HttpError(403, "read_only", "kazoo ui was started without --allow-writes");
    }
    if (context->read_only.exchange(read_only) != read_only) {
        context->changes->add_status();
    }
    co_return json_reply({{"readOnly", read_only}});
}

}  // namespace tool::ui
