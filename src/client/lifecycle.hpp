// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace kazoo::detail::client {

/// Numbers the lives of a client: a life lasts from a start to the end of its session. 0 is none.
using LifeNumber = std::uint64_t;

/// Decides what start, stop and the end of a session mean for a client, whatever their order.
///
/// A state machine without threads, clocks or calls to the outside: each input returns what its
/// caller has to do, and the caller does it after releasing the mutex that guards this object.
///
///     stopped --start--> beginning --begun--> running --stop--> closing --finished--> stopped
///                            |                   |                           or: beginning
///                            +--begin_failed     +--session_over--> over --finished--> (same)
///
/// A start during `closing` or `over` is recorded: the next life begins when the present one has
/// finished. A session that ends early may report `session_over` and `finished` before `begun`.
///
/// Invariants: next_ is 0 unless the present life is ending or is to be stopped; in `stopped` it is
/// 0. The handler is started once when held_ becomes true, and stopped once when it becomes false.
class Lifecycle {
public:
    enum class Phase {
        stopped,    ///< No session. The handler may still be held.
        beginning,  ///< The caller that begins the life starts the handler and the session.
        running,    ///< A session runs.
        closing,    ///< A session runs and has been asked to close.
        over,       ///< The session has ended by itself; its last events are being delivered.
    };

    struct Start {
        LifeNumber life = 0;        ///< The life that the caller has joined.
        bool begin = false;         ///< Begin it now, then call `begun` or `begin_failed`.
        bool hold_handler = false;  ///< Start the handler first.
    };
    struct Stop {
        LifeNumber life = 0;       ///< The life whose end is to be waited for; may have ended.
        bool close = false;        ///< Close its session now.
        LifeNumber dropped = 0;    ///< The recorded next life, which will not begin.
        bool already_over = true;  ///< No session runs any more.
    };
    struct Finish {
        LifeNumber next = 0;           ///< Begin this life now; the handler is held.
        bool release_handler = false;  ///< Stop the handler.
    };

    /// A caller starts the client. It joins the present life or the next one, or begins one.
    [[nodiscard]] Start start();
    /// The session of `life` has been started. Returns whether to close it at once, because a stop
    /// came meanwhile.
    [[nodiscard]] bool begun(LifeNumber life);
    /// The handler or the session could not be started; the caller has stopped the handler again if
    /// it had started it. Returns the life that was to follow, which will not begin either, or 0.
    [[nodiscard]] LifeNumber begin_failed(LifeNumber life);

    /// Ends the present life, and the next one if there is one.
    [[nodiscard]] Stop stop();
    /// A caller that joined `life` by `start` gives up. Ends the life if no other caller has joined
    /// it, or if its session is over anyway. Returns nothing if the life goes on without the
    /// caller.
    [[nodiscard]] std::optional<Stop> leave(LifeNumber life);

    /// The session has ended by itself: from now on a start begins another life.
    void session_over();
    /// All events of the session are delivered.
    [[nodiscard]] Finish finished();

    /// Returns whether the caller is to stop the handler now: once for each time it was held.
    [[nodiscard]] bool take_handler(LifeNumber life);
    /// For a stop that cannot wait for `finished`. Returns false if there is nothing to wait for.
    [[nodiscard]] bool release_when_finished(LifeNumber life);

    [[nodiscard]] Phase phase() const noexcept { return phase_; }
    [[nodiscard]] LifeNumber current() const noexcept { return current_; }
    [[nodiscard]] LifeNumber next() const noexcept { return next_; }
    [[nodiscard]] bool handler_held() const noexcept { return held_; }
    /// Returns whether a connection made now is of use: no stop has been requested.
    [[nodiscard]] bool serves() const noexcept {
        return (phase_ == Phase::running || phase_ == Phase::beginning) && !stop_asked_;
    }

private:
    [[nodiscard]] LifeNumber drop_next();

    Phase phase_ = Phase::stopped;
    LifeNumber last_ = 0;     // the last number assigned
    LifeNumber current_ = 0;  // the present life, or the last one
    LifeNumber next_ = 0;     // the life that begins when the present one has finished, or 0
    int joined_ = 0;          // callers that have joined the current life
    int joined_next_ = 0;     // callers that have joined the next one
    bool stop_asked_ = false;
    bool held_ = false;               // the handler was started for this client, and not stopped
    bool release_on_finish_ = false;  // a stop could not wait: finished() has the handler stopped
};

}  // namespace kazoo::detail::client
