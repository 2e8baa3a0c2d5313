// SPDX-License-Identifier: Apache-2.0
#include "kazoo_subject.hpp"
#include "running_loop.hpp"

#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <utility>

namespace bench {
namespace {

kazoo::ClientOptions plain(const Target& target) {
    return kazoo::ClientOptions().hosts(kazoo::to_string(target.server));
}

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
    RunningLoop loop_;
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
