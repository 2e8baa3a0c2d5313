// SPDX-License-Identifier: Apache-2.0
#include "secured_test.hpp"

#include <algorithm>
#include <iostream>

namespace kazoo::security_tests {
namespace {

constexpr std::size_t operations = 10'000;
constexpr std::size_t breaks = 4;
/// Operations without a reply when the connection breaks.
constexpr std::size_t at_most_lost = 500;
/// Operations that wait for the next connection.
constexpr std::size_t called_while_cut = 100;

std::vector<SuiteNeeds>& mutable_needs() {
    static std::vector<SuiteNeeds> all;
    return all;
}

}  // namespace

bool needs(const char* suite, Lacking lacking) {
    mutable_needs().push_back({suite, lacking});
    return true;
}

const std::vector<SuiteNeeds>& all_needs() {
    return mutable_needs();
}

const Certificates& certificates() {
    static const Certificates all;
    return all;
}

std::string by_name(const Proxy& proxy) {
    const auto address = proxy.hosts();
    return "localhost" + address.substr(address.find(':'));
}

std::vector<std::string> identities(KazooClient& zk) {
    std::vector<std::string> all;
    for (const auto& info : zk.who_am_i(CallOptions().timeout(patience))) {
        if (info.auth_scheme != "ip") all.push_back(info.auth_scheme + ":" + info.user);
    }
    std::sort(all.begin(), all.end());
    return all;
}

void SecuredTest::TearDown() {
    if (!HasFailure()) return;
    std::cerr << "what the clients logged:\n";
    for (const auto& line : log_->all()) std::cerr << line << '\n';
}

ClientOptions SecuredTest::client_of(const std::string& hosts) {
    return watched(
        ClientOptions()
            .hosts(hosts)
            .close_timeout(2s)
            .connection_retry(RetryPolicy().delay(20ms).max_delay(100ms))
            .logger(Logger([log = log_](LogLevel, std::string_view line) {
                log->add(std::string(line));
            })),
        LogLevel::trace
    );
}

bool SecuredTest::logs(const std::string& text) {
    return wait_until(
        [&] {
            const auto lines = log_->all();
            return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
                return line.find(text) != std::string::npos;
            });
        },
        patience
    );
}

void SecuredTest::expect_unreachable(ClientOptions options, const std::string& reason) {
    KazooClient zk(watched(std::move(options), LogLevel::trace));
    zk.start_async();
    EXPECT_TRUE(logs(reason)) << reason;
    const auto error = thrown<KazooTimeoutError>([&] { zk.start(1ms); });
    EXPECT_THAT(error.message(), ::testing::HasSubstr(reason));
    EXPECT_FALSE(zk.connected());
}

Error SecuredTest::expect_refused(ClientOptions options) {
    KazooClient zk(watched(std::move(options), LogLevel::trace));
    return thrown<AuthFailedError>([&] { zk.start(patience); });
}

void SecuredTest::expect_nothing_lost(KazooClient& zk, Proxy& proxy) {
    const auto identities_before = identities(zk);
    const auto session = zk.client_id().value().session_id;
    const auto path = unique_chroot();
    const bool anonymous = identities_before.empty();
    zk.create(path, "", CreateOptions().acl(anonymous ? open_acl_unsafe() : creator_all_acl()));
    Tally tally;
    std::size_t writes = 0;
    std::size_t cuts = 0;
    for (std::size_t i = 0; i < operations; ++i) {
        if (i % 10 == 0) {
            tally.add(zk.set_async(path, std::to_string(i)));
            ++writes;
        } else {
            tally.add(zk.get_async(path));
        }
        const auto place = i % (operations / breaks);
        if (place == operations / breaks / 2) {
            const auto is_in_midst = [&] {
                return zk.metrics().reconnects == cuts && tally.completed() + at_most_lost > i;
            };
            ASSERT_TRUE(wait_until(is_in_midst, patience));
            proxy.cut();
            ++cuts;
            // What is called before the client notices would be lost, too.
            ASSERT_TRUE(wait_until([&] { return !zk.connected(); }, patience));
        } else if (place == operations / breaks / 2 + called_while_cut) {
            proxy.restore();
        }
    }
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_TRUE(tally.each_exactly_once());
    auto endings = tally.endings();
    const auto in_doubt = endings["connection_loss, unknown"];
    const auto not_applied =
        endings["connection_loss, not applied"] + endings["connection_loss, not sent"];
    EXPECT_EQ(endings["ok"] + in_doubt + not_applied, operations)
        << ::testing::PrintToString(endings);
    EXPECT_GE(endings["ok"], operations - breaks * at_most_lost);
    EXPECT_EQ(zk.metrics().reconnects, breaks);
    const auto version = static_cast<std::size_t>(zk.get(path).stat.version);
    EXPECT_LE(version, writes);
    EXPECT_GE(version + in_doubt, writes) << "a write was lost without an error";
    EXPECT_EQ(zk.client_id().value().session_id, session);
    EXPECT_EQ(identities(zk), identities_before);
}

}  // namespace kazoo::security_tests
