// SPDX-License-Identifier: Apache-2.0
// The shared database of a server or ensemble: tree, sessions, and the order of writes.

#pragma once

#include "codec/multi.hpp"
#include "server/database/session_table.hpp"
#include "server/database/transaction_listener.hpp"
#include "server/rules/profile.hpp"
#include "server/rules/time.hpp"
#include "server/tree/transaction.hpp"
#include "server/tree/tree.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace kazoo::server {

/// Settings of a server or ensemble.
struct DatabaseOptions {
    Profile profile;
    Milliseconds tick{2000};
    Milliseconds min_session_timeout{0};   // 0: two ticks
    Milliseconds max_session_timeout{0};   // 0: twenty ticks
    bool ttl_nodes = true;                 // Apache's extendedTypesEnabled
    bool reconfig_enabled = false;         // Apache's reconfigEnabled
    bool enforce_quota = false;            // Apache's zookeeper.enforceQuota: hard limits
    Milliseconds reaper_interval{60'000};  // containers and TTL nodes; 0: not removed
    std::string super_digest;              // "super:<base64 sha1>"; empty: none
    bool sasl_acls = false;                // ACLs may contain the scheme sasl
    bool x509_acls = false;                // and the scheme x509
    std::int64_t first_zxid = 0;           // the first transaction has the next one
    std::int64_t server_id = 1;            // the top byte of session ids
    std::uint64_t seed = 0;                // of session ids and passwords
};

/// The caller of a write: a session and the identities of its connection. Null identities: none.
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
    /// For Database::deliver. Null if the request could not be decoded and used up no zxid.
    std::shared_ptr<const Transaction> transaction;
    WriteBody body;  ///< only if `err` is 0
};

/// A session that was created. The reference is valid until the session ends.
struct NewSession {
    const Session& session;
    std::shared_ptr<const Transaction> transaction;  ///< for Database::deliver
};

/// The database that the server nodes of an ensemble share: orders the writes, validates and
/// executes them on its tree, and owns the sessions. Stands in for the leader and the quorum of a
/// real ensemble.
///
/// A function that makes a transaction returns it; it asks the listeners (the server nodes) only to
/// reserve memory. The caller passes it to `deliver`, when its own data are consistent and before
/// the next change, and the listeners receive it. Only `on_time`, which may make many transactions,
/// delivers them itself.
///
/// Not thread-safe: the database and its server nodes are used by one thread. No I/O, no clock.
class Database {
public:
    explicit Database(DatabaseOptions options);

    void attach(TransactionListener& listener);
    void detach(TransactionListener& listener) noexcept;

    /// Passes a transaction to all listeners, also if one of them throws, and then throws what the
    /// last of those threw. Does nothing if it is null.
    void deliver(const std::shared_ptr<const Transaction>& transaction);

    [[nodiscard]] const DatabaseOptions& options() const noexcept { return options_; }
    [[nodiscard]] const Tree& tree() const noexcept { return tree_; }
    [[nodiscard]] const SessionTable& sessions() const noexcept { return sessions_; }
    [[nodiscard]] std::int64_t zxid() const noexcept { return zxid_; }
    /// Number of sessions that have expired.
    [[nodiscard]] std::uint64_t expired_sessions() const noexcept { return expired_sessions_; }
    /// Returns the session timeout for a requested one, within the limits of the options.
    [[nodiscard]] Milliseconds clamp_timeout(Milliseconds requested) const noexcept;

    /// Decodes and executes a write (create*, delete, set_data, set_acl, multi, reconfig). A write
    /// that fails uses up a zxid as well, as in Apache's server.
    [[nodiscard]] WriteResult write(
        const Caller& caller, codec::Opcode op, std::span<const std::byte> body, Time now
    );

    /// Makes a transaction without effects, like that of a failed request.
    [[nodiscard]] std::shared_ptr<const Transaction> consume_zxid(Time now);

    /// Creates a session, which uses up a zxid.
    [[nodiscard]] NewSession create_session(Milliseconds timeout, Time now);
    /// Sets the timeout of a session and touches it. Returns nullptr, and changes nothing, if there
    /// is no such session or the password is wrong.
    const Session* resume_session(
        std::int64_t id, std::string_view password, Milliseconds timeout, Time now
    );
    /// Notifies all listeners except `home` that the session has moved to `home`.
    void announce_move(std::int64_t session, const TransactionListener& home) const {
        for (TransactionListener* listener : listeners_) {
            if (listener != &home) listener->on_session_moved(session);
        }
    }
    /// Postpones the expiry of a session; does nothing if there is no such session.
    void touch_session(std::int64_t id, Time now);
    /// Ends a session and deletes its ephemeral nodes in one transaction. Returns null if there is
    /// no such session.
    [[nodiscard]] std::shared_ptr<const Transaction> close_session(std::int64_t id, Time now);

    /// Expires sessions, and removes containers and TTL nodes; delivers the transactions. Call it
    /// at `next_deadline` or later.
    void on_time(Time now);
    [[nodiscard]] SteadyTime next_deadline() const noexcept;

    /// Sets the last zxid, ahead or back, as after a restore from a backup. Changes nothing in the
    /// tree.
    void jump_zxid(std::int64_t zxid) noexcept { zxid_ = zxid; }
    /// Sets the next sequence number under a node, without a transaction. Returns false if there is
    /// no such node.
    bool set_next_number(std::string_view path, std::int32_t number) noexcept {
        return tree_.set_next_number(path, number);
    }

private:
    class Write;

    WriteResult write_multi(const WriteContext& context, std::span<const std::byte> body, Time now);
    WriteResult write_one(
        const WriteContext& context, codec::Opcode op, std::span<const std::byte> body, Time now
    );
    template <class Request>
    WriteResult write_as(
        const WriteContext& context, codec::Opcode op, std::span<const std::byte> body, Time now
    );
    std::shared_ptr<const Transaction> remove_node(std::string path, Time now);

    DatabaseOptions options_;
    Tree tree_;
    SessionTable sessions_;
    std::int64_t zxid_ = 0;  // of the last transaction
    std::uint64_t expired_sessions_ = 0;
    std::optional<SteadyTime> next_removal_;  // set by the first on_time()
    std::vector<TransactionListener*> listeners_;
    bool undelivered_ = false;  // the last transaction has not been delivered; for assertions
};

}  // namespace kazoo::server
