#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

/// A flag that can be waited for (Python's `threading.Event`): what `start_async` returns.
/// A cheap handle: copies share the flag. All members may be called from any thread.
class Event {
public:
    /// Waiting uses `handler`; without one it blocks the calling thread.
    explicit Event(std::shared_ptr<Handler> handler = nullptr);

    [[nodiscard]] bool is_set() const noexcept;
    void set() const;
    void clear() const;
    /// Ends all waits, those under way and those to come until the next `set` or `clear`; they
    /// give false, unless the flag is set. For when nobody is left who would set it.
    void cancel() const;
    /// Blocks the calling thread or fiber until the flag is set, at most `timeout` or until
    /// `cancel`; says whether it is set. Throws WouldDeadlockError, and nothing else, where the
    /// wait could never end.
    bool wait(AnyDuration timeout) const;
    bool wait() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace kazoo
KAZOO_API_END
