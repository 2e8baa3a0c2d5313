// SPDX-License-Identifier: Apache-2.0
#include "support/fault_fixture.hpp"

#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <iostream>

namespace kazoo::testing_support {

StateLog::StateLog(KazooClient& client) {
    client.add_listener([told = told_](KazooState state) { told->add(state); });
}

bool StateLog::wait_for(KazooState last) const {
    return wait_until(
        [&] {
            const auto now = states();
            return !now.empty() && now.back() == last;
        },
        patience
    );
}

void Tally::Shared::note(const std::string& ending, int& calls_of_operation) {
    const std::lock_guard lock(mutex);
    ++calls_of_operation;
    ++endings[ending];
    ++completed;
}

std::string Tally::describe(const Error& error) {
    return std::string(error_name(error.code())) + ", " + to_string(error.outcome());
}

int& Tally::next_counter() {
    const std::lock_guard lock(shared_->mutex);
    return shared_->calls.emplace_back(0);
}

std::size_t Tally::issued() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->calls.size();
}

std::size_t Tally::completed() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->completed;
}

bool Tally::wait_complete() const {
    return wait_until([this] { return completed() >= issued(); }, patience);
}

Endings Tally::endings() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->endings;
}

bool Tally::each_exactly_once() const {
    const std::lock_guard lock(shared_->mutex);
    const auto& calls = shared_->calls;
    return std::all_of(calls.begin(), calls.end(), [](const auto& n) { return n == 1; });
}

void FaultTest::SetUp() {
    root_client();  // first: its threads must be counted in threads_before_
    threads_before_ = thread_count();
    HandlerTest::SetUp();
}

void FaultTest::TearDown() {
    HandlerTest::TearDown();
    EXPECT_TRUE(wait_until([this] { return thread_count() <= threads_before_; }, patience))
        << "a thread of a handler is left";
    if (HasFailure()) std::cerr << "what the clients logged:\n" << logged();
}

boost::asio::io_context& FaultTest::loop() {
    return static_cast<boost::asio::io_context&>(handler()->executor().context());
}

std::shared_ptr<Handler> FaultTest::own_handler() {
    if (on_loop()) return std::make_shared<SequentialAsioHandler>(loop());
    return std::make_shared<SequentialThreadingHandler>();
}

ClientOptions FaultTest::options_for(const std::string& hosts) {
    return options()
        .hosts(hosts)
        .handler(own_handler())
        .connection_retry(RetryPolicy().delay(20ms).max_delay(100ms));
}

std::string FaultTest::logged() {
    std::string text;
    for (const auto& line : log().all()) text += line + "\n";
    return text;
}

}  // namespace kazoo::testing_support
