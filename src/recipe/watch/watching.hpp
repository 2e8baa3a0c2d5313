// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/client_listener.hpp"
#include "recipe/watch/node_reading.hpp"
#include "recipe/watch/watch_plan.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/client_ref.hpp>
#include <kazoo/event.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/unique_function.hpp>
#include <kazoo/watcher.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>

namespace kazoo::detail::recipe {

/// What a kind of watch reads, and how it compares that with its last report.
struct WatchKind {
    /// `client` is valid during the call only.
    using Read = AsyncResult<Reading>(
        KazooClient& client, std::string path, Watcher watch, CallOptions options
    );
    std::function<Read> read;
    bool (LastReport::*differs)(const Reading& now) const noexcept;
};
[[nodiscard]] WatchKind data_kind();
[[nodiscard]] WatchKind children_kind();

using ErrorFunction = std::function<void(const Error&)>;
/// The function of a watch in the form that is stored. Returns whether the watch continues.
using ReportFunction = UniqueFunction<bool(Change&)>;

/// The parameters of a watch.
struct WatchParameters {
    WatchKind kind;
    const char* name;  ///< of the public class, for messages
    std::string path;
    WatchRules rules;
    RetryPolicy retry;
};

/// One watch, shared by the user's object, the coroutines that carry out its plan, and, weakly, by
/// the watch function and the state listener that the client has.
///
///     lanes of the client:   watch events, state changes ---> plan_, woken_
///     next_change():         plan_ -> read, retry, wait ... -> a change, for a stream or for run()
///     run():                 next_change() -> call() -> next_change() -> ...
///
/// Events are noted in the plan with mutex_ held and wake the coroutine, which alone carries out
/// steps. Nothing else is called with mutex_ held, neither functions of the user nor the client.
class Watching final : public std::enable_shared_from_this<Watching> {
public:
    /// Returns a watch that listens to the client and does nothing else yet. `function` and
    /// `on_error` may be empty. Throws BadArgumentsError if the path is malformed, and
    /// std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<Watching> make(
        const ClientRef& client,
        WatchParameters parameters,
        ErrorFunction on_error,
        ReportFunction function = {}
    );
    /// For make().
    Watching(const ClientRef& client, WatchParameters parameters);
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;

    // For the user's object.

    /// Ends the watch. With `wait`, waits for a call in progress, if the caller may.
    void stop(bool wait) noexcept;
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept;
    [[nodiscard]] AsyncResult<void> first_call() const { return first_call_.result(); }

    // For the coroutines.

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    [[nodiscard]] const WatchRules& rules() const noexcept { return parameters_.rules; }
    [[nodiscard]] const std::string& path() const noexcept { return parameters_.path; }
    /// Returns the error that ended the watch, for results that end with it.
    [[nodiscard]] Error end_error() const;
    [[nodiscard]] bool settled() const noexcept;

    /// Returns false if another caller is waiting for the next change.
    [[nodiscard]] bool begin_next() noexcept;
    void end_next() noexcept;

    [[nodiscard]] WatchStep next_step();
    [[nodiscard]] AsyncResult<void> woken() const { return woken_.wait_async(); }
    /// Sends the request of a step. Throws ConnectionClosedError if the client has been destroyed.
    [[nodiscard]] AsyncResult<Reading> request(WatchStep step);
    /// Repeats a step that has failed, with pauses.
    [[nodiscard]] AsyncResult<Reading> retry(WatchStep step, std::exception_ptr failure);
    void on_read(Reading reading);
    /// Notes that a step has failed finally. Rethrows the failure if the watch continues although
    /// the caller cannot: the step was cancelled, or there was no memory for it.
    void on_failure(const std::exception_ptr& failure);
    [[nodiscard]] std::optional<Change> take_change() noexcept;

    /// Calls the function on the callback lane. Returns whether the watch continues. Throws what
    /// Handler::dispatch throws, and std::bad_alloc; `change` is then as it was before.
    [[nodiscard]] AsyncResult<bool> call(Change& change);
    /// Reports an error to the user, unless it was the last one that was reported.
    void report(const Error& error) noexcept;
    /// Releases everything once the coroutine of a watch with a function has ended. `on_lane`: the
    /// function is destroyed on the callback lane; not possible if the loop has been destroyed.
    void finish(bool on_lane) noexcept;

private:
    friend ClientListener<Watching>;
    /// The functions of the user. Owned by code_ alone, except during a call and its own end.
    struct UserCode {
        ReportFunction function;
        ErrorFunction on_error;
    };

    [[nodiscard]] bool on_state(const StateChange& change);
    void on_event(const WatchedEvent& event);
    void after_event(bool ended) noexcept;
    void end(WatchEnd why) noexcept;
    void on_client_end() noexcept { end(WatchEnd::client_stopped); }
    [[nodiscard]] bool call_on_lane(Change& change);
    void report_on_lane(const std::weak_ptr<UserCode>& code, const Error& error);
    [[nodiscard]] std::shared_ptr<UserCode> enter(const std::weak_ptr<UserCode>& code);
    void leave(std::shared_ptr<UserCode> code) noexcept;
    void log(const Error& error) noexcept;

    const ClientRef client_;
    const WatchParameters parameters_;
    Watcher watcher_;           // constant after make(); the same for all requests
    const Event woken_;         // set when the plan may have another next step
    const Event idle_;          // cleared when a call of the user begins, set when it ends
    std::stop_source stopped_;  // ends requests and pauses
    Promise<void> first_call_;
    ClientListener<Watching> listener_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    WatchPlan plan_;
    LastReport last_;
    std::optional<Change> change_;    // to be taken by take_change()
    std::shared_ptr<UserCode> code_;  // null once the watch has ended
    bool calling_ = false;            // a function of the user is being called
    bool stopped_by_user_ = false;    // no other call may begin
    bool next_pending_ = false;       // between begin_next() and end_next()
    std::optional<Error> failure_;    // with WatchEnd::failed
    std::error_code reported_;        // of the last reported error; none once a read has succeeded
};

}  // namespace kazoo::detail::recipe
