// SPDX-License-Identifier: Apache-2.0
#include "output/json.hpp"

#include "cli/exit_code.hpp"
#include "cli/values.hpp"
#include "output/base64.hpp"
#include "output/text.hpp"
#include "output/utf8.hpp"

namespace tool {

Json to_json(const kazoo::ZnodeStat& stat) {
    return {
        {"czxid", stat.czxid},
        {"mzxid", stat.mzxid},
        {"pzxid", stat.pzxid},
        {"ctime", stat.ctime},
        {"mtime", stat.mtime},
        {"created", time_text(stat.ctime)},
        {"modified", time_text(stat.mtime)},
        {"version", stat.version},
        {"cversion", stat.cversion},
        {"aversion", stat.aversion},
        {"ephemeralOwner", stat.ephemeral_owner},
        {"dataLength", stat.data_length},
        {"numChildren", stat.num_children},
    };
}

Json to_json(const kazoo::AclList& acls) {
    Json texts = Json::array();
    for (const kazoo::Acl& acl : acls) {
        texts.push_back(to_text(acl));
    }
    return texts;
}

void add_data(Json& object, std::string_view bytes) {
    if (is_utf8(bytes)) {
        object["data"] = std::string(bytes);
        return;
    }
    object["data"] = to_base64(bytes);
    object["encoding"] = "base64";
}

void add_data(Json& object, const kazoo::NodeData& node) {
    if (node.null_data) {
        object["data"] = nullptr;
        return;
    }
    add_data(object, node.data);
}

std::optional<std::string> data_from(const Json& object) {
    const auto data = object.find("data");
    if (data == object.end() || data->is_null()) {
        return std::nullopt;
    }
    if (!data->is_string()) {
        throw Failure(ExitCode::failed, "the field \"data\" must be a string or null");
    }
    const auto encoding = object.find("encoding");
    if (encoding == object.end()) {
        return data->get<std::string>();
    }
    auto bytes =
        *encoding == "base64" ? from_base64(data->get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) {
        throw Failure(ExitCode::failed, "the field \"data\" is not in the encoding that it names");
    }
    return bytes;
}

}  // namespace tool
