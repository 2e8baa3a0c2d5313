// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"

#include <unistd.h>

#include <limits>
#include <utility>

namespace bench {

Node::Node(const Target& target) : Node(unlimited(kazoo::to_string(target.server)), target) {}

Node::Node(kazoo::ClientOptions options, const Target& target) : keeper_(std::move(options)) {
    keeper_.start(patience);
    keeper_.create(target.path, target.data, kazoo::CreateOptions().makepath().ephemeral());
}

Target target_on(const kazoo::HostPort& server, std::size_t window, std::size_t data_size) {
    return {
        server,
        "/kazoo-bench-" + std::to_string(getpid()),
        std::string(data_size, 'x'),
        window,
        {}};
}

kazoo::ClientOptions unlimited(const std::string& hosts) {
    kazoo::ClientLimits limits;
    limits.requests = limits.watches = std::size_t{1} << 24;
    limits.queued_bytes = limits.backlog_bytes = std::size_t{4} << 30;
    limits.request_bytes = std::numeric_limits<std::int32_t>::max();
    limits.reply_bytes = limits.request_bytes;
    return kazoo::ClientOptions().hosts(hosts).limits(limits);
}

}  // namespace bench
