// SPDX-License-Identifier: Apache-2.0
#include "base/signal_masked_thread.hpp"
#include "srv/lookup.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <exception>
#include <memory>
#include <random>
#include <vector>

namespace kazoo {
namespace {

constexpr std::size_t longest_name = 255;

[[noreturn]] void refuse(const char* what) {
    throw_error(Error(ClientErrc::configuration, Outcome::not_sent, "srv_hosts", {}, what));
}

std::uint64_t seed() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

/// Completes the promise, whatever happens.
void answer(
    Promise<std::vector<HostPort>>& promise, const std::string& name, const SrvOptions& options
) noexcept {
    try {
        auto found = srv::look_up(name, options);
        if (!found.failure.empty()) {
            throw_error(Error(
                ClientErrc::configuration, Outcome::not_sent, "", {}, std::move(found.failure)
            ));
        }
        base::Random random(seed());
        auto servers = srv::draw_servers(std::move(found.records), random);
        for (auto& server : servers) {
            server.scheme = options.tls() ? HostScheme::tls : HostScheme::none;
        }
        promise.set(std::move(servers));
    } catch (...) {
        promise.set_exception(std::current_exception());
    }
}

AsyncResult<std::vector<HostPort>> start_lookup(
    const std::string& name, const SrvOptions& options
) {
    // Without a handler: the answer goes to the client in the thread of the lookup.
    auto promise = std::make_shared<Promise<std::vector<HostPort>>>();
    auto result = promise->result();
    base::start_masked_thread("kazoo-srv", [promise, name, options] {
        answer(*promise, name, options);
    }).detach();
    return result;
}

}  // namespace

HostProvider srv_hosts(std::string name, const SrvOptions& options) {
    if (name.empty() || name.size() > longest_name || name.find('\0') != std::string::npos) {
        refuse("the name of SRV records has 1 to 255 characters, and no zero byte");
    }
    if (options.timeout().count() <= 0) {
        refuse("the timeout must be more than zero");
    }
    // The lookup ends by itself in this time; the margin lets its reason through.
    constexpr std::chrono::milliseconds margin(500);
    return HostProvider([name = std::move(name), options] { return start_lookup(name, options); })
        .in_order(true)
        .timeout(options.timeout() + margin);
}

}  // namespace kazoo
