// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/blocking_call.hpp"
#include "client/core.hpp"
#include "client/no_memory.hpp"

#include <kazoo/promise.hpp>

#include <memory>
#include <utility>

namespace kazoo::detail::client {

// For objects that refer to a client without keeping it: Transaction, MultiRead.

/// Returns `call(core, context)`, or a result that has failed if the client no longer exists or
/// there is no memory. `operation` is the name that the error contains.
template <class T, class Call>
AsyncResult<T> with_client(
    const std::weak_ptr<Core>& client,
    const std::shared_ptr<Handler>& handler,
    const char* operation,
    const CallOptions& options,
    Call&& call
) noexcept {
    return or_no_memory([&] {
        if (auto core = client.lock()) {
            const CallContext context(*handler, options, core->options());
            return AsyncResult<T>(call(std::move(core), context));
        }
        Promise<T> gone(handler);
        gone.set_exception(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            operation,
            {},
            "the client has been destroyed"
        ));
        return gone.result();
    });
}

/// As call_blocking() above, for an object whose client may no longer exist.
template <class Begin>
auto call_blocking(const std::weak_ptr<Core>& client, const CallOptions& options, Begin&& begin) {
    if (const auto core = client.lock()) {
        return call_blocking(core, options, begin);
    }
    return begin(options).get();
}

}  // namespace kazoo::detail::client
