// SPDX-License-Identifier: Apache-2.0
// The same SASL exchanges with Apache ZooKeeper and with the embedded server have the same replies.
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/zookeeper_server.hpp"
#include "unit/server/sasl/digest_exchange.hpp"

#include <kazoo/security.hpp>
#include <kazoo/testing/server.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kazoo::differential {
namespace {

using server::response_to;
using testing_support::ApacheOptions;
using testing_support::ApacheServer;
using testing_support::RawClient;

/// A connection whose replies are recorded as text.
class Recorded {
public:
    explicit Recorded(std::uint16_t port) : client_(port) {
        if (client_.connect() == 0) lines_.emplace_back("no session");
    }

    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

    /// Sends a token and returns the server's.
    std::string token(std::string_view token) {
        client_.request(codec::SaslRequest{{token}});
        const std::string body = record("sasl");
        return body.size() > 4 ? body.substr(4) : "";
    }
    void null_token() {
        client_.request(codec::SaslRequest{});
        record("sasl with null");
    }
    /// Begins the exchange and answers the challenge with what `respond` makes of a right response.
    void answer(
        const std::function<std::string(std::string)>& respond,
        const std::string& user = "bob",
        const std::string& password = "bobsecret",
        const std::string& authzid = ""
    ) {
        const std::string challenge = token("");
        token(respond(response_to(challenge, user, password, authzid)));
    }
    void log_in(const std::string& user = "bob", const std::string& password = "bobsecret") {
        answer([](std::string right) { return right; }, user, password);
    }
    template <class Request>
    void ask(const std::string& what, const Request& request) {
        client_.request(request);
        record(what);
    }
    /// A request without a body.
    void ask(codec::Opcode op) {
        client_.send_frame(codec::RequestHeader{77, op});
        record(std::string(codec::name(op)));
    }
    void auth(std::string_view scheme, std::string_view credential) {
        client_.send_frame(
            codec::RequestHeader{codec::auth_xid, codec::Opcode::auth},
            codec::AuthRequest{0, scheme, {credential}}
        );
        record("auth");
    }
    void create(std::string_view path, const AclList& acl) {
        ask("create " + std::string(path), codec::CreateRequest{path, "", acl, 0});
    }
    void get_acl(std::string_view path) {
        client_.request(codec::GetAclRequest{path});
        record("get_acl", 68);  // the Stat, which contains times
    }

private:
    /// Records the reply, without zxids other than 0, nonces, proofs, and the last bytes of its
    /// body. Returns the body.
    std::string record(const std::string& what, std::size_t without = 0) {
        const std::string frame = client_.read_frame();
        if (frame.empty()) {
            lines_.push_back(what + ": closed");
            return "";
        }
        codec::Decoder in(std::as_bytes(std::span(frame)));
        codec::ReplyHeader header;
        if (!codec::decode(in, header)) throw std::runtime_error("a frame without a header");
        const std::string body = frame.substr(16);
        lines_.push_back(
            what + ": xid " + std::to_string(header.xid) + (header.zxid == 0 ? ", no zxid" : "") +
            ", err " + std::to_string(header.err) + ", " +
            shown(body.substr(0, std::max(body.size(), without) - without))
        );
        return body;
    }
    static std::string shown(const std::string& body) {
        std::string text = body;
        mask(text, "nonce=\"", 40);
        mask(text, "rspauth=", 32);
        return base::to_hex(std::as_bytes(std::span(text)));
    }
    static void mask(std::string& text, std::string_view start, std::size_t size) {
        const std::size_t at = text.find(start);
        if (at != std::string::npos) text.replace(at + start.size(), size, size, '*');
    }

    RawClient client_;
    std::vector<std::string> lines_;
};

/// What clients do, each on a connection of its own.
struct Scene {
    const char* name;
    std::function<void(Recorded&)> play;
};

std::string replaced(std::string text, std::string_view part, std::string_view by) {
    const std::size_t at = text.find(part);
    return at == std::string::npos ? "not found" : text.replace(at, part.size(), by);
}

/// A scene with a right response of which a part is replaced.
Scene changed(const char* name, std::string part, std::string by) {
    return {name, [=](Recorded& to) {
                to.answer([&](const std::string& right) { return replaced(right, part, by); });
                to.ask(codec::Opcode::ping);
            }};
}

std::vector<Scene> scenes() {
    return {
        {"a user",
         [](Recorded& to) {
             to.log_in();
             to.ask(codec::Opcode::ping);
             to.create("/own", {Acl(31, auth_ids())});
             to.get_acl("/own");
             to.create("/bob", {Acl(31, Id("sasl", "bob"))});
             to.create("/alice", {Acl(31, Id("sasl", "alice"))});
             to.get_acl("/bob");
             to.get_acl("/alice");
             to.ask(codec::Opcode::close_session);
         }},
        {"names in ACLs",
         [](Recorded& to) {
             to.log_in();
             int number = 0;
             for (const char* id :
                  {"", "a", "a:b", "a/b/c", "a@R", "a/b@R", "a/b/c@R", "a@b@c", "a@b/c"}) {
                 to.create("/acl" + std::to_string(++number), {Acl(31, Id("sasl", id))});
             }
         }},
        {"a wrong password",
         [](Recorded& to) {
             to.log_in("bob", "wrong");
             to.ask(codec::Opcode::ping);
         }},
        // Not with bob's password: Apache ZooKeeper 3.8.0 remembers the last known user, and would
        // accept it.
        {"an unknown user",
         [](Recorded& to) {
             to.log_in("carol", "carolsecret");
             to.ask(codec::Opcode::ping);
         }},
        {"an initial response",
         [](Recorded& to) {
             to.token("x");
             to.token("");
         }},
        {"two empty tokens",
         [](Recorded& to) {
             to.token("");
             to.token("");
             to.token("");
         }},
        {"a second exchange",
         [](Recorded& to) {
             to.log_in();
             to.token("");
             to.token("");
         }},
        {"a null token", [](Recorded& to) { to.null_token(); }},
        {"an authorization id",
         [](Recorded& to) {
             to.answer([](std::string right) { return right; }, "bob", "bobsecret", "alice");
             to.create("/authorized", {Acl(31, auth_ids())});
             to.get_acl("/authorized");
         }},
        {"credentials of the scheme",
         [](Recorded& to) {
             to.auth("sasl", "bob:bobsecret");
             to.ask(codec::Opcode::ping);
         }},
        {"other credentials",
         [](Recorded& to) {
             to.auth("digest", "bob:bobsecret");
             to.ask(codec::Opcode::ping);
         }},
        {"nothing",
         [](Recorded& to) {
             to.ask(codec::Opcode::ping);
             to.ask(codec::Opcode::ping);
         }},
        {"a read",
         [](Recorded& to) {
             to.ask("get", codec::GetDataRequest{"/zookeeper", false});
         }},
        {"the end of a session", [](Recorded& to) { to.ask(codec::Opcode::close_session); }},
        {"a long token",
         [](Recorded& to) {
             to.answer([](const std::string& right) {
                 return right + ",x=" + std::string(4096, 'y');
             });
         }},
        changed("no quality", ",qop=auth", ""),
        changed("no count", ",nc=00000001", ""),
        changed("no realm", "realm=\"zk-sasl-md5\",", ""),
        changed("another realm", "realm=\"zk-sasl-md5\"", "realm=\"other\""),
        changed("no uri", ",digest-uri=\"zookeeper/zk-sasl-md5\"", ""),
        changed("another uri", "zookeeper/zk-sasl-md5", "zookeeper/other"),
        changed("another quality", "qop=auth", "qop=auth-int"),
        changed("another nonce", "nonce=\"", "nonce=\"x"),
        changed("another character set", "qop=auth", "qop=auth,charset=iso-8859-1"),
        changed("a user without quotes", "\"bob\"", "bob"),
        changed("names in upper case", "username", "USERNAME"),
        changed("blanks", ",qop=auth", " , qop=auth , "),
        changed("a name twice", "qop=auth", "qop=auth,username=\"bob\""),
        changed("an unknown name", "qop=auth", "qop=auth,unknown=\"x\""),
        changed("no value", "qop=auth", "qop=auth,unknown"),
        changed("an open quote", "qop=auth", "qop=\"auth"),
        changed("text behind a quote", "\"bob\"", "\"bob\"x"),
    };
}

class SaslComparison : public ::testing::TestWithParam<bool> {
protected:
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    ApacheOptions apache_options() {
        const auto jaas = directory_ / "jaas.conf";
        testing_support::replace_file(
            jaas,
            "Server { org.apache.zookeeper.server.auth.DigestLoginModule required"
            " user_bob=\"bobsecret\"; };\n"
        );
        ApacheOptions options;
        options.config_lines = {
            "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider"};
        if (GetParam()) options.config_lines.emplace_back("sessionRequireClientSASLAuth=true");
        options.system_properties = {
            "java.security.auth.login.config=" + jaas.string(), "zookeeper.fips-mode=false"};
        return options;
    }

    std::filesystem::path directory_ = testing_support::make_directory();
};

TEST_P(SaslComparison, EqualExchangesHaveEqualReplies) {
    ApacheServer apache(apache_options());
    apache.start();
    const kazoo::testing::Server embedded(
        kazoo::testing::ServerOptions().sasl_user("bob", "bobsecret").require_sasl(GetParam())
    );
    for (const Scene& scene : scenes()) {
        SCOPED_TRACE(scene.name);
        Recorded expected(apache.port());
        Recorded actual(embedded.port());
        scene.play(expected);
        scene.play(actual);
        EXPECT_EQ(actual.lines(), expected.lines());
    }
}

INSTANTIATE_TEST_SUITE_P(
    AuthenticationIs,
    SaslComparison,
    ::testing::Bool(),
    [](const auto& parameter) { return parameter.param ? "Required" : "Optional"; }
);

}  // namespace
}  // namespace kazoo::differential
