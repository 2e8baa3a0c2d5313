#include "client/listeners.hpp"

#include <kazoo/detail/result_state.hpp>

#include <algorithm>
#include <iterator>

namespace kazoo::client {

std::uint64_t Listeners::add(ListenerFunction function) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({++last_id_, std::make_shared<ListenerFunction>(std::move(function))});
    return last_id_;
}

bool Listeners::remove(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return std::erase_if(entries_, [&](const Entry& entry) { return entry.id == id; }) > 0;
}

void Listeners::tell(KazooState state) {
    std::uint64_t last_told = 0;  // who comes later is not told of what was before
    {
        const std::lock_guard lock(mutex_);
        if (entries_.empty()) {
            return;
        }
        last_told = last_id_;
    }
    handler_->dispatch(Lane::session, [self = shared_from_this(), state, last_told] {
        self->tell_now(state, last_told);
    });
}

void Listeners::tell_now(KazooState state, std::uint64_t last_told) {
    std::vector<Entry> told;
    {
        const std::lock_guard lock(mutex_);
        std::copy_if(
            entries_.begin(),
            entries_.end(),
            std::back_inserter(told),
            [&](const Entry& entry) { return entry.id <= last_told; }
        );
    }
    const detail::LaneScope nothing_may_block(*handler_, Lane::session);
    for (const auto& entry : told) {
        try {
            if ((*entry.function)(state)) {
                remove(entry.id);
            }
        } catch (...) {
            handler_->report_escaped(Lane::session, std::current_exception());
        }
    }
}

}  // namespace kazoo::client
