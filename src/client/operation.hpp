// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/recycled_blocks.hpp"
#include "client/error_text.hpp"
#include "client/kept_path.hpp"
#include "client/reply_delivery.hpp"
#include "session/request_queue.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/paths.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace kazoo::detail::client {

class Core;

/// The name of a kind of operation and how its reply is decoded. There is one static object for
/// each.
template <class T>
struct OpKind {
    const char* name;
    /// Returns false if the body is malformed. May throw std::length_error (too large) or
    /// std::bad_alloc.
    bool (*decode)(std::span<const std::byte> body, const Chroot& chroot, T& value);
    /// Returns whether an error is a regular value of the operation (NoNode of exists).
    bool (*is_value)(const std::error_code& error) = nullptr;
    /// The text for a server that does not support the operation: what it needs.
    const char* needs = "";
    std::size_t index = session::operation_index(name);  ///< for metrics
};

template <>
struct OpKind<void> {
    const char* name;
    const char* needs = "";
    std::size_t index = session::operation_index(name);
};

/// Cancels a request. Returns false if it has ended. Defined in core.cpp, so that this header does
/// not depend on Core.
[[nodiscard]] bool cancel_request(const std::weak_ptr<Core>& core, session::RequestId id);

/// An operation of one request, from call to completion. One allocation holds the result, the owner
/// that the session keeps for the request, and what is needed to decode the reply.
template <class T>
class Operation : public detail::ResultState<T> {
public:
    Operation(
        std::shared_ptr<Handler> handler,
        const OpKind<T>& kind,
        std::string_view path,
        std::weak_ptr<Core> core
    )
        : detail::ResultState<T>(std::move(handler)),
          kind_(kind),
          path_(path),
          core_(std::move(core)) {}

    // Operations are made at the rate of requests. Sizes are those of the derived classes.
    static void* operator new(std::size_t size) { return base::recycled_blocks::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        base::recycled_blocks::deallocate(memory, size);
    }

    /// Its results join the batch of the ReplyDelivery; see owner_of().
    static constexpr bool is_batched = true;

    /// Completes the operation. Called once, by the owner of its request, within
    /// LaneBatch::complete().
    void on_reply(const session::ReplyEvent& reply, const ReplyDelivery& delivery) noexcept {
        zxid_ = reply.zxid;
        this->set_reply_bytes(reply.body.size());
        if constexpr (std::is_void_v<T>) {
            if (reply.error) {
                return fail_with(reply, delivery);
            }
            delivery.outcomes.succeeded(kind_.index);
            this->succeed_in(delivery.lane);
        } else {
            this->prepare();
            const auto read = this->read(reply, delivery.chroot, this->prepared());
            if (read != Read::value) {
                this->discard_prepared();
                return fail_to_read(read, reply, delivery);
            }
            delivery.outcomes.succeeded(kind_.index);
            this->publish_in(delivery.lane);
        }
    }

    [[nodiscard]] bool needs_lane() const noexcept override { return false; }
    bool cancel() override { return !this->ready() && id != 0 && cancel_request(core_, id); }

    void describe(Error& error) const override {
        error.operation(kind_.name).path(std::string(path_.view()));
    }

    /// Returns the zxid of the server's reply, also if that is an error; 0 if there was no reply.
    /// To be called once the result is ready.
    [[nodiscard]] std::int64_t zxid() const noexcept { return zxid_; }

    /// Completes with `error`, after adding operation and path to it, and counts it.
    void refuse(Error error, OutcomeCounters& outcomes, base::LaneBatch* batch = nullptr) noexcept {
        outcomes.failed(kind_.index, error.outcome());
        error.operation(kind_.name);
        try {
            error.path(std::string(path_.view()));
        } catch (const std::bad_alloc&) {
            error.path({});
        }
        this->fail(std::move(error), nullptr, batch);
    }

    bool large = false;         ///< larger than servers accept by default; set before submitting
    session::RequestId id = 0;  ///< set before the result is returned to the caller; used to cancel

private:
    enum class Read { value, error, malformed, too_large, no_memory };

    template <class V>
    Read read(const session::ReplyEvent& reply, const Chroot& chroot, V& value) const noexcept {
        if (reply.error) {
            const bool is_value = kind_.is_value != nullptr && kind_.is_value(reply.error);
            return is_value ? Read::value : Read::error;
        }
        try {
            return kind_.decode(reply.body, chroot, value) ? Read::value : Read::malformed;
        } catch (const std::length_error&) {
            return Read::too_large;
        } catch (const std::bad_alloc&) {
            value = V{};
            return Read::no_memory;
        }
    }
    void fail_to_read(Read why, const session::ReplyEvent& reply, const ReplyDelivery& delivery) {
        switch (why) {
            case Read::malformed:
                return fail_with(
                    reply,
                    ClientErrc::protocol_error,
                    "the server's reply cannot be decoded",
                    delivery
                );
            case Read::too_large:
                return fail_with(
                    reply,
                    ClientErrc::response_too_large,
                    "its lists would need more than four times their encoded size in memory",
                    delivery
                );
            case Read::no_memory:
                return fail_with(
                    reply,
                    ClientErrc::out_of_memory,
                    "not enough memory to decode the server's reply",
                    delivery
                );
            default:
                return fail_with(reply, delivery);
        }
    }
    void fail_with(const session::ReplyEvent& reply, const ReplyDelivery& delivery) {
        Error error(reply.error, reply.outcome, "", {}, text_of(reply, delivery.chroot));
        refuse(std::move(error), delivery.outcomes, &delivery.lane);
    }
    /// Fails although the reply says that the request succeeded.
    void fail_with(
        const session::ReplyEvent& reply,
        ClientErrc code,
        const char* text,
        const ReplyDelivery& delivery
    ) {
        refuse(error_with_text(code, reply.outcome, text), delivery.outcomes, &delivery.lane);
    }
    /// Returns an empty text if there is no memory for it.
    std::string text_of(const session::ReplyEvent& reply, const Chroot& chroot) const noexcept {
        try {
            std::string text = reply.detail;
            if (text.empty() && reply.error == Errc::no_node) {
                text = missing_chroot_text(kind_.name, path_.view(), chroot);
            } else if (text.empty() && reply.error == Errc::unimplemented) {
                text = kind_.needs;
            } else if (text.empty() && large && reply.outcome == Outcome::unknown) {
                text = large_request_text;
            }
            return text;
        } catch (const std::bad_alloc&) {
            return {};
        }
    }

    const OpKind<T>& kind_;
    const KeptPath path_;  // constant: read by waiters that time out while the operation goes on
    std::weak_ptr<Core> core_;  // weak: a result that is kept must not keep the client's core
    std::int64_t zxid_ = 0;     // set before the result becomes ready
};

/// Returns the owner of the operation's request: the session returns it with the reply, and
/// Core passes that on to `operation`. One that does not join the batch completes behind it.
template <class SomeOperation>
[[nodiscard]] session::RequestOwner owner_of(detail::RefPtr<SomeOperation> operation) noexcept {
    return {
        std::move(operation),
        [](session::Cookie& object, const session::ReplyEvent& reply, const ReplyDelivery& delivery
        ) {
            auto& own = static_cast<SomeOperation&>(*object);
            if constexpr (requires { requires SomeOperation::is_batched; }) {
                static_cast<void>(object.detach());
                delivery.lane.complete(detail::RefPtr<detail::ResultStateBase>::adopt(&own), [&] {
                    own.on_reply(reply, delivery);
                });
            } else {
                delivery.lane.flush();
                own.on_reply(reply, delivery);
            }
        }};
}

}  // namespace kazoo::detail::client
