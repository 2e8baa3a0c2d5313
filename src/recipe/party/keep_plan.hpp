// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace kazoo::detail::recipe {

/// How a node is kept present.
struct KeepRules {
    bool ephemeral = true;
    /// The path of the node is known before it is created: no sequence number, no protection.
    bool named = true;
    /// Creates the node again when it was deleted, and in the next session.
    bool renew = true;
    /// Replaces an ephemeral node of any other session, not only of former ones of this client.
    bool take_over = false;
};

/// What is to be done next about the node.
enum class KeepStep {
    look,     ///< Ask whether it exists, with a watch.
    create,   ///< It does not exist: create it.
    replace,  ///< It belongs to a session that has ended: delete and create it in one transaction.
    set,      ///< It exists with other data: set them.
    wait,     ///< Wait for the next event.
    remove,   ///< It is to be kept no more: delete it.
    end,      ///< Nothing: it is kept no more.
};

/// Why a node is kept no more.
enum class KeepEnd {
    stopped,       ///< By the user.
    not_renewed,   ///< It was deleted or its session was lost, and KeepRules::renew is false.
    client_ended,  ///< The client was destroyed, or not running when the node was to be removed.
    failed,        ///< No more tries are allowed, or the node could not be deleted.
};

/// What a look has found.
enum class NodeSeen {
    unknown,  ///< Nothing is known: not looked yet, or there was an event since.
    absent,   ///< Does not exist. Also while a look is under way that no event has overtaken.
    own,      ///< Ours: it belongs to the present session, or is not ephemeral.
    former,   ///< An ephemeral node that may be replaced.
    foreign,  ///< A node that is none of ours, and has to go first.
};

/// What the error of a step means.
enum class KeepFailure {
    passes,   ///< Another try may succeed after a pause.
    changed,  ///< The node has changed: look at it at once.
    closed,   ///< There is no session, or the client is not running.
    report,   ///< Does not pass by itself: report it, and try again after a pause.
};

/// Returns what an error means. NoNode is not an error of `look`.
[[nodiscard]] KeepFailure keep_failure(const Error& error) noexcept;

/// The decisions of who keeps a node present: a state machine without I/O, threads and clocks.
/// Events come in through its members, in any order; `next` returns what to do. Each step but
/// `wait` and `end` has to be answered, by one of looked, done and failed. Not thread-safe.
///
///     look ---- absent ---> create --.        look again after each of these, because only a
///      ^ '----- former ---> replace -|        look sets the watch and shows the owner
///      |  '---- own ------> set -----|
///      |   '--- foreign, own -> wait |
///      '----- an event, a session ---'
class KeepPlan {
public:
    explicit KeepPlan(const KeepRules& rules) noexcept : rules_(rules), named_(rules.named) {}

    /// Returns the next step, and begins it.
    [[nodiscard]] KeepStep next() noexcept;

    // The answers to steps.

    /// The node does not exist.
    void absent() noexcept;
    /// The node exists, and `session` is the present session. Returns what it is.
    NodeSeen found(std::int64_t owner, std::int64_t session) noexcept;
    /// The node was created or replaced with data of this generation, or they were set.
    void done(std::uint64_t generation) noexcept;
    /// The node was deleted; or did not exist any more.
    void removed() noexcept { end(KeepEnd::stopped); }
    /// A step has failed. `unknown`: it may have been applied.
    void failed(KeepFailure why, bool unknown) noexcept;

    // Events, which may come at any time.

    /// The watch has fired: the node was created or deleted, or its data was set.
    void fired() noexcept { seen_ = NodeSeen::unknown; }
    void state_changed(const StateChange& change) noexcept;
    /// A request that makes a node is about to be sent in this session.
    void sent_in(std::int64_t session) noexcept;
    /// The data that the node is to have have changed. Returns their generation.
    std::uint64_t change_data() noexcept { return ++wanted_; }
    /// The node is to be kept no more: it is removed.
    void stop() noexcept { stopping_ = true; }
    void end(KeepEnd why) noexcept;

    [[nodiscard]] const std::optional<KeepEnd>& ended() const noexcept { return ended_; }
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }
    /// Returns whether the node exists, as far as is known, and is ours.
    [[nodiscard]] bool present() const noexcept { return present_; }
    /// Returns whether the client is not running, as far as is known.
    [[nodiscard]] bool client_stopped() const noexcept { return stopped_; }
    [[nodiscard]] std::uint64_t wanted_data() const noexcept { return wanted_; }
    /// Returns the generation of the data that the node has; 0: unknown, or there is no node.
    [[nodiscard]] std::uint64_t applied_data() const noexcept { return applied_; }

private:
    [[nodiscard]] KeepStep next_to_remove() noexcept;
    [[nodiscard]] bool is_former(std::int64_t owner) const noexcept;
    [[nodiscard]] KeepStep begin(KeepStep step) noexcept;

    const KeepRules rules_;
    bool named_;
    NodeSeen seen_ = NodeSeen::unknown;
    bool present_ = false;
    bool was_present_ = false;
    bool stopping_ = false;
    bool closed_ = false;       // there is no session
    bool stopped_ = false;      // the client is not running
    bool reconnected_ = false;  // the client was connected since the last step began
    std::uint64_t wanted_ = 1;
    std::uint64_t applied_ = 0;
    // The last sessions in which a node may have been created, the oldest of them overwritten.
    std::array<std::int64_t, 8> sessions_{};
    std::size_t next_session_ = 0;
    std::optional<KeepEnd> ended_;
};

}  // namespace kazoo::detail::recipe
