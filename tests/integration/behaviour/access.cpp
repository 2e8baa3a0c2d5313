// SPDX-License-Identifier: Apache-2.0
// Access control lists and authentication.
#include "behaviour/suites.hpp"

#include <algorithm>

namespace kazoo::behaviour {
namespace {

std::vector<AuthData> as_user(const char* credential) {
    return {AuthData("digest", credential)};
}

}  // namespace

TEST_P(Access, ListsAreReadAndReplaced) {
    zk().create("/a");
    const auto before = zk().get_acls("/a");
    EXPECT_EQ(before.acls, open_acl_unsafe());
    EXPECT_EQ(before.stat, zk().exists("/a"));
    const AclList both{
        make_acl("world", "anyone", Permissions::all),
        make_digest_acl("user", "open sesame", Permissions::read | Permissions::write)};
    EXPECT_EQ(zk().set_acls("/a", both, 0).aversion, 1);
    auto after = zk().get_acls("/a").acls;
    EXPECT_EQ(after.size(), 2U);
    EXPECT_EQ(after.back().acl_list(), (std::vector<std::string>{"READ", "WRITE"}));
    EXPECT_EQ(after.back().id.scheme, "digest");
}

TEST_P(Access, ListsAreRefusedWithTheReason) {
    zk().create("/a");
    zk().set_acls("/a", open_acl_unsafe());
    EXPECT_THROW(zk().set_acls("/a", open_acl_unsafe(), 0), BadVersionError);
    EXPECT_THROW(zk().set_acls("/a", {}), InvalidACLError);
    EXPECT_THROW(zk().set_acls("/a", {make_acl("digest", "", 31)}), InvalidACLError);
    EXPECT_THROW(zk().set_acls("/a", creator_all_acl()), InvalidACLError) << "who would that be";
    EXPECT_THROW(zk().set_acls("/absent", open_acl_unsafe()), NoNodeError);
    EXPECT_THROW(zk().get_acls("/absent"), NoNodeError);
}

TEST_P(Access, DigestIsolatesNodes) {
    auto& owner = start_client(options());
    owner.add_auth("digest", "user:open sesame");
    owner.create("/private", "secret", CreateOptions().acl(creator_all_acl()));
    EXPECT_EQ(owner.get("/private").data, "secret");

    auto& stranger = start_client(options());
    EXPECT_THROW(stranger.get("/private"), NoAuthError);
    EXPECT_THROW(stranger.set("/private", ""), NoAuthError);
    EXPECT_THROW(stranger.create("/private/sub"), NoAuthError);
    // exists requires no permission before 3.8.4 and 3.9.2.
    const auto existence = code_of([&] { EXPECT_TRUE(stranger.exists("/private")); });
    EXPECT_TRUE(!existence || existence == Errc::no_auth) << existence;
    stranger.add_auth("digest", "user:wrong");
    EXPECT_THROW(stranger.get("/private"), NoAuthError);
    stranger.add_auth("digest", "user:open sesame");
    EXPECT_EQ(stranger.get("/private").data, "secret") << "authenticated later";

    const auto listed = owner.get_acls("/private").acls;
    EXPECT_EQ(listed, (AclList{make_digest_acl("user", "open sesame", Permissions::all)}));
}

TEST_P(Access, CredentialsMayBeUnicodeOrEmpty) {
    zk().add_auth("digest", "pérson:pässwörd");
    zk().create("/a", "x", CreateOptions().acl(creator_all_acl()));
    auto& same = start_client(options().auth_data(as_user("pérson:pässwörd")));
    EXPECT_EQ(same.get("/a").data, "x");
}

TEST_P(Access, AuthDataIsSentFirst) {
    auto& client = make_client(options().auth_data(as_user("user:open sesame")));
    auto& told = record<std::error_code>();
    client.add_listener([&](KazooState state) {
        if (state != KazooState::CONNECTED) return;
        client.create_async("/mine", "", CreateOptions().acl(creator_all_acl()))
            .rawlink([&](auto result) { told.add(result.result().error()); });
    });
    client.start(patience);
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_FALSE(told.all()[0]) << "CONNECTED is announced after authentication";
}

TEST_P(Access, CredentialsAreReplayedOnEveryConnection) {
    auto& client = start_client(proxied());
    client.add_auth("digest", "user:open sesame");
    client.create("/mine", "x", CreateOptions().acl(creator_all_acl()));
    ASSERT_TRUE(cut_off(client));
    const auto queued = client.get_async("/mine");
    proxy().restore();
    EXPECT_EQ(queued.get(patience).data, "x");
    client.restart();
    EXPECT_EQ(client.get("/mine").data, "x") << "also in a new session";
}

TEST_P(Access, CredentialsGivenWhileSuspendedWaitForTheConnection) {
    root_client().create(
        chroot() + "/secret",
        "x",
        CreateOptions().acl({make_digest_acl("user", "open sesame", Permissions::all)})
    );
    auto& client = start_client(proxied());
    ASSERT_TRUE(cut_off(client));
    const auto added = client.add_auth_async("digest", "user:open sesame");
    const auto read = client.get_async("/secret");
    EXPECT_FALSE(added.wait(20ms));
    proxy().restore();
    added.get(patience);
    EXPECT_EQ(read.get(patience).data, "x");
    client.set_acls("/secret", open_acl_unsafe());
}

TEST_P(Access, CredentialsAddedBeforeTheStartAreKept) {
    auto& client = make_client(options());
    EXPECT_EQ(
        failure_of(client.add_auth_async("digest", "user:open sesame")).code(),
        ClientErrc::connection_closed
    );
    client.start(patience);
    EXPECT_EQ(client.create("/mine", "", CreateOptions().acl(creator_all_acl())), "/mine");
}

TEST_P(Access, RefusedCredentialsDoNotAffectTheNextStart) {
    auto& client = start_client(options());
    client.add_auth("digest", "user:open sesame");
    EXPECT_THROW(client.add_auth("no-such-scheme", "x"), AuthFailedError);
    EXPECT_THROW(client.add_auth("digest", std::string(2 << 20, 'x')), KazooException);
    client.stop();
    EXPECT_THROW(client.add_auth("digest", std::string(2 << 20, 'x')), KazooException);
    client.start(patience);
    EXPECT_EQ(client.create("/mine", "", CreateOptions().acl(creator_all_acl())), "/mine");
}

TEST_P(Access, UnsentCredentialsAreDroppedOnceRefused) {
    auto& client = make_client(options());
    EXPECT_THROW(client.add_auth("no-such-scheme", "x"), ConnectionClosedError);
    EXPECT_THROW(client.start(patience), KazooException);
    client.stop();
    client.start(patience);
    EXPECT_TRUE(client.connected());
}

TEST_P(Access, CredentialsCanBeRemoved) {
    auto& client = start_client(options());
    client.add_auth("digest", "user:open sesame");
    client.forget_auth();
    client.stop();
    client.start(patience);
    EXPECT_THROW(
        client.create("/mine", "", CreateOptions().acl(creator_all_acl())), InvalidACLError
    );
}

TEST_P(Access, UnknownSchemeIsFatal) {
    auto& client = start_client(options());
    auto& states = record_states(client);
    EXPECT_THROW(client.add_auth("no-such-scheme", "x"), AuthFailedError);
    ASSERT_TRUE(states.wait_for(1));
    EXPECT_EQ(states.all()[0], KazooState::LOST);
    EXPECT_EQ(client.client_state(), KeeperState::AUTH_FAILED);
    EXPECT_THROW(client.get("/"), AuthFailedError);

    auto& refused = make_client(options().auth_data({AuthData("no-such-scheme", "x")}));
    EXPECT_THROW(refused.start(patience), AuthFailedError);
    EXPECT_FALSE(refused.connected());
}

TEST_P(Access, DefaultAclIsUsedWhereNoneIsGiven) {
    const AclList mine{make_digest_acl("user", "open sesame", Permissions::all)};
    auto& client = start_client(options().default_acl(mine).auth_data(as_user("user:open sesame")));
    client.create("/a");
    client.ensure_path("/b/c");
    client.create("/d/e", "", CreateOptions().makepath());
    client.create("/open", "", CreateOptions().acl(open_acl_unsafe()));
    for (const auto* path : {"/a", "/b", "/b/c", "/d", "/d/e"}) {
        EXPECT_EQ(client.get_acls(path).acls, mine) << path;
    }
    EXPECT_EQ(client.get_acls("/open").acls, open_acl_unsafe());
    EXPECT_THROW(zk().get("/a"), NoAuthError);
    client.delete_recursive("/b");
    client.delete_recursive("/d");
}

TEST_P(Access, UnreadableParentsDoNotStopEnsurePath) {
    const auto perms = Permissions::create | Permissions::admin;
    zk().create("/locked", "", CreateOptions().acl({make_acl("world", "anyone", perms)}));
    EXPECT_TRUE(zk().ensure_path("/locked/a/b"));
    EXPECT_FALSE(zk().ensure_path("/locked/a/b"));
    zk().set_acls("/locked", open_acl_unsafe());
}

}  // namespace kazoo::behaviour
