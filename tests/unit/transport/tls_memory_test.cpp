// SPDX-License-Identifier: Apache-2.0
// Failed allocations in the client's side of TLS, also in functions that OpenSSL calls: each one
// becomes a std::bad_alloc.
#include "support/allocations/allocations.hpp"
#include "tls_peer.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <new>
#include <string>

namespace kazoo::transport {
namespace {

using testing_support::Exposed;
using testing_support::Shortage;
using testing_support::Spared;
using Status = TlsEngine::Status;

class TlsMemoryTest : public ::testing::Test {
protected:
    /// Connects, sends and receives, while the `nth` allocation of the client fails. Returns
    /// whether there is such an allocation.
    bool live(const Identity& served, const TlsOptions& options, Status expected, long nth) {
        MemoryServer server(served);
        server_ = &server;
        base::Endpoint endpoint{"127.0.0.1", 2281};
        endpoint.name = "localhost";
        const Shortage shortage(nth);
        bool out_of_memory = false;
        try {
            const Exposed client;
            const auto context = make_tls_context(options);
            TlsEngine engine(*context, tls_name(options, endpoint), options.verify());
            EXPECT_EQ(use(engine), expected);
        } catch (const std::bad_alloc&) {
            out_of_memory = true;
        }
        EXPECT_EQ(out_of_memory, shortage.met());
        return shortage.met();
    }

private:
    Status use(TlsEngine& engine) {
        auto status = engine.handshake();
        for (std::string bytes; status == Status::needs_input; status = engine.handshake()) {
            exchange(engine, "", bytes);
        }
        if (status != Status::ready) {
            return status;
        }
        const std::array<std::byte, 50'000> data{};
        EXPECT_EQ(engine.write(data), Status::ready);
        std::string bytes;
        exchange(engine, "reply", bytes);
        std::array<std::byte, 100> reply{};
        std::size_t count = 0;
        EXPECT_EQ(engine.read(reply, count), Status::needs_input);
        EXPECT_EQ(count, 5U);
        engine.shut_down();
        return status;
    }
    /// The server's part; the caller keeps the bytes that the engine is given.
    void exchange(TlsEngine& engine, std::string_view reply, std::string& bytes) {
        const Spared server_itself;
        server_->receive(engine.output().span());
        engine.output().clear();
        if (!reply.empty()) {
            server_->send(reply);
        }
        bytes = server_->output();
        engine.feed(std::as_bytes(std::span(bytes.data(), bytes.size())));
    }

    const Spared test_itself_;
    MemoryServer* server_ = nullptr;

protected:
    const Certificates certificates_;
};

TEST_F(TlsMemoryTest, EachFailedAllocationIsReported) {
    const auto served = certificates_.server();
    const auto identity = certificates_.client();
    const auto options = TlsOptions()
                             .ca_file(certificates_.authority().file())
                             .certificate_file(identity.certificate_file())
                             .key_file(identity.encrypted_key_file("secret"))
                             .key_password([] { return std::string("secret"); });
    long nth = 1;
    while (nth < 1000 && live(served, options, Status::ready, nth) && !HasFailure()) {
        ++nth;
    }
    EXPECT_GT(nth, 10) << "the client is not exposed at all";
}

TEST_F(TlsMemoryTest, EachFailedAllocationOfARefusalIsReported) {
    const auto served = certificates_.server_of_another_name();
    const auto options = TlsOptions().ca_file(certificates_.authority().file());
    long nth = 1;
    while (nth < 1000 && live(served, options, Status::failed, nth) && !HasFailure()) {
        ++nth;
    }
    EXPECT_GT(nth, 10) << "the client is not exposed at all";
}

}  // namespace
}  // namespace kazoo::transport
