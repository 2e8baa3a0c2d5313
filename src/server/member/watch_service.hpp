// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/watches.hpp"
#include "server/member/connection.hpp"
#include "server/member/node_state.hpp"
#include "server/member/reply_queue.hpp"
#include "server/member/request.hpp"
#include "server/tree/transaction.hpp"
#include "server/watches/watch_table.hpp"

#include <cstdint>
#include <string_view>

namespace kazoo::server {

/// The watch requests of clients, and the watch events.
class WatchService {
public:
    WatchService(NodeState& state, ReplyQueue& replies) noexcept
        : state_(state), replies_(replies) {}

    /// setWatches and setWatches2.
    void set(const Request& request);
    void add(const Request& request);
    void check_or_remove(const Request& request);
    /// Sends the watch events of a transaction that is applied here.
    void fire(const Transaction& transaction);

private:
    /// Sends a watch event.
    void send(Connection& connection, WatchEvent what, std::string_view path, std::int64_t zxid);

    NodeState& state_;
    ReplyQueue& replies_;
    codec::WatcherEvent event_;  // a member to reuse its memory
};

}  // namespace kazoo::server
