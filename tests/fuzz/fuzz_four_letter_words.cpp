// SPDX-License-Identifier: Apache-2.0
// Fuzzes four-letter words: any four bytes sent to a server in any state, and any reply parsed by a
// client.
#include "client/server_version.hpp"
#include "fuzz/harness.hpp"
#include "unit/server/member/server_node_rig.hpp"

#include <algorithm>
#include <array>

namespace kazoo::fuzz {
namespace {

using server::Client;
using server::Rig;

constexpr std::size_t answer_limit = 1 << 20;

constexpr std::array<std::string_view, 20> words{
    "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr",
    "reqs", "ruok", "srst", "srvr", "stat", "stmk", "wchc", "wchp", "wchs", "zzzz"};

server::DatabaseOptions read_options(Input& input) {
    server::DatabaseOptions options;
    options.profile.keeper = input.flag();
    options.profile.minor = static_cast<int>(4 + input.below(6));
    options.server_id = input.byte();
    return options;
}

/// Gives the words something to report.
void live(Rig& rig, std::vector<Client>& clients, Input& input) {
    for (std::size_t steps = input.below(16); steps > 0; --steps) {
        if (clients.empty() || input.below(4) == 0) {
            clients.push_back(input.flag() ? rig.client() : rig.open());
        }
        Client& client = clients[input.below(clients.size())];
        const auto path = "/" + input.text(input.below(24));
        switch (input.below(5)) {
            case 0:
                client.request(1, codec::CreateRequest{path, "x", open_acl_unsafe(), 1});
                break;
            case 1:
                client.request(2, codec::ExistsRequest{path, true});
                break;
            case 2:
                client.request(3, codec::AddWatchRequest{path, 1});
                break;
            case 3:
                client.send(input.bytes(input.below(40)));
                break;
            default:
                rig.pass(input.integer<std::uint16_t>());
        }
    }
}

void ask(Rig& rig, const std::string& word, std::size_t first_piece) {
    Client client = rig.open();
    client.send_text(word.substr(0, first_piece));
    client.send_text(word.substr(std::min(first_piece, word.size())));
    const auto answer = client.take();
    require(answer.size() < answer_limit, "the length of a reply is bounded");
    require(answer.empty() || client.over(), "the connection ends after the answer");
    client.close();
}

void check_answer_of_server(const std::string& answer) {
    const auto version = detail::client::parse_server_version(answer);
    require(version.size() <= answer.size() / 2 + 1, "numbers come from the answer");
    require(
        std::all_of(version.begin(), version.end(), [](int n) { return n >= 0; }),
        "no part of a version is negative"
    );
}

}  // namespace
}  // namespace kazoo::fuzz

/// The input: the server's options, its history, an arbitrary word, then a reply.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kazoo::fuzz;
    Input input(data, size);
    Rig rig(read_options(input));
    std::vector<Client> clients;
    live(rig, clients, input);
    const std::size_t first_piece = input.below(5);
    for (const auto word : words) {
        ask(rig, std::string(word), first_piece);
    }
    ask(rig, input.text(4), first_piece);
    check_answer_of_server(input.rest_as_text());
    return 0;
}
