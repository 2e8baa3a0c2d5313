// SPDX-License-Identifier: Apache-2.0
#include "support/handler_fixture.hpp"

#include <algorithm>

namespace kazoo::testing_support {

using namespace std::chrono_literals;

ClientOptions watched(ClientOptions options, LogLevel checked) {
    for (const auto& entry : options.auth_data()) {
        note_secret(entry.credential);
        if (const auto colon = entry.credential.find(':'); colon != std::string::npos) {
            note_secret(std::string_view(entry.credential).substr(colon + 1));
        }
    }
    if (options.client_id()) note_secret(options.client_id()->password);
    const auto former = options.logger();
    return std::move(options).logger(
        [former](LogLevel level, std::string_view line) {
            expect_no_secrets(line, "a log line");
            former.log(level, line);
        },
        std::min(checked, former.level())
    );
}

void watch_client(const KazooClient& client) {
    if (const auto id = client.client_id()) note_secret(id->password);
    expect_no_secrets(client.dump(), "dump()");
}

void HandlerTest::SetUp() {
    chroot_ = unique_chroot();
    root_client().create(chroot_);
    kit_ = GetParam().make();
}

void HandlerTest::TearDown() {
    if (proxy_) proxy_->restore();
    clients_.clear();
    if (!kit_) return;  // SetUp has failed
    EXPECT_TRUE(kit_->shut_down(patience)) << "the handler still has work";
    kit_.reset();
    proxy_.reset();
    root_client().delete_recursive(chroot_);
}

ClientOptions HandlerTest::options() {
    return ClientOptions()
        .hosts(shared_server().hosts() + chroot_)
        .handler(handler())
        .close_timeout(2s)
        .logger(Logger([log = log_](LogLevel, std::string_view line) {
            log->add(std::string(line));
        }));
}

Proxy& HandlerTest::proxy() {
    if (!proxy_) proxy_ = std::make_unique<Proxy>(shared_server().port());
    return *proxy_;
}

ClientOptions HandlerTest::proxied() {
    // Short delays, because tests wait for reconnects.
    auto retry = RetryPolicy().delay(5ms).backoff(1);
    return options().hosts(proxy().hosts() + chroot_).connection_retry(retry);
}

bool HandlerTest::cut_off(const KazooClient& client) {
    proxy().cut();
    return wait_until([&] { return !client.connected(); }, patience);
}

KazooClient& HandlerTest::make_client(ClientOptions options) {
    return clients_.emplace_back(watched(std::move(options)));
}

KazooClient& HandlerTest::start_client(ClientOptions options) {
    auto& client = make_client(std::move(options));
    client.start(patience);
    watch_client(client);
    return client;
}

KazooClient& HandlerTest::zk() {
    if (plain_client_ == nullptr) plain_client_ = &start_client(options());
    return *plain_client_;
}

void HandlerTest::end_session(const ClientId& id) {
    KazooClient other(ClientOptions().hosts(shared_server().hosts()).client_id(id));
    other.start(patience);
    ASSERT_EQ(other.client_id()->session_id, id.session_id);
    other.stop();
}

Recorder<KazooState>& HandlerTest::record_states(KazooClient& client) {
    auto& states = record<KazooState>();
    client.add_listener([&states](KazooState state) { states.add(state); });
    return states;
}

bool HandlerTest::wait_for_log(std::string_view text) {
    const auto has_text = [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    };
    return wait_until(
        [&] {
            const auto lines = log_->all();
            return std::any_of(lines.begin(), lines.end(), has_text);
        },
        patience
    );
}

KazooClient& root_client() {
    static KazooClient client(ClientOptions().hosts(shared_server().hosts()));
    static const bool started = (client.start(patience), true);
    static_cast<void>(started);
    return client;
}

}  // namespace kazoo::testing_support
