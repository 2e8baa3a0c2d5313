#pragma once

#include "codec/multi.hpp"
#include "server/profile.hpp"
#include "server/session_table.hpp"
#include "server/time.hpp"
#include "server/transaction.hpp"
#include "server/tree.hpp"

#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace kazoo::server {

struct StateOptions {
    Profile profile;
    std::int64_t tick_ms = 2000;
    std::int64_t min_session_timeout_ms = 0;   // 0: two ticks
    std::int64_t max_session_timeout_ms = 0;   // 0: twenty ticks
    bool ttl_nodes = true;                     // Apache's extendedTypesEnabled
    bool enforce_quota = false;                // Apache's zookeeper.enforceQuota: hard limits
    std::int64_t reaper_interval_ms = 60'000;  // containers and TTL nodes; 0: never
    std::string super_digest;                  // "super:<base64 sha1>", or none
    std::int64_t first_zxid = 0;               // the last one before the first transaction
    std::int64_t server_id = 1;                // the top byte of session ids
    std::uint64_t seed = 0;                    // of passwords
};

/// Who asks: a session, and the identities its connection had when the request was read.
struct Caller {
    std::int64_t session = 0;
    const std::vector<Id>* identities = nullptr;
};

struct WriteContext;

using WriteBody = std::variant<
    std::monostate,
    codec::CreateReply,
    codec::Create2Reply,
    codec::StatReply,
    codec::MultiResponse>;

struct WriteResult {
    std::int32_t err = 0;
    /// Null if none was used up: the request could not be decoded.
    std::shared_ptr<const Transaction> transaction;
    WriteBody body;
};

/// The one mind of a server or an ensemble: it puts writes into their order, checks them against
/// the tree, carries them out, and knows the sessions. Whoever serves clients (a Member) is told of
/// each transaction, in order, before `write` and the others return it.
class State {
public:
    /// Told of each transaction. Must not write.
    class Observer {
    public:
        virtual ~Observer() = default;
        virtual void on_transaction(const std::shared_ptr<const Transaction>& transaction) = 0;
        /// A session goes on through another observer's connection: older ones are to be closed.
        virtual void on_session_moved(std::int64_t /*session*/) {}
    };

    explicit State(StateOptions options);

    void attach(Observer& observer);
    void detach(Observer& observer) noexcept;

    [[nodiscard]] const StateOptions& options() const noexcept { return options_; }
    [[nodiscard]] const Tree& tree() const noexcept { return tree_; }
    [[nodiscard]] const SessionTable& sessions() const noexcept { return sessions_; }
    [[nodiscard]] std::int64_t zxid() const noexcept { return zxid_; }
    /// Sessions that were silent for too long, so far.
    [[nodiscard]] std::uint64_t expired_sessions() const noexcept { return expired_sessions_; }
    /// What a timeout that a client asks for becomes.
    [[nodiscard]] std::int64_t clamp_timeout(std::int64_t asked_ms) const noexcept;

    /// A request that writes (create* delete set_data set_acl multi reconfig), its body undecoded.
    WriteResult write(
        const Caller& caller, codec::Opcode op, std::span<const std::byte> body, Time now
    );

    /// A transaction without effects, as of a request that fails; its zxid.
    std::int64_t use_up_zxid(Time now);

    /// A new session; takes a zxid.
    const Session& create_session(std::int64_t timeout_ms, Time now);
    /// Takes over a known session, touching it, if it lives and the password is right; else null,
    /// and nothing has happened.
    const Session* resume_session(
        std::int64_t id, std::string_view password, std::int64_t timeout_ms, Time now
    );
    /// Tells all observers but the new home of a session that it has moved.
    void announce_move(std::int64_t session, const Observer& home) const {
        for (Observer* observer : observers_) {
            if (observer != &home) observer->on_session_moved(session);
        }
    }
    /// Any sign of life.
    void touch_session(std::int64_t id, Time now);
    /// Ends it as its owner, an expiry or a test wishes: deletes its ephemerals, in one zxid. The
    /// transaction's zxid, or 0 if there is no such session.
    std::int64_t close_session(std::int64_t id, Time now);

    /// Expires sessions, removes containers and TTL nodes that are due.
    void on_time(Time now);
    [[nodiscard]] std::int64_t next_deadline() const noexcept;

    /// Moves the zxid, as if the ensemble had been restored from another time. Nothing else
    /// changes.
    void jump_zxid(std::int64_t zxid) noexcept { zxid_ = zxid; }

private:
    void publish(const std::shared_ptr<const Transaction>& transaction);
    WriteResult write_multi(const WriteContext& context, std::span<const std::byte> body, Time now);
    WriteResult write_one(
        const WriteContext& context, codec::Opcode op, std::span<const std::byte> body, Time now
    );
    template <class Request>
    WriteResult write_as(
        const WriteContext& context, codec::Opcode op, std::span<const std::byte> body, Time now
    );
    void reap(Time now);

    StateOptions options_;
    Tree tree_;
    SessionTable sessions_;
    std::int64_t zxid_ = 0;
    std::uint64_t expired_sessions_ = 0;
    std::int64_t next_reaping_ms_ = 0;  // 0: the time is not known yet
    std::vector<Observer*> observers_;
};

}  // namespace kazoo::server
