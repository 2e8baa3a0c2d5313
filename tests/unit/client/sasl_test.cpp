// SPDX-License-Identifier: Apache-2.0
// Clients that authenticate by SASL, with mechanisms of the test, on scripted servers.
#include "codec/auth.hpp"
#include "support/fake_server.hpp"
#include "support/recorder.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using kazoo::ClientOptions;
using kazoo::Errc;
using kazoo::KazooClient;
using kazoo::KeeperState;
using kazoo::SaslMechanism;
using kazoo::SaslServer;
using kazoo::SaslStep;
using kazoo::codec::Opcode;
using kazoo::testing_support::FakeConnection;
using kazoo::testing_support::FakeServer;
using kazoo::testing_support::Recorder;
using kazoo::testing_support::wait_until;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto patience = 20s;

/// A mechanism of functions: one for all steps, with nothing for the first.
class Toy : public SaslMechanism {
public:
    using Steps = std::function<SaslStep(std::optional<std::string_view>)>;

    explicit Toy(Steps steps, bool blocks = false) : steps_(std::move(steps)), blocks_(blocks) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "TOY"; }
    [[nodiscard]] SaslStep start() override { return steps_(std::nullopt); }
    [[nodiscard]] SaslStep step(std::string_view challenge) override { return steps_(challenge); }
    [[nodiscard]] bool may_block() const noexcept override { return blocks_; }

private:
    const Steps steps_;
    const bool blocks_;
};

kazoo::SaslMechanismFactory toys(Toy::Steps steps, bool blocks = false) {
    return [steps, blocks](const SaslServer&) { return std::make_unique<Toy>(steps, blocks); };
}

/// Sends "hello" and then "answer to x" for the challenge x; the exchange ends with that.
SaslStep polite(std::optional<std::string_view> challenge) {
    return challenge ? SaslStep::last_token("answer to " + std::string(*challenge))
                     : SaslStep::token("hello");
}

ClientOptions to(const std::string& hosts) {
    return ClientOptions()
        .hosts(hosts)
        .connection_retry(kazoo::RetryPolicy().delay(5ms).max_delay(20ms))
        .logger(kazoo::Logger::none());
}

std::string token_of(const FakeConnection::Request& request) {
    kazoo::codec::Decoder decoder(request.body);
    kazoo::codec::SaslRequest sasl;
    EXPECT_TRUE(kazoo::codec::decode(decoder, sasl));
    return std::string(sasl.token.value.value_or("null"));
}

void give(
    FakeConnection& connection,
    const FakeConnection::Request& request,
    std::optional<std::string_view> token
) {
    kazoo::codec::SaslReply reply;
    reply.token.value = token;
    connection.reply(request, reply);
}

/// Serves the exchange of `polite`.
void authenticate(FakeConnection& connection) {
    connection.welcome();
    give(connection, connection.next(), "x");
    give(connection, connection.next(), std::nullopt);
}

/// A server that answers the first token so; nothing follows.
FakeServer::Script answers(std::optional<std::string_view> token, std::int32_t err = 0) {
    return [token, err](FakeConnection& connection, int) {
        connection.welcome();
        const auto request = connection.next();
        EXPECT_EQ(request.op, Opcode::sasl);
        err == 0 ? give(connection, request, token) : connection.fail(request, err);
        connection.stay_silent();
    };
}

std::string why_not_started(KazooClient& zk) {
    try {
        zk.start(patience);
    } catch (const kazoo::AuthFailedError& error) {
        return error.what();
    }
    ADD_FAILURE() << "it has started";
    return {};
}

TEST(ClientSasl, PrecedesCredentialsWatchesAndRequestsOnEachConnection) {
    Recorder<std::string> seen;
    FakeServer server([&seen](FakeConnection& connection, int number) {
        connection.welcome();
        for (;;) {
            const auto request = connection.next_operation();
            if (request.op == Opcode::sasl) {
                const auto token = token_of(request);
                seen.add(token);
                give(connection, request, token == "hello" ? std::optional("x") : std::nullopt);
                continue;
            }
            seen.add(std::string(name(request.op)));
            if (request.op == Opcode::set_data && number == 0) return;
            connection.serve(request);
        }
    });
    KazooClient zk(to(server.hosts()).sasl(toys(polite)).auth_data({{"digest", "a:b"}}));
    zk.start(patience);
    zk.get("/a", [](const kazoo::WatchedEvent&) {});
    EXPECT_THROW(zk.set("/a", "x"), kazoo::ConnectionLoss);
    zk.get("/a");
    zk.stop();
    EXPECT_THAT(
        seen.all(),
        ElementsAre(
            "hello",
            "answer to x",
            "auth",
            "get_data",
            "set_data",
            "hello",
            "answer to x",
            "auth",
            "set_watches",
            "get_data",
            "close_session"
        )
    );
}

TEST(ClientSasl, TheFactoryLearnsWhichServerItIs) {
    FakeServer server([](FakeConnection& connection, int) {
        authenticate(connection);
        connection.serve_all();
    });
    Recorder<SaslServer> asked;
    const auto port = server.hosts().substr(server.hosts().find(':') + 1);
    KazooClient zk(to("localhost:" + port).sasl([&asked](const SaslServer& peer) {
        asked.add(peer);
        return std::make_unique<Toy>(polite);
    }));
    zk.start(patience);
    const auto peer = asked.all().back();
    EXPECT_EQ(peer.host, "localhost");
    EXPECT_EQ(std::to_string(peer.port), port);
    EXPECT_EQ(peer.address, "127.0.0.1");
    EXPECT_FALSE(peer.encrypted);
}

TEST(ClientSasl, ARefusalIsReportedByStartWithItsReason) {
    const std::pair<FakeServer::Script, const char*> refusals[] = {
        {answers(std::nullopt), "the server has no SASL configured"},
        {answers(std::nullopt, -115), "the server refused the authentication (error -115)"},
        {answers(std::nullopt, -124), "which it requires (error -124)"}};
    for (const auto& [script, reason] : refusals) {
        FakeServer server(script);
        Recorder<kazoo::KazooState> states;
        KazooClient zk(to(server.hosts()).sasl(toys(polite)));
        zk.add_listener([&states](kazoo::KazooState state) { states.add(state); });
        const auto text = why_not_started(zk);
        EXPECT_THAT(text, HasSubstr(reason));
        EXPECT_THAT(text, HasSubstr("SASL (TOY) with 127.0.0.1:"));
        EXPECT_EQ(server.connections(), 1);
        EXPECT_EQ(states.size(), 0U) << "it never was CONNECTED";
    }
}

TEST(ClientSasl, PendingOperationsFailWithTheRefusal) {
    std::binary_semaphore asked(0);
    FakeServer server([&asked](FakeConnection& connection, int) {
        connection.welcome();
        const auto request = connection.next();
        asked.acquire();
        connection.fail(request, -115);
        connection.stay_silent();
    });
    KazooClient zk(to(server.hosts()).sasl(toys(polite)));
    zk.start_async();
    const auto read = zk.get_async("/a");
    asked.release();
    ASSERT_TRUE(read.wait(patience));
    EXPECT_EQ(read.result().failure().code(), Errc::auth_failed);
    EXPECT_EQ(read.result().failure().outcome(), kazoo::Outcome::not_sent);
    EXPECT_EQ(zk.client_state(), KeeperState::AUTH_FAILED);
}

TEST(ClientSasl, FailuresOfFactoriesAndMechanismsAreRefusals) {
    FakeServer server(answers("x"));
    const std::pair<kazoo::SaslMechanismFactory, const char*> faults[] = {
        {[](const SaslServer&) -> std::unique_ptr<SaslMechanism> {
             throw std::runtime_error("no configuration");
         },
         "no configuration"},
        {[](const SaslServer&) { return nullptr; }, "the factory made no mechanism"},
        {toys([](auto) { return SaslStep::failed("an unknown user"); }), "an unknown user"},
        {toys([](auto challenge) {
             return challenge ? throw std::runtime_error("a wrong proof") : SaslStep::token("");
         }),
         "a wrong proof"},
        {toys([](auto) -> SaslStep { throw 1; }, true), "an exception of an unknown type"}};
    for (const auto& [factory, reason] : faults) {
        KazooClient zk(to(server.hosts()).sasl(factory));
        EXPECT_THAT(why_not_started(zk), HasSubstr(reason));
    }
}

TEST(ClientSasl, ALostConnectionAndAMissingTicketAreRetried) {
    FakeServer server([](FakeConnection& connection, int number) {
        if (number == 0) {
            connection.welcome();
            connection.next();
            return;
        }
        if (number == 1) {
            connection.welcome();
            connection.stay_silent();
        }
        authenticate(connection);
        connection.serve_all();
    });
    std::atomic<int> made{0};
    KazooClient zk(to(server.hosts()).sasl([&made](const SaslServer&) {
        const bool ready = made.fetch_add(1) != 1;
        return std::make_unique<Toy>([ready](auto challenge) {
            return ready ? polite(challenge) : SaslStep::not_ready("no ticket");
        });
    }));
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(made.load(), 3);
}

TEST(ClientSasl, StartNamesTheTicketThatIsMissing) {
    FakeServer server(answers("x"));
    KazooClient zk(to(server.hosts())
                       .sasl(toys([](auto) { return SaslStep::not_ready("no ticket"); }))
                       .connection_retry(kazoo::RetryPolicy().max_tries(2).delay(1ms)));
    try {
        zk.start(patience);
        ADD_FAILURE() << "it has started";
    } catch (const kazoo::ConnectionLoss& error) {
        EXPECT_THAT(error.what(), HasSubstr("SASL (TOY): no ticket"));
    }
}

// The functions of a mechanism run without a lock: they may look at their client.
TEST(ClientSasl, AMechanismMayLookAtItsClient) {
    FakeServer server([](FakeConnection& connection, int) {
        authenticate(connection);
        connection.serve_all();
    });
    struct Looks {
        ~Looks() { static_cast<void>(zk->dump()); }
        KazooClient* zk;
    };
    std::optional<KazooClient> zk;
    zk.emplace(to(server.hosts()).sasl([&zk](const SaslServer&) {
        auto looks = std::make_shared<Looks>(&*zk);
        return std::make_unique<Toy>([looks](auto challenge) {
            static_cast<void>(looks->zk->dump());
            EXPECT_THROW(looks->zk->get("/a"), kazoo::WouldDeadlockError);
            return polite(challenge);
        });
    }));
    zk->start(patience);
    zk->stop();
}

// Two clients share a handler, and with it the thread that sends their pings.
TEST(ClientSasl, ABlockedStepDelaysNoOtherClient) {
    FakeServer authenticating([](FakeConnection& connection, int) {
        authenticate(connection);
        connection.serve_all();
    });
    FakeServer plain([](FakeConnection& connection, int) {
        connection.welcome();
        connection.serve_all();
    });
    const auto handler = std::make_shared<kazoo::SequentialThreadingHandler>();
    std::counting_semaphore<> ticket(0);
    KazooClient waiting(to(authenticating.hosts())
                            .handler(handler)
                            .connect_timeout(patience)
                            .sasl(toys(
                                [&ticket](auto challenge) {
                                    ticket.acquire();
                                    return polite(challenge);
                                },
                                true
                            )));
    KazooClient other(to(plain.hosts()).handler(handler));
    const auto event = waiting.start_async();
    other.start(patience);
    EXPECT_EQ(other.get("/a").data, "good");
    EXPECT_FALSE(waiting.connected());
    ticket.release();
    ticket.release();
    ASSERT_TRUE(event.wait(patience));
    EXPECT_EQ(waiting.get("/a").data, "good");
}

TEST(ClientSasl, BlockedStepsAreLimited) {
    FakeServer server(answers("x"));
    std::counting_semaphore<> ticket(0);
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
    Recorder<std::string> lines;
    {
        KazooClient zk(to(server.hosts())
                           .connect_timeout(20ms)
                           .logger([&lines](kazoo::LogLevel, std::string_view line) {
                               lines.add(std::string(line));
                           })
                           .sasl(toys(
                               [&](auto) {
                                   ++begun;
                                   ticket.acquire();
                                   ++ended;
                                   return SaslStep::not_ready("late");
                               },
                               true
                           )));
        zk.start_async();
        const auto refused = [&lines] {
            const auto all = lines.all();
            return std::any_of(all.begin(), all.end(), [](const std::string& line) {
                return line.find("on four threads") != std::string::npos;
            });
        };
        EXPECT_TRUE(wait_until(refused, patience));
        EXPECT_EQ(begun.load(), 4);
        zk.stop();
    }
    ticket.release(4);  // the steps outlive the client
    EXPECT_TRUE(wait_until([&] { return ended.load() == 4; }, patience));
}

TEST(ClientSasl, AClientStopsDuringTheExchange) {
    for (const bool blocks : {false, true}) {
        FakeServer server([](FakeConnection& connection, int) {
            connection.welcome();
            connection.stay_silent();
        });
        std::binary_semaphore end(0);
        std::atomic<bool> asked{false};
        std::atomic<bool> over{false};
        {
            KazooClient zk(to(server.hosts())
                               .connect_timeout(patience)
                               .sasl(toys(
                                   [&, blocks](auto challenge) {
                                       asked = true;
                                       if (blocks) {
                                           end.acquire();
                                           over = true;
                                       }
                                       return polite(challenge);
                                   },
                                   blocks
                               )));
            zk.start_async();
            ASSERT_TRUE(wait_until([&] { return asked.load(); }, patience));
            zk.stop();
            EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
        }
        end.release();
        EXPECT_TRUE(wait_until([&] { return over.load() || !blocks; }, patience));
    }
}

// The same client may be started again after a refusal, with what has changed meanwhile.
TEST(ClientSasl, ARefusedClientCanBeStartedAgain) {
    FakeServer server([](FakeConnection& connection, int number) {
        if (number > 0) {
            authenticate(connection);
            connection.serve_all();
        }
        connection.welcome();
        connection.fail(connection.next(), -115);
        connection.stay_silent();
    });
    KazooClient zk(to(server.hosts()).sasl(toys(polite)));
    why_not_started(zk);
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "good");
}

}  // namespace
