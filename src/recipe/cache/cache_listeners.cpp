// SPDX-License-Identifier: Apache-2.0
#include "recipe/cache/cache_listeners.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// The number of events for which one task on the lane calls the listeners; then watch functions
/// that wait there have their turn.
constexpr int most_events = 64;
constexpr std::size_t most_faults = 100;

}  // namespace

class CacheListeners::Call {
public:
    explicit Call(CacheListeners& listeners) noexcept : listeners_(listeners) {
        const std::lock_guard lock(listeners_.mutex_);
        ++listeners_.calling_;
        listeners_.idle_.clear();
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() {
        bool last = false;
        {
            const std::lock_guard lock(listeners_.mutex_);
            last = --listeners_.calling_ == 0;
        }
        if (last) {
            listeners_.idle_.set();
        }
    }

private:
    CacheListeners& listeners_;
};

CacheListeners::CacheListeners(
    const RecipeClient& client, std::string path, TreeCacheOptions::Selector select
)
    : client_(client),
      path_(std::move(path)),
      has_selector_(static_cast<bool>(select)),
      idle_(client.handler()),
      functions_(std::make_unique<Functions>()) {
    functions_->select = std::make_shared<const TreeCacheOptions::Selector>(std::move(select));
}

ListenerId CacheListeners::add(EventListener listener) {
    auto shared = std::make_shared<EventListener>(std::move(listener));
    const std::lock_guard lock(mutex_);
    const auto id = ++last_id_;
    if (functions_) {
        functions_->events.emplace(id, shared);
    }
    return id;
}

ListenerId CacheListeners::add_fault(FaultListener listener) {
    auto shared = std::make_shared<FaultListener>(std::move(listener));
    const std::lock_guard lock(mutex_);
    const auto id = ++last_id_;
    if (functions_) {
        functions_->faults.emplace(id, shared);
    }
    return id;
}

bool CacheListeners::remove(ListenerId listener) {
    decltype(Functions::events)::node_type event;
    decltype(Functions::faults)::node_type fault;
    const std::lock_guard lock(mutex_);
    if (functions_) {
        event = functions_->events.extract(listener);
        fault = functions_->faults.extract(listener);
    }
    return !event.empty() || !fault.empty();
}

void CacheListeners::stop(bool wait) noexcept {
    std::unique_ptr<Functions> functions;
    bool calling = false;
    {
        const std::lock_guard lock(mutex_);
        functions = std::move(functions_);
        calling = calling_ != 0;
        faults_.clear();
    }
    functions = nullptr;
    if (wait && calling && !LaneScope::on_lane_of(*client_.handler())) {
        try {
            idle_.wait();
        } catch (const std::exception&) {
            // The caller must not block.
        }
    }
}

void CacheListeners::deliver() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (delivering_ || !functions_) {
            return;
        }
        delivering_ = true;
    }
    begin_delivery();
}

void CacheListeners::begin_delivery() noexcept {
    const auto source = source_.lock();
    if (!source) {
        return;
    }
    try {
        // The source owns this object.
        client_.handler()->dispatch(Lane::callback, [this, source] {
            const LaneScope scope(*client_.handler(), Lane::callback);
            deliver_on_lane(*source);
        });
    } catch (const std::exception&) {
        {
            const std::lock_guard lock(mutex_);
            delivering_ = false;
        }
        source->delivery_failed();
    }
}

void CacheListeners::deliver_on_lane(EventSource& source) noexcept {
    bool no_memory = false;
    try {
        for (int i = 0; i < most_events; ++i) {
            if (const auto fault = next_fault()) {
                call_faults(*fault);
                continue;
            }
            const auto event = source.next_event();
            if (!event) {
                break;
            }
            call_events(*event);
        }
    } catch (const std::exception&) {
        no_memory = true;
    }
    bool more = false;
    {
        const std::lock_guard lock(mutex_);
        delivering_ = false;  // before the source is asked: what comes later begins a delivery
    }
    more = source.has_event();
    {
        const std::lock_guard lock(mutex_);
        more = (more || !faults_.empty()) && !delivering_ && functions_ != nullptr;
        delivering_ = delivering_ || (more && !no_memory);
    }
    if (more && no_memory) {
        source.delivery_failed();
    } else if (more) {
        begin_delivery();
    }
}

template <class Listener>
std::shared_ptr<Listener> CacheListeners::next_listener(
    std::map<ListenerId, std::shared_ptr<Listener>> Functions::*kind, ListenerId& last
) {
    const std::lock_guard lock(mutex_);
    if (!functions_) {
        return nullptr;
    }
    const auto& listeners = functions_.get()->*kind;
    const auto next = listeners.upper_bound(last);
    if (next == listeners.end()) {
        return nullptr;
    }
    last = next->first;
    return next->second;
}

void CacheListeners::call_events(const TreeEvent& event) {
    const Call call(*this);
    ListenerId last = 0;
    while (auto listener = next_listener(&Functions::events, last)) {
        try {
            (*listener)(event);
        } catch (...) {
            escaped(std::current_exception());
        }
    }
}

void CacheListeners::call_faults(const Error& error) {
    const Call call(*this);
    ListenerId last = 0;
    while (auto listener = next_listener(&Functions::faults, last)) {
        try {
            (*listener)(error);
        } catch (...) {
            client_.handler()->report_escaped(Lane::callback, std::current_exception());
        }
    }
}

/// An exception has escaped from a function of the user.
void CacheListeners::escaped(const std::exception_ptr& exception) noexcept {
    bool has_listener = false;
    {
        const std::lock_guard lock(mutex_);
        has_listener = functions_ && !functions_->faults.empty();
    }
    try {
        if (has_listener) {
            return report(error_from(exception));
        }
    } catch (const std::exception&) {
        // No memory for the error.
    }
    client_.handler()->report_escaped(Lane::callback, exception);
}

void CacheListeners::report(const Error& error) noexcept {
    bool waits = false;
    try {
        const std::lock_guard lock(mutex_);
        waits = functions_ && !functions_->faults.empty() && faults_.size() < most_faults;
        if (waits) {
            faults_.push_back(error);
        }
    } catch (const std::exception&) {
        waits = false;
    }
    waits ? deliver() : log(error);
}

std::optional<Error> CacheListeners::next_fault() noexcept {
    std::optional<Error> error;
    const std::lock_guard lock(mutex_);
    if (!faults_.empty()) {
        error = std::move(faults_.front());
        faults_.pop_front();
    }
    return error;
}

void CacheListeners::log(const Error& error) const noexcept {
    try {
        client_.log(LogLevel::warning, path_, error.message());
    } catch (const std::exception&) {
        // No memory for the line.
    }
}

bool CacheListeners::selects(const std::string& path) {
    if (!has_selector_) {
        return true;
    }
    const Call call(*this);
    std::shared_ptr<const TreeCacheOptions::Selector> select;
    {
        const std::lock_guard lock(mutex_);
        select = functions_ ? functions_->select : nullptr;
    }
    if (!select) {
        return false;
    }
    try {
        return (*select)(path);
    } catch (...) {
        escaped(std::current_exception());
    }
    return false;
}

}  // namespace kazoo::detail::recipe
