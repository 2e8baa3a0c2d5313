// SPDX-License-Identifier: Apache-2.0
#include "shell/link.hpp"

#include "output/utf8.hpp"
#include "shell/handler.hpp"

#include <kazoo/logger.hpp>

#include <iostream>

namespace tool {
namespace {

using kazoo::KazooState;
using kazoo::KeeperState;

kazoo::ClientOptions options_of(
    const Settings& settings, Interrupt& interrupt, Notices& notices, bool interactive
) {
    kazoo::ClientOptions options = client_options(settings);
    options.handler(std::make_shared<InterruptibleHandler>(interrupt));
    if (interactive) {
        const kazoo::LogLevel level = options.logger().level();
        options.logger(kazoo::Logger(
            [&notices](kazoo::LogLevel, std::string_view text) {
                notices.add("kazoo: " + escaped(text));
            },
            level
        ));
    }
    return options;
}

std::string text_of(const kazoo::StateChange& change, bool again) {
    switch (change.state) {
        case KazooState::CONNECTED:
            return change.new_session ? "connected with a new session"
                   : again            ? "connected again"
                                      : "";
        case KazooState::SUSPENDED:
            return "suspended: the connection is lost";
        default:
            return "lost: the session has ended, and its ephemeral nodes and watches with it";
    }
}

}  // namespace

Link::Link(const Settings& settings, Interrupt& interrupt, Notices& notices, bool interactive)
    : notices_(&notices),
      servers_(settings.servers.value_or("127.0.0.1:2181")),
      interactive_(interactive),
      quiet_(settings.quiet),
      client_(options_of(settings, interrupt, notices, interactive)) {
    client_.add_listener([this](const kazoo::StateChange& change) { on_change(change); });
}

Link::~Link() {
    closing_ = true;
    client_.stop();
}

void Link::on_change(const kazoo::StateChange& change) {
    const bool connected = change.state == KazooState::CONNECTED;
    const bool again = connected ? was_connected_.exchange(true) : was_connected_.load();
    if (again && !closing_) {
        say(text_of(change, again));
    }
    notices_->changed();
}

void Link::say(const std::string& text) {
    const bool is_lost = text.rfind("lost", 0) == 0;
    if (quiet_ || !(interactive_ || is_lost)) {
        return;
    }
    if (!interactive_ || busy_) {
        std::cerr << "kazoo: " + text + '\n' << std::flush;
    } else {
        notices_->add("kazoo: " + text);
    }
}

std::string Link::server() const {
    return client_.connected_server().value_or(servers_);
}

std::string Link::state() const {
    switch (client_.client_state()) {
        case KeeperState::CONNECTED:
            return "connected";
        case KeeperState::CONNECTED_RO:
            return "read-only";
        case KeeperState::AUTH_FAILED:
            return "not authenticated";
        default:
            break;
    }
    if (client_.state() == KazooState::SUSPENDED) {
        return "suspended";
    }
    return was_connected_ ? "lost" : "connecting";
}

}  // namespace tool
