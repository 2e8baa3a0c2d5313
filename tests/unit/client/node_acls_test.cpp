// SPDX-License-Identifier: Apache-2.0
// The ACLs of new nodes. Which lists nodes get is tested with servers:
// tests/integration/behaviour/acl_provider.cpp.
#include "client/node_acls.hpp"

#include "loop_client.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace kazoo::detail::client {
namespace {

using testing_support::LoopClient;

AclList of_user(const char* user) {
    return {make_sasl_acl(user, Permissions::all)};
}

TEST(NodeAclsTest, WithoutOthersOneListIsForAll) {
    const NodeAcls acls(of_user("all"));
    EXPECT_EQ(acls.node(), of_user("all"));
    EXPECT_EQ(acls.of("/a"), of_user("all"));
}

TEST(NodeAclsTest, AncestorsHaveTheirOwnLists) {
    NodeAcls acls(of_user("usual"));
    acls.set_node(of_user("node"));
    acls.add("/app/a/b", of_user("b"));
    acls.add("/app/a", of_user("a"));
    EXPECT_EQ(acls.node(), of_user("node"));
    EXPECT_EQ(acls.of("/app/a/b"), of_user("b"));
    EXPECT_EQ(acls.of("/app/a"), of_user("a"));
    EXPECT_EQ(acls.of("/app"), of_user("usual")) << "above the chroot";
}

/// What an operation of a client whose provider fails ends with.
template <class T>
void expect_refused(const AsyncResult<T>& result, const char* operation) {
    SCOPED_TRACE(operation);
    ASSERT_TRUE(result.ready()) << "nothing is submitted";
    const auto error = result.result().failure();
    EXPECT_EQ(error.code(), ClientErrc::foreign_exception);
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    EXPECT_STREQ(error.operation(), operation);
}

TEST(NodeAclsTest, AFailedProviderFailsTheOperationAtOnce) {
    std::vector<std::string> asked;
    LoopClient client(ClientOptions().acl_provider([&asked](std::string_view path) -> AclList {
        asked.emplace_back(path);
        throw std::runtime_error("no");
    }));
    client.begin();
    const auto makepath = CreateOptions().makepath();
    expect_refused(client.zk.create_async("/a/b", "", makepath), "create");
    expect_refused(client.zk.create_with_stat_async("/a/b", "", makepath), "create");
    expect_refused(client.zk.create_async("/a", "", CreateOptions().protect()), "create");
    expect_refused(client.zk.ensure_path_async("/a/b"), "ensure_path");
    expect_refused(client.zk.create_or_set_async("/a/b", ""), "create_or_set");
    EXPECT_EQ(asked, (std::vector<std::string>{"/a/b", "/a/b", "/a", "/a/b", "/a/b"}));
    client.run();
}

}  // namespace
}  // namespace kazoo::detail::client
