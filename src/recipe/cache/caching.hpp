// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/cache_listeners.hpp"
#include "recipe/cache/tree_model.hpp"
#include "recipe/client_listener.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/event.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/recipes/tree_cache.hpp>
#include <kazoo/watch_operations.hpp>
#include <kazoo/watcher.hpp>

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

namespace kazoo::detail::recipe {

class TreeReader;

/// What the coroutine of a cache does next.
enum class CacheStep { create_root, watch, sync, read, deliver, pause, wait, end };

/// What is to be done about a request that has failed.
enum class CacheFailure { again, alone, refused };

/// One TreeCache, shared by the user's object, its streams, the coroutines that carry out its
/// steps, and, weakly, by the watch function and the state listener that the client has.
///
///     lanes of the client:  watch events, state changes ---> model_, woken_
///     run():                next_step() -> watch, sync, read_batch() ... -> wait
///     read_batch():         requests -> apply() -> model_, woken_
///     deliver():            changes of the model -> listeners, on Lane::callback
///
/// The model is changed with mutex_ held. Nothing else is called with it held, neither functions of
/// the user nor the client.
class Caching final : public EventSource, public std::enable_shared_from_this<Caching> {
public:
    [[nodiscard]] static std::shared_ptr<Caching> make(
        const KazooClient& client, PathView path, const TreeCacheOptions& options
    );
    /// For make().
    Caching(const KazooClient& client, std::string path, const TreeCacheOptions& options);
    Caching(const Caching&) = delete;
    Caching& operator=(const Caching&) = delete;

    // For the user's object.

    void start();
    void close() noexcept;
    [[nodiscard]] AsyncResult<void> initialized() const { return initialized_.result(); }
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept;
    [[nodiscard]] std::optional<Error> failure() const;
    [[nodiscard]] CacheListeners& listeners() noexcept { return listeners_; }
    ListenerId listen(EventListener listener);
    [[nodiscard]] std::optional<NodeData> get_data(PathView path) const;
    [[nodiscard]] std::optional<std::vector<std::string>> get_children(PathView path) const;
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept;
    [[nodiscard]] TreeSnapshot snapshot();

    // For the listeners.

    [[nodiscard]] std::optional<TreeEvent> next_event() override;
    [[nodiscard]] bool has_event() const noexcept override;
    void delivery_failed() noexcept override;

    // For streams.

    /// Opens a stream, unless the cache has ended. Throws std::bad_alloc.
    void add_reader(TreeReader& reader, StreamFrom from);
    void remove_reader(TreeReader& reader) noexcept;
    /// Takes the next event of a stream; nothing if none waits. Throws std::bad_alloc, and has then
    /// taken nothing.
    [[nodiscard]] std::optional<TreeEvent> take(TreeReader& reader);
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    /// Begins and ends a call of TreeStream::next. Returns false if one is pending.
    [[nodiscard]] bool begin_next(TreeReader& reader) noexcept;
    void end_next(TreeReader& reader) noexcept;
    /// Returns whether the stream has ended; throws the error that has ended the cache.
    [[nodiscard]] bool is_over(const TreeReader& reader) const;
    /// Returns the error of results that end with the cache.
    [[nodiscard]] Error end_error() const;

    // For the coroutines.

    [[nodiscard]] CacheStep next_step();
    [[nodiscard]] AsyncResult<void> woken() const { return woken_.wait_async(); }
    [[nodiscard]] AsyncResult<void> pause();
    [[nodiscard]] AsyncResult<bool> create_root();
    [[nodiscard]] AsyncResult<WatchHandle> add_watch();
    [[nodiscard]] AsyncResult<std::string> sync();
    void root_created() noexcept;
    void watch_set(WatchHandle handle) noexcept;
    /// The servers have no recursive watches.
    void watch_by_node();
    [[nodiscard]] bool watches_by_node() const noexcept;
    void synced() noexcept;
    /// Returns the next reads, which count as under way until end_batch().
    [[nodiscard]] TreeBatch begin_batch();
    void end_batch() noexcept;
    /// Returns the watch function that reads have to set; none with a recursive watch.
    [[nodiscard]] Watcher watcher() const;
    [[nodiscard]] CallOptions request_options() const;
    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    /// Removes the names that the selector does not take, and sorts the others. Called without
    /// mutex_.
    void select(const std::string& parent, std::vector<std::string>& names);
    void apply(const TreeRead& read, TreeReply& reply);
    void failed(const TreeRead& read, CacheFailure what) noexcept;
    /// Notes the failure of a request, and decides what is to be done about its reads, of which
    /// there were `reads`. May end the cache. `connects`: what connects() was before.
    CacheFailure on_failure(
        const std::exception_ptr& failure, std::size_t reads, std::uint64_t connects
    ) noexcept;
    [[nodiscard]] std::uint64_t connects() const noexcept;
    void report(const Error& error) noexcept { listeners_.report(error); }
    /// Ends the cache, unless it has ended before.
    void end(WatchEnd why, std::optional<Error> error = std::nullopt) noexcept;

private:
    friend ClientListener<Caching>;

    [[nodiscard]] Watcher make_watcher();
    void listen_to_client();
    void on_client_end() noexcept { end(WatchEnd::client_stopped); }
    [[nodiscard]] bool on_state(const StateChange& change);
    void on_event(const WatchedEvent& event, std::uint64_t epoch);
    void after_change() noexcept;
    void wake_readers() noexcept;
    void note_state(KazooState state) noexcept;  // with mutex_ held
    [[nodiscard]] bool is_news(const Error& error) noexcept;
    [[nodiscard]] std::optional<Error> plan_pause(const Error& error, bool retryable) noexcept;
    [[nodiscard]] std::string checked(PathView path) const;
    [[nodiscard]] std::optional<TreeEvent> take_from(ChangeQueue& queue);  // with mutex_ held

    const RecipeClient client_;
    const TreeCacheOptions options_;
    const std::string path_;
    const std::size_t seed_;    // of the jitter of pauses
    const Event woken_;         // set when there may be another next step
    std::stop_source stopped_;  // ends requests and pauses
    Promise<void> initialized_;
    CacheListeners listeners_;
    ClientListener<Caching> client_listener_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::unique_ptr<TreeModel> model_;  // null once the cache has ended
    ChangeQueue listener_queue_;
    bool listening_ = false;  // listener_queue_ is one of the model's
    std::list<TreeReader*> readers_;
    bool started_ = false;
    std::optional<WatchEnd> ended_;
    std::optional<Error> failure_;
    bool root_created_ = false;
    bool by_node_ = false;  // the servers have no recursive watches
    bool watching_ = false;
    std::uint64_t epoch_ = 0;  // of the watch function; events of earlier ones are ignored
    Watcher watcher_;
    WatchHandle handle_;
    bool must_sync_ = false;         // before the next read
    bool initialized_once_ = false;  // initialized_ is set
    bool deliver_again_ = false;     // there was no memory to call listeners
    std::size_t in_flight_ = 0;
    bool closed_ = false;       // waits for the client to run
    bool interrupted_ = false;  // SUSPENDED or LOST was reported last
    std::uint64_t connects_ = 0;
    std::optional<RetryRun> tries_;  // since the last success
    std::optional<Duration> pause_;  // before the next step
    AsyncResult<void> pausing_;
    std::error_code reported_;  // of the last failed request that was reported
};

}  // namespace kazoo::detail::recipe
