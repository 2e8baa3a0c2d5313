// SPDX-License-Identifier: Apache-2.0
#include "ui/http/message.hpp"

#include "ui/json_text.hpp"

namespace tool::ui {

Reply error_reply(int status, const std::string& code, const std::string& message) {
    return {
        status, "application/json", JsonObject().add("code", code).add("error", message).text()};
}

}  // namespace tool::ui
