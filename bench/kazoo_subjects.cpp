// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"
#include "window.hpp"

#include <kazoo/client.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

kazoo::ClientOptions plain(const Target& target) {
    return kazoo::ClientOptions().hosts(kazoo::to_string(target.server));
}

class KazooSubject final : public Subject {
public:
    KazooSubject(const Target& target, kazoo::ClientOptions options)
        : target_(target), client_(std::move(options)) {
        client_.start(patience);
    }

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        const auto get = [this](std::size_t index) -> const char* {
            client_.get_async(target_.path)
                .rawlink([this, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                    const auto* node = result.value();
                    const bool good = node != nullptr && node->data.size() == target_.data.size();
                    window_->completed(index, good ? nullptr : "a get failed");
                });
            return nullptr;
        };
        const auto set = [this](std::size_t index) -> const char* {
            client_.set_async(target_.path, target_.data)
                .rawlink([this, index](const kazoo::AsyncResult<kazoo::ZnodeStat>& result) {
                    window_->completed(index, result.successful() ? nullptr : "a set failed");
                });
            return nullptr;
        };
        if (operation == Operation::get) {
            window_.emplace(get, target_.window, latencies);
        } else {
            window_.emplace(set, target_.window, latencies);
        }
        window_->run();
    }

    void blocking_get(std::span<Duration> latencies) override {
        for (auto& latency : latencies) {
            const auto start = Clock::now();
            if (client_.get(target_.path).data.size() != target_.data.size()) {
                throw std::runtime_error("a get returned unexpected data");
            }
            latency = Clock::now() - start;
        }
    }

private:
    const Target& target_;
    std::optional<Window> window_;  // must outlive client_, which completes pending operations
    kazoo::KazooClient client_;
};

/// An io_context and the thread that runs it.
class Loop {
public:
    Loop() : work_(context.get_executor()), thread_([this] { context.run(); }) {}
    Loop(const Loop&) = delete;
    ~Loop() {
        work_.reset();
        thread_.join();
    }
    boost::asio::io_context context{1};

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

class LoopSubject final : public Subject {
public:
    explicit LoopSubject(const Target& target)
        : subject_(
              target,
              plain(target).handler(std::make_shared<kazoo::SequentialAsioHandler>(loop_.context))
          ) {}

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        subject_.pipelined(operation, latencies);
    }
    void blocking_get(std::span<Duration> latencies) override { subject_.blocking_get(latencies); }

private:
    Loop loop_;
    KazooSubject subject_;
};

}  // namespace

std::unique_ptr<Subject> connect_kazoo_threading(const Target& target) {
    return std::make_unique<KazooSubject>(
        target, plain(target).handler(std::make_shared<kazoo::SequentialThreadingHandler>())
    );
}

std::unique_ptr<Subject> connect_kazoo_tls(const Target& target) {
    const auto& secure = target.secure;
    return std::make_unique<KazooSubject>(
        target,
        kazoo::ClientOptions()
            .hosts(kazoo::to_string(secure.server))
            .tls(tls_options(secure))
            .handler(std::make_shared<kazoo::SequentialThreadingHandler>())
    );
}

std::unique_ptr<Subject> connect_kazoo_asio(const Target& target) {
    return std::make_unique<LoopSubject>(target);
}

}  // namespace bench
