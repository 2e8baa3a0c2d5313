// SPDX-License-Identifier: Apache-2.0
#include <kazoo/host_provider.hpp>

#include <new>

namespace kazoo::detail {
namespace {

// Short enough for a std::string to hold without allocating.
constexpr const char* no_memory = "no memory";

/// Returns the servers as a connect string would give them. Fails if one of them is malformed.
Result<Hosts> checked(const std::vector<HostPort>& hosts) {
    Hosts all;
    for (const auto& host : hosts) {
        auto one = parse_hosts(to_string(host));
        if (!one || one->hosts.size() != 1 || !one->chroot.empty()) {
            return Error(
                ClientErrc::configuration,
                Outcome::not_sent,
                "",
                {},
                "not a server: \"" + to_string(host) + "\""
            );
        }
        all.hosts.push_back(std::move(one->hosts.front()));
    }
    return all;
}

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::bad_alloc&) {
        return no_memory;
    } catch (const std::exception& thrown) {
        return thrown.what();
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

}  // namespace

HostAnswer::~HostAnswer() {
    try {
        finish({}, "its function has ended without an answer");
    } catch (const std::bad_alloc&) {
        finish({}, no_memory);
    }
}

void HostAnswer::finish(Hosts hosts, std::string failure) noexcept {
    if (take_) {
        auto take = std::move(take_);
        take_ = nullptr;
        take(std::move(hosts), std::move(failure));
    }
}

void HostAnswer::give(std::string_view connect_string) noexcept {
    try {
        auto hosts = parse_hosts(connect_string);
        if (!hosts) {
            return finish({}, hosts.failure().message());
        }
        if (hosts->hosts.size() > HostProvider::most_hosts) {
            return finish({}, "more than 1000 servers");
        }
        finish(std::move(*hosts), {});
    } catch (const std::bad_alloc&) {
        finish({}, no_memory);
    }
}

void HostAnswer::give(const std::vector<HostPort>& hosts) noexcept {
    try {
        if (hosts.size() > HostProvider::most_hosts) {
            return finish({}, "more than 1000 servers");
        }
        auto all = checked(hosts);
        if (!all) {
            return finish({}, all.failure().message());
        }
        finish(std::move(*all), {});
    } catch (const std::bad_alloc&) {
        finish({}, no_memory);
    }
}

void HostAnswer::fail(const std::exception_ptr& error) noexcept {
    try {
        finish({}, text_of(error));
    } catch (const std::bad_alloc&) {
        finish({}, no_memory);
    }
}

}  // namespace kazoo::detail
