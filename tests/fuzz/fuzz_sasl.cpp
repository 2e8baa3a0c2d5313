// SPDX-License-Identifier: Apache-2.0
// Fuzzes the server's side of SASL DIGEST-MD5, and the names in ACLs of the schemes sasl and x509.
#include "codec/decoder.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/input.hpp"
#include "security/principal_names.hpp"
#include "server/rules/acl_rules.hpp"
#include "server/sasl/digest_md5_server.hpp"
#include "unit/server/sasl/digest_exchange.hpp"

#include <memory>
#include <string>

namespace kazoo::fuzz {
namespace {

using server::DigestMd5Server;
using server::SaslStep;
using Kind = server::SaslStep::Kind;

DigestMd5Server server_of(const std::shared_ptr<const server::SaslUsers>& users) {
    return {users, std::string(server::recorded_nonce)};
}

void check_tokens(Input& input) {
    static const auto users = server::users_with("bob", "bobsecret");
    static const auto others = server::users_with("bob", "another password");
    DigestMd5Server exchange = server_of(users);
    DigestMd5Server other = server_of(others);
    bool ended = false;
    for (int i = 0; i < 4; ++i) {
        const std::string token =
            input.flag() ? input.text() : input.text(input.integer<std::uint16_t>());
        const SaslStep step = exchange.step(token);
        const SaslStep same = other.step(token);
        require(!ended || step.kind == Kind::refused, "nothing follows the end");
        require(step.kind != Kind::challenge || i == 0, "the first token asks for the challenge");
        require(same.kind != Kind::authenticated, "nobody knows the other password");
        require((step.kind == Kind::refused) == step.token.empty(), "a refusal has no token");
        require(
            step.kind != Kind::authenticated || step.user == "bob", "only users are authenticated"
        );
        ended = step.kind != Kind::challenge;
    }
}

void check_name(const std::string& name) {
    const server::AclSchemes all{true, true, true};
    const auto stored = [&](const char* scheme, const server::AclSchemes& schemes) {
        return server::normalize_acl({Acl(1, Id(scheme, name))}, {}, schemes).err == Errc::ok;
    };
    require(stored("sasl", all) == base::is_kerberos_name(name), "names of SASL are checked");
    require(stored("x509", all) == base::is_x500_name(name), "names of certificates are checked");
    require(!stored("sasl", {}) && !stored("x509", {}), "nothing is accepted by default");
}

}  // namespace
}  // namespace kazoo::fuzz

/// The input: a flag for what it is, then tokens, each preceded by a flag and a length of one or
/// two bytes, or a name.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    if (input.flag()) {
        kazoo::fuzz::check_tokens(input);
    } else {
        const std::string name = input.rest_as_text();
        if (name != kazoo::codec::Decoder::null_text) {
            kazoo::fuzz::check_name(name);
        }
    }
    return 0;
}
