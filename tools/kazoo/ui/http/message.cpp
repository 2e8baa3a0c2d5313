// SPDX-License-Identifier: Apache-2.0
#include "ui/http/message.hpp"

#include <nlohmann/json.hpp>

namespace tool::ui {

Reply error_reply(int status, const std::string& code, const std::string& message) {
    const nlohmann::ordered_json object{{"code", code}, {"error", message}};
    using Replace = nlohmann::ordered_json::error_handler_t;
    return {status, "application/json", object.dump(-1, ' ', false, Replace::replace)};
}

}  // namespace tool::ui
