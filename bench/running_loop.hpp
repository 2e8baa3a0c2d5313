// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace bench {

/// An io_context and the thread that runs it.
class RunningLoop {
public:
    RunningLoop() : work_(context.get_executor()), thread_([this] { context.run(); }) {}
    RunningLoop(const RunningLoop&) = delete;
    ~RunningLoop() {
        work_.reset();
        thread_.join();
    }
    boost::asio::io_context context{1};

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace bench
