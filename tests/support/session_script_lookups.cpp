// SPDX-License-Identifier: Apache-2.0
// What a session asks for besides connections: names, servers of a host provider, and the answers
// of servers that it probes.
#include "support/session_script.hpp"

#include <gtest/gtest.h>

#include <system_error>
#include <utility>

namespace kazoo::testing_support {

void SessionScript::answer_lookup(
    const std::string& host, std::errc error, const std::vector<std::string>& addresses
) {
    step();
    ASSERT_TRUE(lookups_.contains(host)) << host << " is not being looked up";
    if (network_ == Network::resolving && host == last_lookup_) {
        network_ = Network::idle;
    }
    std::vector<base::Endpoint> endpoints;
    for (const auto& address : addresses) {
        endpoints.push_back({address, 2181});
    }
    const auto attempt = lookups_.extract(host).mapped();
    const auto code = std::make_error_code(error);
    input([&] { session_.on_resolved(attempt, code, std::move(endpoints), now_); });
    settle();
}

void SessionScript::resolved(const std::vector<std::string>& addresses) {
    EXPECT_EQ(network_, Network::resolving);
    answer_lookup(last_lookup_, std::errc(), addresses);
}

void SessionScript::unresolved() {
    EXPECT_EQ(network_, Network::resolving);
    answer_lookup(last_lookup_, std::errc::host_unreachable, {});
}

void SessionScript::resolved_late(
    const std::string& host, const std::vector<std::string>& addresses
) {
    answer_lookup(host, std::errc(), addresses);
}

void SessionScript::unresolved_late(const std::string& host) {
    answer_lookup(host, std::errc::host_unreachable, {});
}

std::vector<std::string> SessionScript::lookups() const {
    std::vector<std::string> hosts;
    for (const auto& [host, attempt] : lookups_) {
        hosts.push_back(host);
    }
    return hosts;
}

void SessionScript::probe_resolved(const std::vector<std::string>& addresses) {
    step();
    ASSERT_EQ(probing_, Network::resolving);
    std::vector<base::Endpoint> endpoints;
    for (const auto& address : addresses) {
        endpoints.push_back({address, 2181});
    }
    probing_ = Network::idle;
    std::erase_if(lookups_, [&](const auto& one) { return one.second == probe_; });
    const auto error = endpoints.empty() ? std::errc::host_unreachable : std::errc();
    input([&] {
        session_.on_resolved(probe_, std::make_error_code(error), std::move(endpoints), now_);
    });
    settle();
}

void SessionScript::hosts_given(std::vector<HostPort> hosts, std::string failure, bool in_order) {
    step();
    session::ProvidedHosts answer;
    answer.hosts = std::move(hosts);
    answer.failure = std::move(failure);
    answer.in_order = in_order;
    const auto question = std::exchange(question_, 0);
    input([&] { session_.on_hosts(question, std::move(answer), now_); });
    settle();
}

void SessionScript::probe_answered(std::string_view answer) {
    step();
    ASSERT_EQ(probing_, Network::connecting);
    probing_ = Network::idle;
    input([&] { session_.on_probe(probe_, answer, now_); });
    settle();
}

}  // namespace kazoo::testing_support
