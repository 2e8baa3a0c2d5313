#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kazoo::client {

using ListenerFunction = UniqueFunction<bool(KazooState)>;

/// The state listeners of a client, told one change after the other on the session lane.
class Listeners : public std::enable_shared_from_this<Listeners> {
public:
    explicit Listeners(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {}

    std::uint64_t add(ListenerFunction function);
    /// Says whether it was there. One that is being told just now is told to the end.
    bool remove(std::uint64_t id);
    /// Tells, when the turn comes, all who are there now and have not been removed till then.
    void tell(KazooState state);

private:
    struct Entry {
        std::uint64_t id;
        std::shared_ptr<ListenerFunction> function;
    };
    void tell_now(KazooState state, std::uint64_t last_told);

    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;
    std::uint64_t last_id_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace kazoo::client
