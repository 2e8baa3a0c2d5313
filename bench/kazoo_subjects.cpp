// SPDX-License-Identifier: Apache-2.0
#include "kazoo_subject.hpp"
#include "running_loop.hpp"

#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <memory>

namespace bench {
namespace {

kazoo::ClientOptions plain(const Target& target) {
    return kazoo::ClientOptions().hosts(kazoo::to_string(target.server));
}

struct LoopThread {
    RunningLoop loop;
    const std::shared_ptr<kazoo::SequentialAsioHandler> handler =
        std::make_shared<kazoo::SequentialAsioHandler>(loop.context);
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
    return std::make_unique<SubjectWithThread<LoopThread>>(target);
}

}  // namespace bench
