// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handlers/asio.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>

namespace kazoo::testing_support {

/// An event loop that a thread of its own runs. The destructor waits until there is no work left,
/// unless the loop has been stopped.
class RunningLoop {
public:
    RunningLoop() : thread_([this] { context.run(); }) {}
    ~RunningLoop() {
        work_.reset();
        if (thread_.joinable()) thread_.join();
    }
    RunningLoop(const RunningLoop&) = delete;
    RunningLoop& operator=(const RunningLoop&) = delete;
    void stop() {
        context.stop();
        thread_.join();
    }
    std::shared_ptr<Handler> handler() { return std::make_shared<SequentialAsioHandler>(context); }

    boost::asio::io_context context{1};

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        context.get_executor()};
    std::thread thread_;
};

}  // namespace kazoo::testing_support
