// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "base/ring.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "session/config.hpp"
#include "session/deadlines.hpp"
#include "session/events.hpp"
#include "session/watch_registry.hpp"

#include <kazoo/handler.hpp>
#include <kazoo/resend.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace kazoo::session {

/// Identifies an accepted request, for cancellation. Ascending and never reused; 0 is no request.
using RequestId = std::uint64_t;

/// What accompanies the record of a request.
struct RequestSpec {
    codec::Opcode op{};
    RequestOwner request;  ///< null: nothing waits for the reply
    TimePoint deadline = TimePoint::max();
    TimePoint issued{};           ///< when the user has called
    Cookie watcher;               ///< to be registered if the request succeeds
    WatchKind watch_kind{};       ///< for exists always `data`: the reply decides which it becomes
    std::string_view watch_path;  ///< server path; read during the call of submit only
    /// To be removed from watch_path if the request succeeds or, once it is sent, the connection is
    /// lost. Such a request has no deadline and cannot be cancelled once it is sent, because the
    /// server executes it nevertheless.
    WatchKinds removes = 0;
    /// Whether it outlives a lost connection. Writes and removals of watches that were sent do not.
    Resend resend = Resend::reads;
    /// Releases what is held on the servers: admitted although the queue is full, and not held back
    /// by the limits for requests in flight; see detail::ReservedCall.
    bool reserved = false;
};

/// Returns whether a request may be executed twice without changing anything but watches that are
/// set for it.
[[nodiscard]] bool is_repeatable(codec::Opcode op) noexcept;

/// A request that has no reply yet.
struct Pending {
    RequestId id = 0;
    std::int32_t xid = 0;
    codec::Opcode op{};
    RequestOwner request;      ///< null: abandoned, withdrawn, or the session's own
    codec::FrameExtent frame;  ///< in the buffer of unsent frames; once sent, only its size counts
    TimePoint deadline = TimePoint::max();
    TimePoint issued{};
    TimePoint written{};  ///< unknown until note_written() is called
    std::unique_ptr<WatchRegistry::Order> watch;
    Resend resend{};
    std::uint8_t times_sent = 0;
    bool kept = false;  ///< sent, and its frame is kept
    bool reserved = false;
};

/// The requests without a reply, in the order of issue: first those that were sent, whose replies
/// arrive in the same order, then those whose frames wait to be sent.
///
///     pending_   | s1 | s2 | s3 | u1 | -- | u2 | u3 |
///                |<-- sent_ --->|<---- unsent ----->|
///
///     unsent_                   | frame u1 | (dead) | frame u2 | frame u3 |
///     kept_      | (dead) | frame s1 | frame s3 |
///
/// When a connection is lost, the requests that outlive it are unsent again, with the same xids. No
/// write is among those that were sent, nor a request that was sent before a write: executed later,
/// it would show the effect of the write.
///
/// Invariants:
///   - Ids ascend along pending_, and so do xids, except that 1 follows 2^31-1.
///   - The frames of unsent entries are in unsent_ in the order of the entries, and so are those
///     of the sent entries that may be sent again in kept_.
///   - Cancelled before sending ("--"): the entry is withdrawn. It has no request and an empty
///     frame; the bytes of its frame are dead until the next sweep().
///   - Cancelled after sending: the entry is abandoned; it has no request but keeps its place,
///     because the server will still reply to its xid.
///   - deadlines_ has one deadline for each entry with one.
///
/// Independent of connections: the session determines when frames are sent, when replies arrive and
/// when everything is lost. Not thread-safe.
class RequestQueue {
public:
    struct Accepted {
        std::error_code error;
        RequestId id = 0;
    };

    RequestQueue(const ClientLimits& limits, std::int32_t first_xid)
        : limits_(limits), next_xid_(first_xid > 0 ? first_xid : 1) {}
    RequestQueue(const RequestQueue&) = delete;
    RequestQueue& operator=(const RequestQueue&) = delete;
    /// Abandons the requests that still wait, because no reply will come.
    ~RequestQueue();

    /// Accepts a request, of which it takes the owner, and encodes it after the unsent frames. If
    /// it returns an error or throws std::bad_alloc, nothing has changed.
    template <class... Body>
    [[nodiscard]] Accepted push(RequestSpec& call, const Body&... body) {
        if (call.reserved ? !has_reserve() : room() == 0) {
            return {ClientErrc::queue_full};
        }
        codec::RequestHeader header;
        header.xid = next_xid_;
        header.type = call.op;
        const auto frame =
            codec::append_frame_within(limits_.request_bytes, unsent_, header, body...);
        if (frame.size == 0) {
            return {ClientErrc::request_too_large};
        }
        return {{}, enqueue(call, frame)};
    }
    /// Adds the request that closes the session; no limit applies. Throws std::bad_alloc and has
    /// then changed nothing.
    void push_close();
    /// Returns how many requests the limits admit, provided that they are small; those that are
    /// reserved do not count.
    [[nodiscard]] std::size_t room() const noexcept {
        const auto used = size() - reserved_;
        return used < limits_.requests && held_bytes() < limits_.queued_bytes
                   ? limits_.requests - used
                   : 0;
    }

    /// Moves unsent frames to the end of `out`, as many as the limits for requests in flight
    /// permit; their requests count as sent from then on. Throws std::bad_alloc, and has then sent
    /// nothing; does not throw if `out` is empty and all frames may be sent.
    void send(base::Buffer& out);
    [[nodiscard]] bool has_unsent() const { return unsent_bytes() > 0; }
    /// Sets the time at which the requests were written that send_all() has moved since the last
    /// call, and calls `note(entry)` for each of them. Constant time per request.
    template <class Note>
    void note_written(TimePoint now, Note&& note) noexcept {
        for (; timed_ < sent_; ++timed_) {
            pending_[timed_].written = now;
            note(pending_[timed_]);
        }
    }

    /// Returns the oldest sent request if it has this xid, otherwise null: servers reply in order.
    /// It does not count as waiting any more, and remove_answered() has to be called next.
    [[nodiscard]] Pending* answered(std::int32_t xid) noexcept {
        if (sent_ == 0 || pending_.front().xid != xid) {
            return nullptr;
        }
        auto& entry = pending_.front();
        forget(entry);
        return &entry;
    }
    /// Removes the request that answered() has returned.
    void remove_answered() noexcept;
    /// Returns whether any sent request has this xid.
    [[nodiscard]] bool is_awaiting_reply(std::int32_t xid) const;

    /// Returns whether this request has not been sent yet.
    [[nodiscard]] bool is_unsent(RequestId id) const noexcept {
        const auto at = find(id);
        return at != pending_.size() && pending_[at].request && at >= sent_;
    }

    struct GivenUp {
        RequestOwner request;  ///< null: nothing waits for the reply
        std::unique_ptr<WatchRegistry::Order> watch{};
        codec::Opcode op{};
        bool sent = false;  ///< at least once
        RequestId id = 0;
    };
    /// Withdraws a request that has not been sent: it will not be. Abandons one that has been sent,
    /// unless it removes watches. The result has no request if there is no such request.
    [[nodiscard]] GivenUp cancel(RequestId id) noexcept;

    /// Returns a request whose deadline has passed, or nothing.
    [[nodiscard]] std::optional<RequestId> expired(TimePoint now) const noexcept;
    [[nodiscard]] TimePoint next_deadline() const noexcept;

    /// Removes and returns the oldest request. Once called, it has to be called until it returns
    /// nothing: only then are the unsent frames and the counters in order again.
    [[nodiscard]] std::optional<GivenUp> take_oldest() noexcept;

    /// Called when the connection is lost. Removes the requests that end with it and passes them to
    /// `end(GivenUp)`, oldest first. The others count as unsent. If there is no memory to keep the
    /// order of those that were sent, they end as well.
    template <class End>
    void lose_connection(End&& end) noexcept {
        const auto first = sent_that_stay();
        bool write_lost = false;
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            if (auto lost = take_if_lost(i, first, write_lost)) {
                end(std::move(*lost));
            }
        }
        forget_connection();
    }

    [[nodiscard]] std::size_t size() const { return pending_.size() - withdrawn_; }
    /// Returns the number of requests that were sent and have no reply.
    [[nodiscard]] std::size_t sent() const { return sent_; }
    /// Calls `show(entry, sent)` for each request, oldest first, until it returns false.
    template <class Show>
    void each(Show&& show) const {
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            const bool withdrawn = i >= sent_ && pending_[i].frame.size == 0;
            if (!withdrawn && !show(pending_[i], i < sent_)) {
                return;
            }
        }
    }
    /// Returns the number of watches that will be registered if their requests succeed.
    [[nodiscard]] std::size_t watches() const { return watches_; }
    /// Returns whether one of them is of these kinds and on this path. Takes time linear in the
    /// number of requests, but none if no watch of these kinds will be registered.
    [[nodiscard]] bool will_watch(WatchKinds kinds, std::string_view path) const;

private:
    RequestId enqueue(RequestSpec& call, codec::FrameExtent frame);
    /// Removes the entry from deadlines_ and from the count of watches.
    void forget(Pending& entry) noexcept {
        if (entry.deadline != TimePoint::max() || entry.watch) {
            forget_deadline_and_watch(entry);
        }
    }
    void forget_deadline_and_watch(Pending& entry) noexcept;
    void withdraw(Pending& entry) noexcept;
    [[nodiscard]] bool has_reserve() const noexcept;
    void send_all(base::Buffer& out);
    void send_some(base::Buffer& out);
    [[nodiscard]] std::size_t end_of_sendable(std::size_t& bytes) const noexcept;
    void note_sent(Pending& entry) noexcept;
    void note_end(const Pending& entry) noexcept;
    void drop_kept(const Pending& entry) noexcept;
    [[nodiscard]] std::size_t sent_that_stay() noexcept;
    [[nodiscard]] bool unite_frames() noexcept;
    [[nodiscard]] static bool waits(const Pending& entry, bool write_lost) noexcept;
    [[nodiscard]] std::optional<GivenUp> take_if_lost(
        std::size_t i, std::size_t first, bool& write_lost
    ) noexcept;
    void forget_connection() noexcept;
    void sweep() noexcept;
    void give_back_memory() noexcept;
    [[nodiscard]] std::size_t unsent_bytes() const { return unsent_.size() - dead_bytes_; }
    [[nodiscard]] std::size_t held_bytes() const {
        return unsent_bytes() + kept_.size() - kept_begin_;
    }
    [[nodiscard]] std::size_t find(RequestId id) const noexcept;

    const ClientLimits limits_;
    std::int32_t next_xid_;
    RequestId last_id_ = 0;
    RequestId last_urgent_ = 0;  // of the last request that the limits in flight do not hold back
    std::size_t sent_ = 0;       // the number of entries at the front of pending_ that were sent
    std::size_t timed_ = 0;      // those of them whose time of writing is known; at the front
    std::size_t watches_ = 0;    // entries that register a watch
    std::size_t reserved_ = 0;   // entries that are, without the withdrawn ones
    std::size_t in_flight_bytes_ = 0;  // of the frames of entries that were sent
    // Withdrawn entries stay until the next sweep: closing the gap for each of them would take time
    // quadratic in the length of the queue when all of it is cancelled. For the same reason the
    // bytes stay of frames that send_some() has sent.
    std::size_t withdrawn_ = 0;
    std::size_t dead_bytes_ = 0;
    base::Ring<Pending> pending_;
    base::Buffer unsent_;
    base::Buffer kept_;
    std::size_t kept_begin_ = 0;  // of the oldest frame in kept_
    Deadlines deadlines_;
    std::array<std::size_t, watch_kinds> watches_of_{};  // the entries of watches_, by WatchKind
};

}  // namespace kazoo::session
