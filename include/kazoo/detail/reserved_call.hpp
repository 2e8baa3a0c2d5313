// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Marks the calls by which recipes and the client release what they hold on the servers, such as
/// the deletion of a lock's node. A small reserve beside ClientLimits::requests and queued_bytes
/// admits them although the queue is full, and callbacks that are too slow do not hold them back.
/// They keep their place in the order of requests: what is queued before them is sent without
/// regard to the limits for requests in flight, and so are they.
class ReservedCall {
public:
    [[nodiscard]] static CallOptions mark(CallOptions options) noexcept {
        options.reserved_ = true;
        return options;
    }
    [[nodiscard]] static bool is_marked(const CallOptions& options) noexcept {
        return options.reserved_;
    }
};

}  // namespace kazoo::detail
KAZOO_API_END
