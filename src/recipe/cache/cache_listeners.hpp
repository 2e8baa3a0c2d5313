// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/recipe_client.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/event.hpp>
#include <kazoo/recipes/tree_cache_event.hpp>
#include <kazoo/recipes/tree_cache_options.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

using EventListener = UniqueFunction<void(const TreeEvent&)>;
using FaultListener = UniqueFunction<void(const Error&)>;

/// Where CacheListeners get the events from.
class EventSource {
public:
    EventSource() noexcept = default;
    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;
    /// Returns the next event; nothing if none waits. Throws std::bad_alloc, and has then taken
    /// nothing.
    [[nodiscard]] virtual std::optional<TreeEvent> next_event() = 0;
    [[nodiscard]] virtual bool has_event() const noexcept = 0;
    /// An event could not be delivered for lack of memory: deliver() is to be called again.
    virtual void delivery_failed() noexcept = 0;

protected:
    ~EventSource() = default;
};

/// The functions of the user of a cache, and the calls of them: of listeners on Lane::callback, one
/// at a time, none after stop().
///
/// Functions are neither called nor destroyed with mutex_ held.
class CacheListeners {
public:
    CacheListeners(const RecipeClient& client, std::string path, TreeCacheOptions::Selector select);
    CacheListeners(const CacheListeners&) = delete;
    CacheListeners& operator=(const CacheListeners&) = delete;

    ListenerId add(EventListener listener);
    ListenerId add_fault(FaultListener listener);
    bool remove(ListenerId listener);

    /// To be called once, before deliver() and report(). `source` is kept alive during calls.
    void connect(std::weak_ptr<EventSource> source) noexcept { source_ = std::move(source); }

    /// Calls the listeners with the events that wait, soon, unless calls are under way already.
    void deliver() noexcept;
    /// The same with an error for the fault listeners.
    void report(const Error& error) noexcept;

    /// Returns whether the selector takes a node; true if there is none.
    [[nodiscard]] bool selects(const std::string& path);
    [[nodiscard]] bool has_selector() const noexcept { return has_selector_; }

    /// Ends the calls. With `wait`, waits for calls in progress, if the caller may. Functions are
    /// destroyed here, or at the end of such a call.
    void stop(bool wait) noexcept;

private:
    /// A call in progress.
    class Call;
    struct Functions {
        std::map<ListenerId, std::shared_ptr<EventListener>> events;
        std::map<ListenerId, std::shared_ptr<FaultListener>> faults;
        std::shared_ptr<const TreeCacheOptions::Selector> select;
    };

    void begin_delivery() noexcept;
    void deliver_on_lane(EventSource& source) noexcept;
    void call_events(const TreeEvent& event);
    void call_faults(const Error& error);
    void escaped(const std::exception_ptr& exception) noexcept;
    [[nodiscard]] std::optional<Error> next_fault() noexcept;
    void log(const Error& error) const noexcept;
    /// Returns the listener behind `last`, which becomes its id; null if there is none.
    template <class Listener>
    [[nodiscard]] std::shared_ptr<Listener> next_listener(
        std::map<ListenerId, std::shared_ptr<Listener>> Functions::*kind, ListenerId& last
    );

    const RecipeClient client_;
    const std::string path_;
    const bool has_selector_;
    std::weak_ptr<EventSource> source_;  // constant after connect()
    const Event idle_;                   // cleared while calls are in progress

    std::mutex mutex_;
    // Guarded by mutex_:
    std::unique_ptr<Functions> functions_;  // null after stop()
    std::deque<Error> faults_;              // to be delivered
    ListenerId last_id_ = 0;
    std::size_t calling_ = 0;  // calls in progress
    bool delivering_ = false;  // a task on the lane delivers, or is going to
};

}  // namespace kazoo::detail::recipe
