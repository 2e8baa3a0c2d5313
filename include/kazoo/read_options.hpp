// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/time.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// How recent the state is that a read shows.
enum class Consistency {
    /// The state of the connected server: at least as recent as everything that this client has
    /// seen or written, but without the latest writes of other clients, if the server lags behind.
    local,
    /// The state of the leader when it receives the request, or a later one.
    latest
};

/// Time limit, cancellation and consistency of one read: KazooClient::get, exists, get_children and
/// get_children_with_stat. CallOptions convert to it. A value; setters chain.
///
///     zk.get("/a", ReadOptions().consistency(Consistency::latest).timeout(2s));
///     zk.get("/a", ReadOptions().at_least(written.mzxid));  // from another client
///
/// A read that needs a sync fails also if the sync fails, such as with NotReadOnlyCallError on a
/// read-only server. Its watch may be set nevertheless. If the connection is lost, the sync and the
/// read are sent again as far as they have no reply (Resend::reads). A watch of a read that is
/// repeated (`at_least`) may be called for a change that the value which the operation returns
/// contains.
class ReadOptions {
public:
    ReadOptions() {}
    /// From the options that all operations have. Implicit.
    ReadOptions(CallOptions call) : call_(std::move(call)) {}

    /// Consistency::latest sends a sync before the read, without waiting in between: both take one
    /// round trip. Default: Consistency::local.
    ReadOptions& consistency(Consistency value) & noexcept {
        consistency_ = value;
        return *this;
    }
    ReadOptions consistency(Consistency value) && noexcept { return std::move(consistency(value)); }
    [[nodiscard]] Consistency consistency() const noexcept { return consistency_; }

    /// The read shows the state after the transaction `zxid` or a later state: if the server has
    /// not applied that transaction, a sync and the read are sent again. For a zxid from elsewhere,
    /// such as ZnodeStat::mzxid of a node that another client has written and reported; what this
    /// client has written or seen it always sees. Takes one round trip unless the server lags
    /// behind. Fails with StaleReadError if three syncs do not suffice. Default: none.
    ReadOptions& at_least(std::int64_t zxid) & noexcept {
        at_least_ = zxid;
        return *this;
    }
    ReadOptions at_least(std::int64_t zxid) && noexcept { return std::move(at_least(zxid)); }
    [[nodiscard]] const std::optional<std::int64_t>& at_least() const noexcept { return at_least_; }

    /// See CallOptions::timeout, deadline and stop_token. They cover all requests of the read.
    ReadOptions& timeout(AnyDuration value) & noexcept {
        call_.timeout(value);
        return *this;
    }
    ReadOptions timeout(AnyDuration value) && noexcept { return std::move(timeout(value)); }
    ReadOptions& deadline(TimePoint value) & noexcept {
        call_.deadline(value);
        return *this;
    }
    ReadOptions deadline(TimePoint value) && noexcept { return std::move(deadline(value)); }
    ReadOptions& stop_token(std::stop_token value) & noexcept {
        call_.stop_token(std::move(value));
        return *this;
    }
    ReadOptions stop_token(std::stop_token value) && noexcept {
        return std::move(stop_token(std::move(value)));
    }
    /// See CallOptions::resend and when_full.
    ReadOptions& resend(Resend value) & noexcept {
        call_.resend(value);
        return *this;
    }
    ReadOptions resend(Resend value) && noexcept { return std::move(resend(value)); }
    ReadOptions& when_full(WhenFull value) & noexcept {
        call_.when_full(value);
        return *this;
    }
    ReadOptions when_full(WhenFull value) && noexcept { return std::move(when_full(value)); }
    /// Returns the options that all operations have.
    [[nodiscard]] const CallOptions& call() const noexcept { return call_; }

private:
    CallOptions call_;
    Consistency consistency_ = Consistency::local;
    std::optional<std::int64_t> at_least_;
};

}  // namespace kazoo
KAZOO_API_END
