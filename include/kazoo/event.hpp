#pragma once

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo {

/// A flag that can be waited for (Python's `threading.Event`): what `start_async` returns.
/// A cheap handle: copies share the flag. All members may be called from any thread.
class Event {
public:
    /// Waiting uses `handler`; without one it blocks the calling thread.
    explicit Event(std::shared_ptr<Handler> handler = nullptr);

    [[nodiscard]] bool is_set() const noexcept;
    void set();
    void clear();
    /// Blocks the calling thread or fiber until the flag is set, at most `timeout`; says whether it
    /// is set. Throws WouldDeadlockError, and nothing else, where the wait could never end.
    bool wait(Duration timeout) const;
    void wait() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace kazoo
