// SPDX-License-Identifier: Apache-2.0
#include "ui/json_text.hpp"

#include <nlohmann/json.hpp>

namespace tool::ui {

std::string quoted_json(std::string_view text) {
    using Json = nlohmann::ordered_json;
    return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

JsonObject& JsonObject::add_json(std::string_view name, std::string_view value) {
    members_ += members_.empty() ? '{' : ',';
    members_ += quoted_json(name);
    members_ += ':';
    members_ += value;
    return *this;
}

JsonArray& JsonArray::add_json(std::string_view value) {
    values_ += values_.empty() ? '[' : ',';
    values_ += value;
    return *this;
}

}  // namespace tool::ui
