// SPDX-License-Identifier: Apache-2.0
#include "client/error_text.hpp"

#include "codec/requests.hpp"

#include <gmock/gmock.h>

#include <string>

namespace kazoo::detail::client {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(LimitText, NamesTheLimit) {
    ClientLimits limits;
    limits.requests = 17;
    limits.queued_bytes = 1234;
    limits.watches = 5;
    EXPECT_THAT(limit_text(ClientErrc::queue_full, limits), HasSubstr("17"));
    EXPECT_THAT(limit_text(ClientErrc::queue_full, limits), HasSubstr("1234"));
    EXPECT_THAT(limit_text(ClientErrc::too_many_watches, limits), HasSubstr("at most 5 "));
    EXPECT_THAT(limit_text(Errc::no_node, limits), IsEmpty());
}

TEST(MissingChrootText, IsGivenOnlyIfTheChrootMustBeMissing) {
    const Chroot app("/app");
    for (const char* path : {"/", "//", "/a", "a", "/a/"}) {
        EXPECT_THAT(missing_chroot_text("create", path, app), HasSubstr("/app")) << path;
    }
    EXPECT_THAT(missing_chroot_text("get", "/", app), HasSubstr("the chroot /app does not exist"));
    EXPECT_THAT(missing_chroot_text("get", "/a", app), IsEmpty());
    EXPECT_THAT(missing_chroot_text("create", "/a/b", app), IsEmpty());
    EXPECT_THAT(missing_chroot_text("create", "/a", Chroot()), IsEmpty());
    EXPECT_THAT(missing_chroot_text("get", "/", Chroot()), IsEmpty());
}

TEST(EndedText, SaysHowTheClientEnded) {
    EXPECT_THAT(ended_text(LifeEnd::stopped), HasSubstr("stopped"));
    EXPECT_THAT(ended_text(LifeEnd::exhausted), HasSubstr("connection_retry"));
    EXPECT_STREQ(ended_text(LifeEnd::none), "");
}

TEST(UsualLimit, IsThatOfTheWholeRequest) {
    codec::SetDataRequest record;
    record.path = "/a";
    EXPECT_FALSE(exceeds_usual_limit(record)) << "no data";
    const std::string small(usual_server_limit - 100, 'x');
    record.data = small;
    EXPECT_FALSE(exceeds_usual_limit(record));
    const std::string large(usual_server_limit, 'x');
    record.data = large;
    EXPECT_TRUE(exceeds_usual_limit(record));
    EXPECT_FALSE(exceeds_usual_limit(codec::GetDataRequest())) << "it has none";
}

}  // namespace
}  // namespace kazoo::detail::client
