// SPDX-License-Identifier: Apache-2.0
/// The JSON forms of what nodes consist of.
#pragma once

#include <kazoo/node.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace tool {

using Json = nlohmann::ordered_json;

/// Returns an object with the eleven fields of a stat, and the times as texts.
Json to_json(const kazoo::ZnodeStat& stat);
/// Returns an array of "scheme:id:cdrwa".
Json to_json(const kazoo::AclList& acls);

/// Adds the field "data" to an object: the text if it is UTF-8, else base64, with the field
/// "encoding": "base64" behind it. Null data is null.
void add_data(Json& object, const kazoo::NodeData& node);
void add_data(Json& object, std::string_view bytes);
/// Returns what add_data has written; std::nullopt for null. Throws Failure if it is malformed.
std::optional<std::string> data_from(const Json& object);

}  // namespace tool
