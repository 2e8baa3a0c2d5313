// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"

#include <memory>
#include <string>

namespace tool {

/// Where a subtree is: "/path" on the servers of the session, or "zk://host:port,.../path" on
/// others, which are connected to with the same settings.
class Place {
public:
    /// Connects. Throws UsageError if the text is malformed, and as Session::connect does.
    Place(Session& session, const std::string& text);

    [[nodiscard]] kazoo::KazooClient& client() const noexcept { return *client_; }
    /// In normal form.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] bool is_remote() const noexcept { return static_cast<bool>(own_); }

private:
    std::unique_ptr<kazoo::KazooClient> own_;  // null: that of the session
    kazoo::KazooClient* client_;
    std::string path_;
};

}  // namespace tool
