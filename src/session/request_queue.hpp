#pragma once

#include "base/buffer.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "session/config.hpp"
#include "session/events.hpp"
#include "session/watch_registry.hpp"

#include <kazoo/handler.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace kazoo::session {

/// Names an accepted request, for cancelling. Grows; never reused. 0 is none.
using RequestId = std::uint64_t;

/// What comes with a request besides its record.
struct Call {
    codec::Opcode op{};
    Owner request;
    TimePoint deadline = TimePoint::max();
    Owner watcher;                ///< to be registered when the reply is good
    WatchKind watch_kind{};       ///< `data` for exists, too: the reply decides
    std::string_view watch_path;  ///< with the chroot; only read by submit
};

/// One request that has no reply yet.
struct Pending {
    RequestId id = 0;
    std::int32_t xid = 0;
    codec::Opcode op{};
    Owner request;             ///< null: abandoned, or the session's own
    codec::FrameExtent frame;  ///< where it waits to be sent
    TimePoint deadline = TimePoint::max();
    std::unique_ptr<WatchRegistry::Order> watch;
};

/// Requests in the order of issue: first those that were sent, which await replies in this order,
/// then those whose frames wait in the buffer. Nothing here knows of connections: the session says
/// when frames leave, when replies come and when all is lost.
class RequestQueue {
public:
    struct Accepted {
        std::error_code error;
        RequestId id = 0;
    };

    RequestQueue(const Limits& limits, std::int32_t first_xid)
        : limits_(limits), next_xid_(first_xid > 0 ? first_xid : 1) {}
    RequestQueue(const RequestQueue&) = delete;
    RequestQueue& operator=(const RequestQueue&) = delete;
    /// Abandons those who still wait: no reply will come.
    ~RequestQueue();

    /// Encodes the frame behind those that wait. An error changes nothing, and nor does
    /// std::bad_alloc.
    template <class... Body>
    [[nodiscard]] Accepted push(const Call& call, const Body&... body) {
        if (size() >= limits_.requests || unsent_bytes() >= limits_.queued_bytes) {
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
    /// The request that closes the session, whatever the limits say. Throws std::bad_alloc and has
    /// then changed nothing.
    void push_close();

    /// Moves all frames that wait behind `out`; from then on their requests count as sent. Throws
    /// std::bad_alloc, and has then changed nothing; never if `out` is empty.
    void send_all(base::Buffer& out);
    [[nodiscard]] bool has_unsent() const { return unsent_bytes() > 0; }

    /// The request that this reply answers, or nothing if it is not the oldest one sent.
    [[nodiscard]] std::optional<Pending> take_reply(std::int32_t xid) noexcept;
    /// Whether any sent request has this xid.
    [[nodiscard]] bool awaits(std::int32_t xid) const;

    /// Whether this request waits to be sent.
    [[nodiscard]] bool waits(RequestId id) noexcept {
        const auto at = find(id);
        return at != pending_.end() && at->request &&
               static_cast<std::size_t>(at - pending_.begin()) >= sent_;
    }

    struct GivenUp {
        Owner request;  ///< null if there is none to be told
        Owner watcher;
        codec::Opcode op{};
        bool sent = false;
    };
    /// Not sent: withdrawn, it will not be. Sent: abandoned, it keeps its place. Nothing comes back
    /// if there is no such request.
    [[nodiscard]] GivenUp cancel(RequestId id) noexcept;

    /// A request whose deadline has come.
    [[nodiscard]] std::optional<RequestId> expired(TimePoint now) const noexcept;
    [[nodiscard]] TimePoint next_deadline() const noexcept;

    /// Gives the oldest request up. Whoever begins with this goes on until there is none.
    [[nodiscard]] std::optional<GivenUp> take_oldest() noexcept;

    [[nodiscard]] std::size_t size() const { return pending_.size() - withdrawn_; }
    /// Watches that will be registered if the replies are good.
    [[nodiscard]] std::size_t watches() const { return watches_; }

private:
    RequestId enqueue(const Call& call, codec::FrameExtent frame);
    void forget(Pending& entry) noexcept;
    void withdraw(Pending& entry) noexcept;
    void sweep() noexcept;
    void give_back_memory() noexcept;
    [[nodiscard]] std::size_t unsent_bytes() const { return unsent_.size() - withdrawn_bytes_; }
    [[nodiscard]] std::deque<Pending>::iterator find(RequestId id) noexcept;

    const Limits limits_;
    std::int32_t next_xid_;
    RequestId last_id_ = 0;
    std::size_t sent_ = 0;  // the first so many of pending_
    std::size_t watches_ = 0;
    std::size_t most_pending_ = 0;  // since it was empty
    // Withdrawn requests stay where they are until the next sweep, without request and with an
    // empty extent: closing the gap for each of them would cost a queue of n requests n^2.
    std::size_t withdrawn_ = 0;
    std::size_t withdrawn_bytes_ = 0;
    std::deque<Pending> pending_;
    base::Buffer unsent_;
    std::set<std::pair<TimePoint, RequestId>> deadlines_;
};

}  // namespace kazoo::session
