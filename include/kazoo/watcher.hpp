#pragma once

#include <kazoo/detail/access.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
/// The watch function that copies of a Watcher share.
class WatcherState final : public RefCounted {
public:
    explicit WatcherState(UniqueFunction<void(const WatchedEvent&)> f) : function(std::move(f)) {}
    UniqueFunction<void(const WatchedEvent&)> function;
};
}  // namespace detail

/// A one-shot watch: a function that is told once of the next change of a node.
///
/// Made from anything callable with a `const WatchedEvent&`. Copies are the same watcher: given
/// twice for one path and kind (`get` and `exists` are one kind, `get_children` the other) it
/// is told once, as in kazoo. Two watchers made from equal functions are two.
///
/// The function runs on the handler's callback lane, after the reply that armed it and one at a
/// time; it may block on handlers with threads. Exceptions that it throws are logged. Watches
/// survive reconnects: a change that happened meanwhile is reported afterwards. When the session
/// ends (expired, refused, stopped), every watch is called once, with type NONE and no path, and is
/// removed. A watch that no server accepts again after a reconnect is called with WATCH_LOST and
/// its path, and is removed. A call that fails sets no watch, except `exists` on a missing node.
///
/// In a `co_await` expression give the watcher, or the lambda, a name of its own first: g++ 12
/// destroys a temporary lambda there twice if it captures something with a destructor. Wrapping it
/// (`Watcher([name]...)`) does not help; a Watcher that a function returns may stand there, and so
/// may a class with a constructor. More such forms: <kazoo/async_result.hpp>, "With g++ 12".
///
///     const Watcher watch([name](const WatchedEvent& event) { ... });
///     auto node = co_await zk.get_async("/a", watch);
class Watcher {
public:
    /// No watch.
    Watcher() noexcept = default;

    template <class F>
    requires detail::CallableOtherThan<Watcher, F, void, const WatchedEvent&> Watcher(F&& function)
        : state_(detail::make_ref<detail::WatcherState>(std::forward<F>(function))) {}

    explicit operator bool() const noexcept { return static_cast<bool>(state_); }
    friend bool operator==(const Watcher&, const Watcher&) noexcept = default;

private:
    friend struct detail::Access;

    detail::RefPtr<detail::WatcherState> state_;
};

}  // namespace kazoo
KAZOO_API_END
