// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/client_listener.hpp"
#include "recipe/party/keep_plan.hpp"
#include "recipe/party/node_callbacks.hpp"
#include "recipe/party/waiters.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/event.hpp>
#include <kazoo/node.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/watcher.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace kazoo::detail::recipe {

/// The parameters of a node that is kept present.
struct KeptParameters {
    std::string path;      ///< As passed to the first create.
    CreateOptions create;  ///< Of the first create.
    KeepRules rules;
    RetryPolicy retry;
    std::string data;
    bool null_data = false;
    /// Creates a missing parent as a container, where the servers have these; its own ancestors,
    /// and other parents, are persistent.
    bool container_parent = false;
};

/// Keeps one node present. Shared by the user's object, the coroutine that carries out its plan
/// and, weakly, by the watch function and the state listener that the client has.
///
///     lanes of the client:  watch events, state changes ---> plan_, woken_
///     the user:             stop, set_data              ---> plan_, woken_
///     keep():               plan_ -> look, create, ... -> plan_ -> ...; waiters_
///
/// Events are noted in the plan with mutex_ held and wake the coroutine, which alone carries out
/// steps. Nothing else is called with mutex_ held, neither functions of the user nor the client.
class KeptNode final : public std::enable_shared_from_this<KeptNode> {
public:
    /// Begins to keep a node. Throws std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<KeptNode> begin(
        const RecipeClient& client, KeptParameters parameters, NodeCallbacks::Functions functions
    );
    /// For begin().
    KeptNode(
        const RecipeClient& client, KeptParameters parameters, NodeCallbacks::Functions functions
    );
    KeptNode(const KeptNode&) = delete;
    KeptNode& operator=(const KeptNode&) = delete;

    // For the user's object.

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] bool present() const noexcept;
    /// Returns the path of the node; nothing before it was created first.
    [[nodiscard]] std::optional<std::string> path() const;
    /// Returns why the node is kept no more; nothing while it is.
    [[nodiscard]] std::optional<KeepEnd> ended() const noexcept;
    /// Removes the node in the background. With `wait`, waits for a call of the user's functions in
    /// progress, if the caller may.
    void stop(bool wait) noexcept;
    /// Sets the data that the node is to have. Returns their generation.
    [[nodiscard]] std::uint64_t set_data(std::string data, bool null_data);

    // What calls wait for.

    /// How a wait ends early.
    enum class Patience {
        with_node,   ///< When the node is kept no more.
        with_error,  ///< Also with an error that is reported, and if the client is not running.
    };
    /// Completes when the node exists. Returns its path.
    [[nodiscard]] static AsyncResult<std::string> until_present(
        std::shared_ptr<KeptNode> node, CallLimits limits, Patience patience
    );
    /// Completes when the node has the data of this generation or of a later one.
    [[nodiscard]] static AsyncResult<void> until_applied(
        std::shared_ptr<KeptNode> node, std::uint64_t generation, CallLimits limits
    );
    /// Completes when the node is kept no more, for whatever reason.
    [[nodiscard]] static AsyncResult<void> until_ended(
        std::shared_ptr<KeptNode> node, CallLimits limits
    );
    /// The same. Returns whether the node existed when it was removed; fails if it still exists.
    [[nodiscard]] static AsyncResult<bool> until_removed(
        std::shared_ptr<KeptNode> node, CallLimits limits
    );

    // For the coroutine.

    [[nodiscard]] KeepStep next_step();
    [[nodiscard]] AsyncResult<void> woken() const { return woken_.wait_async(); }
    [[nodiscard]] AsyncResult<std::optional<ZnodeStat>> look();
    void on_look(const std::optional<ZnodeStat>& stat);
    /// Creates the node. Returns its path. Fails with NoNodeError if its parent is to be a
    /// container, and does not exist.
    [[nodiscard]] AsyncResult<std::string> create();
    [[nodiscard]] bool has_container_parent() const noexcept {
        return parameters_.container_parent;
    }
    [[nodiscard]] AsyncResult<std::string> create_parent(bool container);
    [[nodiscard]] AsyncResult<TransactionResults> replace();
    [[nodiscard]] AsyncResult<ZnodeStat> set();
    [[nodiscard]] AsyncResult<void> remove();
    /// `path`: of the node that was created; empty if it is known.
    void on_done(std::string_view path);
    void on_removed(bool existed);
    /// Notes the failure of a step. Returns whether a pause is necessary.
    [[nodiscard]] bool on_failure(KeepStep step, const Error& error);
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return parameters_.retry; }
    [[nodiscard]] std::int64_t session() const noexcept { return client_.session(); }
    [[nodiscard]] AsyncResult<void> pause(Duration duration) const;
    void give_up(Error error);
    /// Releases everything once the coroutine has ended.
    void finish() noexcept;

private:
    friend ClientListener<KeptNode>;

    [[nodiscard]] bool on_state(const StateChange& change);
    void on_client_end() noexcept;
    void wake() noexcept;
    [[nodiscard]] CreateOptions options_again() const;
    [[nodiscard]] DataView data_locked() const noexcept;
    void sending();
    void throw_if_ended(Patience patience) const;
    [[nodiscard]] Error closed_error() const;
    [[nodiscard]] Error end_error_locked() const;

    const RecipeClient client_;
    const KeptParameters parameters_;
    const std::shared_ptr<NodeCallbacks> callbacks_;
    Watcher watcher_;    // constant after begin()
    const Event woken_;  // set when the plan may have another next step
    Waiters waiters_;    // for changes of what calls wait for
    ClientListener<KeptNode> listener_;
    std::stop_source interrupted_;  // ends the present pause when the node is to be removed
    std::stop_source client_gone_;  // ends every pause

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    KeepPlan plan_;
    std::string data_;
    bool null_data_;
    std::string path_;                 // empty: not created yet, and not known
    std::optional<ZnodeStat> stat_;    // of the node as it was last seen
    std::int64_t reported_czxid_ = 0;  // of the node that was reported to on_created
    std::uint64_t sent_data_ = 0;      // generation of the data in the present step
    bool existed_ = false;             // when it was removed
    std::optional<Error> error_;       // of the last step that failed, until the node is there
    std::optional<Error> failure_;     // with KeepEnd::failed
    std::error_code reported_;         // of the last reported error, until the node is there
};

}  // namespace kazoo::detail::recipe
