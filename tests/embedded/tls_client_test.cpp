// SPDX-License-Identifier: Apache-2.0
// Clients that use TLS, on two handlers: what works. tls_messages_test.cpp has the failures.
#include "support/fault_fixture.hpp"
#include "support/proxy.hpp"
#include "support/recorder.hpp"
#include "support/running_loop.hpp"
#include "tls_fixture.hpp"

#include <kazoo/handlers/threading.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::Proxy;
using testing_support::Recorder;
using testing_support::RunningLoop;
using testing_support::Tally;

/// Whether clients run on threads of the library or on the loop of the program.
enum class On { threads, loop };

class TlsClientOn : public ::testing::TestWithParam<On> {
protected:
    void SetUp() override {
        if (GetParam() == On::loop) {
            loop_.emplace();
        }
        handler_ = loop_ ? loop_->handler() : std::make_shared<SequentialThreadingHandler>();
    }

    /// Options for a client of these servers, on the handler of the test.
    ClientOptions options(const std::string& hosts, std::optional<TlsOptions> tls) {
        return to(hosts)
            .handler(handler_)
            .tls(std::move(tls))
            .logger([log = log_](LogLevel, std::string_view line) { log->add(std::string(line)); });
    }
    ClientOptions options(const Server& server) {
        return options(server.hosts(), trusting(certificates.authority()));
    }
    [[nodiscard]] bool logged(std::string_view text) const {
        const auto lines = log_->all();
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }

    const Certificates certificates;

private:
    std::optional<RunningLoop> loop_;
    std::shared_ptr<Handler> handler_;
    std::shared_ptr<Recorder<std::string>> log_ = std::make_shared<Recorder<std::string>>();
};

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    TlsClientOn,
    ::testing::Values(On::threads, On::loop),
    [](const auto& on) { return on.param == On::loop ? "Asio" : "Threading"; }
);

std::string address_of(const Server& server, const std::string& host) {
    return host + ":" + std::to_string(server.port());
}

TEST_P(TlsClientOn, OperationsAndWatchesWork) {
    Server server(served_by(certificates.server()));
    StartedClient zk(options(server));
    const std::string data(500'000, 'd');  // many records
    zk.create("/a", data);
    Recorder<WatchedEvent> events;
    EXPECT_EQ(zk.get("/a", testing_support::recording(events)).data, data);
    EXPECT_EQ(zk.get_children("/").size(), 2U) << "with /zookeeper";
    zk.set("/a", "new");
    ASSERT_TRUE(events.wait_for(1));
    EXPECT_EQ(events.all().front().type, EventType::CHANGED);
    EXPECT_EQ(zk.command("ruok"), "imok") << "on a connection of its own";
}

TEST_P(TlsClientOn, TheServersNameIsThatOfTheConnectString) {
    Server server(served_by(certificates.server()));
    StartedClient by_name(
        options(address_of(server, "localhost"), trusting(certificates.authority()))
    );
    StartedClient by_address(
        options(address_of(server, "127.0.0.1"), trusting(certificates.authority()))
    );
}

TEST_P(TlsClientOn, AnExplicitServerNameReplacesIt) {
    Server server(served_by(certificates.server_of_another_name()));
    StartedClient zk(
        options(server.hosts(), trusting(certificates.authority()).server_name("other.example"))
    );
}

TEST_P(TlsClientOn, ASchemeSelectsTlsWithTheAuthoritiesOfTheSystem) {
    Server server(served_by(certificates.server()));
    ::setenv("SSL_CERT_FILE", certificates.authority().file().c_str(), 1);
    {
        StartedClient zk(options("tls://" + server.hosts(), std::nullopt));
        EXPECT_EQ(zk.connected_server(), "tls://" + server.hosts());
    }
    ::unsetenv("SSL_CERT_FILE");
}

TEST_P(TlsClientOn, AHostProviderCannotSwitchTlsOff) {
    Server server;
    std::atomic<int> questions = 0;
    KazooClient zk(options("ignored", TlsOptions())
                       .host_provider([&] {
                           ++questions;
                           return "tcp://" + server.hosts();
                       })
                       .connection_retry(RetryPolicy().delay(1ms).max_tries(1)));
    const auto error = thrown<ConnectionLoss>([&] { zk.start(patience); });
    EXPECT_NE(error.detail().find("no server is connected to without TLS"), std::string::npos);
    EXPECT_GE(questions, 1);
}

TEST_P(TlsClientOn, AuthoritiesAreFilesDirectoriesAndTexts) {
    Server server(served_by(certificates.server()));
    const auto& authority = certificates.authority();
    const auto& other = certificates.foreign_authority();
    for (const auto& tls :
         {TlsOptions().ca_directory(authority.hashed_directory()),
          TlsOptions().ca_pem(other.pem() + authority.pem()),
          TlsOptions().ca_file(other.file()).ca_pem(authority.pem())}) {
        StartedClient zk(options(server.hosts(), tls));
    }
}

TEST_P(TlsClientOn, ARevocationListLetsOtherCertificatesPass) {
    Server server(served_by(certificates.server()));
    const auto list = certificates.authority().revocation_list({certificates.server()});
    StartedClient zk(options(server.hosts(), trusting(certificates.authority()).crl_file(list)));
}

TEST_P(TlsClientOn, ClientCertificatesComeFromFilesAndTexts) {
    const auto identity = certificates.client();
    Server server(served_by(certificates.server()).tls_client_ca(certificates.authority().file()));
    const auto tls = trusting(certificates.authority());
    const auto& password = password_of_key;
    for (const auto& way :
         {TlsOptions(tls)
              .certificate_file(identity.certificate_file())
              .key_file(identity.key_file()),
          TlsOptions(tls)
              .certificate_file(identity.combined_file())
              .key_file(identity.combined_file()),
          TlsOptions(tls).certificate_pem(identity.certificate_pem()).key_pem(identity.key_pem()),
          TlsOptions(tls)
              .certificate_file(identity.certificate_file())
              .key_file(identity.encrypted_key_file(password_of_key()))
              .key_password(password),
          TlsOptions(tls)
              .certificate_pem(identity.certificate_pem())
              .key_pem(identity.encrypted_key_pem(password_of_key()))
              .key_password(password)}) {
        StartedClient zk(options(server.hosts(), way));
        zk.exists("/a");
    }
}

TEST_P(TlsClientOn, WithoutTheNameCheckOtherNamesAreAccepted) {
    Server server(served_by(certificates.server_of_another_name()));
    StartedClient zk(
        options(server.hosts(), trusting(certificates.authority()).verify(VerifyMode::chain))
    );
    EXPECT_TRUE(logged("the names in the certificates of servers are not checked"));
}

TEST_P(TlsClientOn, WithoutVerificationAllCertificatesAreAcceptedWithAWarning) {
    for (const auto& identity : {certificates.foreign_server(), certificates.expired_server()}) {
        Server server(served_by(identity));
        StartedClient zk(options(server.hosts(), TlsOptions().verify(VerifyMode::none)));
        zk.exists("/a");
    }
    EXPECT_TRUE(logged("the certificates of servers are not checked"));
}

TEST_P(TlsClientOn, ConfigureIsCalledForEachConnection) {
    Server server(served_by(certificates.server()));
    std::atomic<int> calls = 0;
    {
        StartedClient zk(options(
            server.hosts(), trusting(certificates.authority()).configure([&](ssl_ctx_st* context) {
                EXPECT_NE(context, nullptr);
                ++calls;
            })
        ));
        EXPECT_EQ(calls, 1);
        zk.command("ruok");
    }
    EXPECT_EQ(calls, 2);
}

TEST_P(TlsClientOn, RenewedCertificatesAreUsedByTheNextConnection) {
    const auto path = [this](const char* name) {
        return (certificates.directory() / name).string();
    };
    const auto replace = [](const std::string& from, const std::string& to) {
        const auto fresh = to + ".new";
        std::filesystem::copy_file(from, fresh);
        std::filesystem::rename(fresh, to);
    };
    const auto issue = [&](const testing_support::Authority& authority) {
        testing_support::CertificateRequest request("renewed");
        request.alternative_names = "IP:127.0.0.1";
        const auto identity = authority.issue(request);
        replace(identity.certificate_file(), path("used.pem"));
        replace(identity.key_file(), path("used.key"));
        replace(authority.file(), path("trusted.pem"));
    };
    issue(certificates.authority());
    Server server(ServerOptions().tls_certificate(path("used.pem")).tls_key(path("used.key")));
    Proxy proxy(server.port());
    StartedClient zk(options(proxy.hosts(), TlsOptions().ca_file(path("trusted.pem"))));
    zk.create("/a", "kept");

    issue(certificates.foreign_authority());
    EXPECT_EQ(zk.get("/a").data, "kept") << "an established connection is not affected";
    const auto connections = proxy.accepted();
    proxy.cut();
    proxy.restore();
    EXPECT_TRUE(becomes_true([&] { return proxy.accepted() > connections && zk.connected(); }));
    EXPECT_EQ(zk.get("/a").data, "kept");
    // The former certificate is not trusted by the new file.
    StartedClient another(options(proxy.hosts(), trusting(certificates.foreign_authority())));
}

TEST_P(TlsClientOn, ReadsSurviveALostConnection) {
    constexpr std::size_t count = 10'000;
    Server server(served_by(certificates.server()));
    Proxy proxy(server.port());
    StartedClient zk(options(proxy.hosts(), trusting(certificates.authority())));
    const std::string data(1000, 'd');
    zk.create("/a", data);
    const auto connections = proxy.accepted();
    Tally tally;
    std::vector<AsyncResult<NodeData>> results;
    results.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        results.push_back(zk.get_async("/a"));
        tally.add(results.back());
        if (i == count / 2) {
            EXPECT_TRUE(becomes_true([&] { return tally.completed() > 0; }));
            proxy.freeze_replies();  // so that the others are under way when the connection breaks
        }
    }
    proxy.cut();
    proxy.restore();
    EXPECT_TRUE(tally.wait_complete());
    EXPECT_TRUE(tally.each_exactly_once());
    EXPECT_EQ(tally.endings(), (testing_support::Endings{{"ok", count}}));
    EXPECT_GT(proxy.accepted(), connections);
    for (const auto& result : results) {
        ASSERT_EQ(result.get().data, data);
    }
}

}  // namespace
}  // namespace kazoo::embedded_tests
