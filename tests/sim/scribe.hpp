#pragma once

#include "history.hpp"
#include "history/chronicle.hpp"
#include "server/state.hpp"

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::sim {

/// Writes down what the servers do while it happens.
class Scribe final : public server::State::Observer {
public:
    explicit Scribe(Chronicle& chronicle) : chronicle_(chronicle) {}

    /// Whom changes are put down to from now on.
    void work_for(Author author) { author_ = author; }
    void set_time(TimePoint now) { now_ = now; }

    void on_transaction(const std::shared_ptr<const server::Transaction>& transaction) override;

private:
    Chronicle& chronicle_;
    Author author_;
    TimePoint now_;
};

}  // namespace kazoo::sim
