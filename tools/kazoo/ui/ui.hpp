// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"
#include "ui/http/server.hpp"

#include <cstdint>

namespace tool::ui {

struct UiOptions {
    std::uint16_t port = 0;
    bool allow_writes = false;
    bool open_browser = false;
    HttpLimits limits;
};

/// Writes the URL of the page and serves it until SIGINT or SIGTERM.
void serve_page(Session& session, const UiOptions& options);

}  // namespace tool::ui
