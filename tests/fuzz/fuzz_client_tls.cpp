// SPDX-License-Identifier: Apache-2.0
// Fuzzes the client's side of TLS against a server in memory whose bytes arrive in any pieces,
// are damaged, repeated or removed, have others between them, or end in the middle of a record. The
// client receives nothing but what the server has sent, in order, and knows how the stream ended.
#include "fuzz/deterministic_random.hpp"
#include "fuzz/harness.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"
#include "unit/transport/tls_peer.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace kazoo::fuzz {
namespace {

using testing_support::Certificates;
using testing_support::Identity;
using transport::MemoryServer;
using transport::TlsEngine;
using Status = TlsEngine::Status;

constexpr int most_steps = 200;

/// What all inputs share, because it takes long to make.
struct Setting {
    Certificates certificates;
    Identity good = certificates.server();
    Identity of_another_name = certificates.server_of_another_name();
    Identity foreign = certificates.foreign_server();
    TlsOptions options = TlsOptions().ca_file(certificates.authority().file());
    transport::SslContext context = transport::make_tls_context(options);

    static Setting& get() {
        static Setting setting;
        return setting;
    }
};

class Stream {
public:
    explicit Stream(Input& input)
        : input_(input),
          trusted_(input.below(4) != 0),
          newest_(input.flag() ? TLS1_3_VERSION : TLS1_2_VERSION),
          server_(certificate(input), transport::highest_version(newest_)),
          engine_(*Setting::get().context, {"localhost", false}, VerifyMode::full) {}

    void run() {
        progress({});
        for (int steps = 0; steps < most_steps && !input_.empty() && going(); ++steps) {
            step();
            require(engine_.output().size() < 1 << 20, "output is limited");
        }
        if (intact_ && going()) {
            finish();
        } else if (going()) {
            engine_.note_end();
            explain();
        } else if (status_ == Status::failed) {
            explain();
        }
        engine_.shut_down();
    }

private:
    const Identity& certificate(Input& input) const {
        auto& setting = Setting::get();
        return trusted_ ? setting.good : input.flag() ? setting.of_another_name : setting.foreign;
    }
    bool going() const { return status_ == Status::needs_input; }

    void explain() const {
        const auto text = transport::to_text(engine_.failure());
        require(!text.empty() && is_printable(text), "the end can be explained in one line");
    }

    void step() {
        switch (input_.below(16)) {
            case 0:
            case 1:
            case 2:
                return deliver_to_client(1 + input_.below(256));
            case 3:
            case 4:
                return deliver_to_client(in_flight_.size());
            case 5:
            case 6:
            case 7:
            case 8:
                return deliver_to_server();
            case 9:
                return server_sends(std::string(input_.integer<std::uint16_t>() % 20'000, 'd'));
            case 10:
                return client_sends(input_.text());
            case 11:
                return end();
            case 12:
                return update_key();
            default:
                return damage();
        }
    }

    void deliver_to_server() {
        server_.receive(engine_.output().span());
        engine_.output().clear();
        in_flight_ += server_.output();
    }

    void server_sends(const std::string& text) {
        if (server_.established() && !ended_ && !text.empty()) {
            server_.send(text);
            sent_ += text;
            in_flight_ += server_.output();
        }
    }

    void client_sends(const std::string& text) {
        if (engine_.established()) {
            require(engine_.write(as_bytes(text)) == Status::ready, "what is sent is encrypted");
        }
    }

    /// The server ends the connection in the orderly way.
    void end() {
        if (server_.established() && !ended_) {
            server_.shut_down();
            in_flight_ += server_.output();
            ended_ = true;
        }
    }

    void update_key() {
        if (newest_ == TLS1_3_VERSION && server_.established() && !ended_) {
            server_.update_key();
            in_flight_ += server_.output();
        }
    }

    /// Changes what is on its way to the client.
    void damage() {
        intact_ = false;
        const auto at =
            in_flight_.empty() ? 0 : input_.integer<std::uint16_t>() % in_flight_.size();
        switch (input_.below(5)) {
            case 0:
                return void(in_flight_.insert(at, input_.text()));
            case 1:
                return void(in_flight_.erase(at));
            case 2:
                return void(in_flight_.erase(at, 1 + input_.below(64)));
            case 3:
                return void(in_flight_.insert(at, in_flight_.substr(at, 1 + input_.byte())));
            default:
                if (!in_flight_.empty()) {
                    in_flight_[at] = static_cast<char>(in_flight_[at] ^ (1 << input_.below(8)));
                }
        }
    }

    void deliver_to_client(std::size_t count) {
        const auto text = in_flight_.substr(0, count);
        in_flight_.erase(0, text.size());
        const auto bytes = as_bytes(text);
        progress({bytes.begin(), bytes.end()});  // a block of exactly this size
    }

    void progress(const std::vector<std::byte>& bytes) {
        engine_.feed(bytes);
        if (!engine_.established()) {
            status_ = engine_.handshake();
            if (status_ != Status::ready) {
                return check();
            }
        }
        do {
            std::array<std::byte, 100> part{};
            std::size_t count = 0;
            status_ = engine_.read(part, count);
            received_.append(reinterpret_cast<const char*>(part.data()), count);
        } while (status_ == Status::ready);
        check();
    }

    void check() {
        require(
            !engine_.established() || trusted_, "only the certificate for the name is accepted"
        );
        require(sent_.starts_with(received_), "what is received was sent");
        require(status_ != Status::closed || ended_, "only the server says that it closes");
        require(status_ != Status::failed || !intact_ || !trusted_, "good bytes are accepted");
    }

    /// Everything arrives.
    void finish() {
        for (int round = 0; round < 10 && going(); ++round) {
            deliver_to_server();
            deliver_to_client(in_flight_.size());
        }
        require(trusted_ == engine_.established(), "the handshake succeeds with the certificate");
        require(!trusted_ || received_ == sent_, "all that was sent is received");
        require(!trusted_ || (status_ == Status::closed) == ended_, "the end is known");
    }

    static std::span<const std::byte> as_bytes(const std::string& text) {
        return std::as_bytes(std::span(text.data(), text.size()));
    }

    Input& input_;
    const bool trusted_;  // the server has the certificate that the client expects
    const int newest_;    // the highest version that the server speaks
    MemoryServer server_;
    TlsEngine engine_;
    Status status_ = Status::needs_input;
    bool intact_ = true;     // nothing was damaged
    bool ended_ = false;     // by the server
    std::string in_flight_;  // from the server to the client
    std::string sent_;       // by the server, in plain text
    std::string received_;   // by the client, in plain text
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: which certificate and version the server has, then the steps.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::restart_random();
    kazoo::fuzz::Setting::get();
    kazoo::fuzz::restart_random();
    kazoo::fuzz::Input input(data, size);
    kazoo::fuzz::Stream(input).run();
    return 0;
}
