// SPDX-License-Identifier: Apache-2.0
/// Watch functions: the `watch` parameter of get, exists, get_children and add_watch.
#pragma once

#include <kazoo/detail/access.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
/// The watch function that copies of a Watcher share. Called on the callback lane of the client
/// that it was given to; not synchronised otherwise.
class WatcherState : public RefCounted {
public:
    /// Throws what the function throws.
    virtual void call(const WatchedEvent& event) = 0;
};

/// A watch function in one block of memory with its count of references, because there may be a
/// million of them.
template <class F>
class StoredWatcher final : public WatcherState {
public:
    template <class Given>
    explicit StoredWatcher(Given&& function) : function_(std::forward<Given>(function)) {}

    void call(const WatchedEvent& event) override {
        if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>) {
            if (function_ == nullptr) {
                throw std::bad_function_call();
            }
        }
        static_cast<void>(detail::invoke(function_, event));
    }

private:
    F function_;
};
}  // namespace detail

class Watcher;

/// A function object that a Watcher can wrap: callable with a `const WatchedEvent&`.
template <class F>
concept WatchFunction = detail::CallableOtherThan<F, Watcher, void, const WatchedEvent&>;

/// A watch function: called once, for the next change of a node after the watch was set; with
/// add_watch, for all changes (WatchHandle describes the differences).
///
///     const Watcher watch([name](const WatchedEvent& event) { ... });
///     auto node = co_await zk.get_async("/a", watch);
///
/// Converts implicitly from every function object that is callable with a `const WatchedEvent&`. A
/// handle: copies refer to the same watch function and are cheap. Watches are registered per path
/// and kind (`get` and `exists` are one kind, `get_children` is the other); a Watcher that is given
/// twice for the same path and kind is called once per event, as in kazoo. Two Watchers made from
/// equal functions are different.
///
/// Threads: the function runs on the handler's callback lane, after the reply to the operation that
/// set the watch, one call at a time per handler. It may block if the handler has threads of its
/// own. Exceptions that it throws are logged at error level. Distinct copies of a Watcher may be
/// used from different threads.
///
/// Lifetime: a watch survives reconnects; if the node changed while the client was disconnected,
/// the event is delivered after the reconnect. The watch function is called and the watch removed
/// - when the node changes (CREATED, DELETED, CHANGED, CHILD);
/// - when the session ends because it expired, authentication failed, or the client was stopped:
///   event type NONE, no path;
/// - when servers do not accept the watch again after a reconnect: event type WATCH_LOST.
///
/// An operation that fails sets no watch, except `exists` for a missing node.
///
/// g++ 12 destroys a temporary lambda in a `co_await` expression twice if it captures an object
/// with a destructor, also when it is wrapped as in `Watcher([name]...)`. Give the Watcher or the
/// lambda a name first, as in the example above. Watchers returned by a function and objects of
/// classes with a constructor are not affected. See "With g++ 12" in <kazoo/async_result.hpp> for
/// other affected expressions.
class Watcher {
public:
    /// No watch.
    Watcher() noexcept = default;

    /// Wraps a function object, which need not be copyable. Throws std::bad_alloc, or what copying
    /// or moving `function` throws.
    template <WatchFunction F>
    Watcher(F&& function)
        : state_(detail::make_ref<detail::StoredWatcher<std::decay_t<F>>>(std::forward<F>(function))
          ) {}

    /// Returns true unless this is "no watch".
    explicit operator bool() const noexcept { return static_cast<bool>(state_); }
    /// Returns true if both refer to the same watch function, or to none.
    friend bool operator==(const Watcher&, const Watcher&) noexcept = default;

private:
    friend struct detail::Access;

    detail::RefPtr<detail::WatcherState> state_;
};

}  // namespace kazoo
KAZOO_API_END
