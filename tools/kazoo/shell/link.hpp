// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/interrupt.hpp"
#include "cli/settings.hpp"
#include "shell/notices.hpp"

#include <kazoo/client.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace tool {

/// The session of a shell: a client that lasts from one command to the next, and what its user sees
/// of its state.
class Link {
public:
    /// Does not connect. `interactive`: changes of the state are announced; otherwise only the end
    /// of the session is, on standard error. The references must outlive it. Throws as
    /// client_options and KazooClient do.
    Link(const Settings& settings, Interrupt& interrupt, Notices& notices, bool interactive);
    /// Closes the session.
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] kazoo::KazooClient& client() noexcept { return client_; }
    /// Returns the server that is connected, otherwise what was configured.
    [[nodiscard]] std::string server() const;
    /// Returns "connecting", "connected", "read-only", "suspended", "lost", or "not authenticated".
    [[nodiscard]] std::string state() const;
    /// While a command runs, changes are written at once.
    void set_busy(bool busy) noexcept { busy_ = busy; }

private:
    void on_change(const kazoo::StateChange& change);
    void say(const std::string& text);

    Notices* notices_;
    std::string servers_;
    bool interactive_;
    bool quiet_;
    std::atomic<bool> busy_{false};
    std::atomic<bool> closing_{false};
    std::atomic<bool> was_connected_{false};
    kazoo::KazooClient client_;
};

}  // namespace tool
