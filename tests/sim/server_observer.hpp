// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/chronicle.hpp"
#include "server/database/transaction_listener.hpp"

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::sim {

/// Records the transactions of the servers as they happen.
class ServerObserver final : public server::TransactionListener {
public:
    explicit ServerObserver(Chronicle& chronicle) : chronicle_(chronicle) {}

    /// The author of the changes from now on.
    void set_author(Author author) { author_ = author; }
    void set_time(TimePoint now) { now_ = now; }

    void on_transaction(const std::shared_ptr<const server::Transaction>& transaction) override;

private:
    Chronicle& chronicle_;
    Author author_;
    TimePoint now_;
};

}  // namespace kazoo::sim
