// SPDX-License-Identifier: Apache-2.0
#include "our_client.hpp"

#include "subject.hpp"

#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <utility>

namespace bench {
namespace {

std::shared_ptr<kazoo::Handler> handler_on(RunningLoop* loop) {
    if (loop == nullptr) {
        return std::make_shared<kazoo::SequentialThreadingHandler>();
    }
    return std::make_shared<kazoo::SequentialAsioHandler>(loop->context);
}

}  // namespace

OurClient::OurClient(std::string_view variant, kazoo::ClientOptions options)
    : loop_(variant == "asio" ? std::make_unique<RunningLoop>() : nullptr),
      client_(std::move(options).handler(handler_on(loop_.get()))) {
    client_.start(patience);
}

}  // namespace bench
