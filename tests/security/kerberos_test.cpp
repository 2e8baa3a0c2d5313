// SPDX-License-Identifier: Apache-2.0
// Apache ZooKeeper that requires SASL and offers GSSAPI, with a Kerberos realm of the test's own.
#include "sasl_kit.hpp"
#include "support/kdc.hpp"

#include <filesystem>

namespace kazoo::security_tests {
namespace {

constexpr auto service = "zookeeper/localhost";
const std::vector<std::string> only_alice{"sasl:alice@KAZOO.TEST"};

class Kerberos : public OneServer<Kerberos> {
public:
    static SecureApacheOptions server_options() {
        SecureApacheOptions options;
        options.principal = service;
        options.keytab = kdc().add(service);
        options.kerberos_configuration = kdc().configuration();
        options.require_sasl = true;
        return options;
    }
    static void TearDownTestSuite() {
        OneServer::TearDownTestSuite();
        kdc_.reset();
    }

protected:
    static Kdc& kdc() {
        if (!kdc_) kdc_ = std::make_unique<Kdc>();
        return *kdc_;
    }
    static const std::filesystem::path& alice_keytab() {
        static const auto keytab = kdc().add("alice");
        return keytab;
    }
    void SetUp() override { configuration_.emplace("KRB5_CONFIG", kdc().configuration().string()); }
    void TearDown() override {
        OneServer::TearDown();
        configuration_.reset();
    }
    /// Makes Kerberos use this file of tickets, and no keytab.
    void use_tickets(const std::filesystem::path& cache) {
        tickets_.emplace("KRB5CCNAME", "FILE:" + cache.string());
        keytab_.emplace("KRB5_CLIENT_KTNAME");
    }
    std::filesystem::path no_file() const { return files_ / "none"; }
    ClientOptions over(const std::string& hosts) {
        return client_of(hosts).sasl(cyrus_sasl(gssapi()));
    }

private:
    static inline std::unique_ptr<Kdc> kdc_;
    TemporaryDirectory files_;
    std::optional<Variable> configuration_;
    std::optional<Variable> tickets_;
    std::optional<Variable> keytab_;
};

const bool kerberos_needed = needs("Kerberos", lacking_kerberos);

TEST_F(Kerberos, ATicketAuthenticates) {
    use_tickets(kdc().ticket("alice", alice_keytab()));
    StartedClient zk(over(server().plain_hosts()));
    EXPECT_EQ(identities(zk), only_alice);
    const auto path = unique_chroot();
    zk.create(path, "", CreateOptions().acl(creator_all_acl()));
    EXPECT_EQ(zk.get_acls(path).acls.at(0).id, Id("sasl", "alice@KAZOO.TEST"));
}

TEST_F(Kerberos, AKeytabAuthenticates) {
    use_tickets(no_file());
    StartedClient zk(
        client_of(server().plain_hosts()).sasl(cyrus_sasl(gssapi().keytab(alice_keytab().string())))
    );
    EXPECT_EQ(identities(zk), only_alice);
}

TEST_F(Kerberos, OperationsSurviveReconnects) {
    use_tickets(kdc().ticket("alice", alice_keytab()));
    Proxy proxy(server().port());
    StartedClient zk(over(by_name(proxy)));
    expect_nothing_lost(zk, proxy);
}

TEST_F(Kerberos, AClientConnectsAsSoonAsThereIsATicket) {
    const auto cache = no_file();
    use_tickets(cache);
    KazooClient zk(over(server().plain_hosts()));
    const auto connected = zk.start_async();
    EXPECT_TRUE(logs("GSSAPI"));
    EXPECT_FALSE(zk.connected());
    std::filesystem::rename(kdc().ticket("alice", alice_keytab()), cache);
    EXPECT_TRUE(connected.wait(patience));
    EXPECT_EQ(identities(zk), only_alice);
}

TEST_F(Kerberos, AnExpiredTicketIsNotEnough) {
    const auto cache = kdc().ticket("alice", alice_keytab(), 2s);
    ASSERT_TRUE(wait_until([&] { return !kdc().is_valid(cache); }, patience));
    use_tickets(cache);
    expect_unreachable(over(server().plain_hosts()), "expired");
}

TEST_F(Kerberos, AKeytabWithAFormerKeyIsNotEnough) {
    use_tickets(no_file());
    const auto former = kdc().add("bob");
    const auto present = kdc().renew_key("bob");
    KazooClient zk(
        client_of(server().plain_hosts()).sasl(cyrus_sasl(gssapi().keytab(former.string())))
    );
    const auto connected = zk.start_async();
    EXPECT_TRUE(logs("GSSAPI"));
    EXPECT_FALSE(zk.connected());
    std::filesystem::rename(present, former);
    EXPECT_TRUE(connected.wait(patience));
}

TEST_F(Kerberos, AServerOfAnotherNameHasNoTicket) {
    use_tickets(kdc().ticket("alice", alice_keytab()));
    expect_unreachable(over(server().plain_hosts("127.0.0.1")), "not found in Kerberos database");
    StartedClient zk(client_of(server().plain_hosts("127.0.0.1"))
                         .sasl(cyrus_sasl(gssapi().server_name("localhost"))));
    EXPECT_EQ(identities(zk), only_alice);
}

TEST_F(Kerberos, ATicketOfAForeignRealmIsRefused) {
    Kdc foreign;
    static_cast<void>(foreign.add(service));
    const Variable configuration("KRB5_CONFIG", foreign.configuration().string());
    use_tickets(foreign.ticket("alice", foreign.add("alice")));
    expect_refused(over(server().plain_hosts()));
}

TEST_F(Kerberos, AClientWaitsForTheKeyDistributionCentre) {
    use_tickets(kdc().ticket("alice", alice_keytab()));
    kdc().stop();
    KazooClient zk(over(server().plain_hosts()));
    const auto connected = zk.start_async();
    EXPECT_TRUE(logs("GSSAPI"));
    EXPECT_FALSE(zk.connected());
    kdc().start();
    EXPECT_TRUE(connected.wait(patience));
    EXPECT_EQ(identities(zk), only_alice);
}

}  // namespace
}  // namespace kazoo::security_tests
