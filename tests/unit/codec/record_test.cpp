// SPDX-License-Identifier: Apache-2.0
#include "codec/record.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {
namespace {

// Every record type once.
using AllRecords = testing::Types<
    AddWatchRequest,
    Acl,
    AuthRequest,
    CheckRequest,
    CheckWatchesRequest,
    ClientInfo,
    ConnectRequest,
    ConnectResponse,
    Create2Reply,
    CreateReply,
    CreateRequest,
    CreateTtlRequest,
    DeleteContainerRequest,
    DeleteRequest,
    ErrorResponse,
    ExistsRequest,
    GetAclReply,
    GetAclRequest,
    GetAllChildrenNumberReply,
    GetAllChildrenNumberRequest,
    GetChildren2Reply,
    GetChildren2Request,
    GetChildrenReply,
    GetChildrenRequest,
    GetDataReply,
    GetDataRequest,
    GetEphemeralsReply,
    GetEphemeralsRequest,
    Id,
    MultiHeader,
    ReconfigRequest,
    RemoveWatchesRequest,
    ReplyHeader,
    RequestHeader,
    SaslReply,
    SaslRequest,
    SetAclRequest,
    SetDataRequest,
    SetWatches2Request,
    SetWatchesRequest,
    StatReply,
    SyncReply,
    SyncRequest,
    WatcherEvent,
    WhoAmIReply,
    ZnodeStat>;

template <class R>
class EveryRecordTest : public testing::Test {};

class RecordName {
public:
    template <class R>
    static std::string GetName(int) {
        return std::string(Describe<R>::record_name);
    }
};

TYPED_TEST_SUITE(EveryRecordTest, AllRecords, RecordName);

TYPED_TEST(EveryRecordTest, RoundTrips) {
    const auto original = sample<TypeParam>();
    const auto bytes = encoded(original);
    const ExactBytes input(bytes.span());

    Decoder in(input);
    TypeParam decoded;
    ASSERT_TRUE(decode(in, decoded));
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_TRUE(decoded == original) << to_string(decoded) << " from " << to_string(original);
    EXPECT_EQ(encoded_hex(decoded), testing_support::to_hex(bytes.span()));
}

TYPED_TEST(EveryRecordTest, RoundTripsDefaults) {
    const TypeParam original;
    const ExactBytes input(encoded(original).span());
    Decoder in(input);
    auto decoded = sample<TypeParam>();
    ASSERT_TRUE(decode(in, decoded));
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_TRUE(decoded == original) << to_string(decoded);
}

TYPED_TEST(EveryRecordTest, LeavesFollowingBytesAlone) {
    auto bytes = encoded(sample<TypeParam>());
    bytes.append("next", 4);
    const ExactBytes input(bytes.span());
    Decoder in(input);
    TypeParam decoded;
    ASSERT_TRUE(decode(in, decoded));
    EXPECT_EQ(in.remaining(), 4U);
}

TYPED_TEST(EveryRecordTest, FailsWhereverItIsTruncated) {
    const auto bytes = encoded(sample<TypeParam>());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const ExactBytes input(bytes.span().first(size));
        Decoder in(input);
        TypeParam decoded;
        EXPECT_FALSE(decode(in, decoded)) << size << " of " << bytes.size() << " bytes";
        EXPECT_FALSE(in.ok());
        EXPECT_EQ(in.remaining(), 0U);
    }
}

// Most of these corrupt a length. Whatever the decoder accepts must be encodable again.
TYPED_TEST(EveryRecordTest, SurvivesAnyNumberAnywhere) {
    const auto bytes = encoded(sample<TypeParam>());
    for (std::size_t offset = 0; offset + 4 <= bytes.size(); ++offset) {
        for (const std::int32_t number : {-1, -2, INT32_MIN, INT32_MAX, 0, 1, 5, 0x10000}) {
            base::Buffer changed;
            changed.append(bytes.data(), bytes.size());
            changed.patch_i32(offset, number);
            const ExactBytes input(changed.span());
            Decoder in(input);
            TypeParam decoded;
            if (!decode(in, decoded)) continue;
            const ExactBytes again(encoded(decoded).span());
            Decoder in_again(again);
            TypeParam decoded_again;
            ASSERT_TRUE(decode(in_again, decoded_again)) << to_string(decoded);
            ASSERT_TRUE(decoded_again == decoded) << to_string(decoded);
        }
    }
}

TYPED_TEST(EveryRecordTest, PrintsItsNameAndItsFields) {
    const auto record = sample<TypeParam>();
    const std::string text = to_string(record);
    EXPECT_EQ(text.find(std::string(Describe<TypeParam>::record_name) + "{"), 0U) << text;
    EXPECT_EQ(text.back(), '}');
    Describe<TypeParam>::fields(record, [&text](std::string_view field, const auto&) {
        EXPECT_NE(text.find(std::string(field) + "="), std::string::npos) << field << ": " << text;
    });
}

TEST(RecordTest, OnlyDescribedTypesAreRecords) {
    static_assert(Record<GetDataRequest> && Record<ZnodeStat> && Record<Acl> && Record<Id>);
    static_assert(!Record<int> && !Record<std::string> && !Record<Secret> && !Record<MultiOp>);
    EXPECT_EQ(Describe<GetDataRequest>::record_name, "GetDataRequest");
}

TEST(RecordTest, ComputesTheSmallestEncodingOfElements) {
    EXPECT_EQ(detail::min_wire_size<std::string>(), 4U);
    EXPECT_EQ(detail::min_wire_size<Acl>(), 12U);
    EXPECT_EQ(detail::min_wire_size<ClientInfo>(), 8U);
    EXPECT_EQ(detail::min_wire_size<ZnodeStat>(), 68U);
    EXPECT_EQ(detail::min_wire_size<MultiHeader>(), 9U);
    EXPECT_EQ(detail::min_wire_size<ZnodeStat>(), fixed_wire_size<ZnodeStat>);
    EXPECT_EQ(detail::min_wire_size<ReplyHeader>(), fixed_wire_size<ReplyHeader>);
}

TEST(RecordTest, ImpossibleCountsAllocateNothing) {
    const ZnodeStat stat;
    const std::string tail = encoded_hex(stat);
    for (const std::string_view count : {"7fffffff", "00000007", "fffffffe", "80000000"}) {
        const ExactBytes input(std::string(count) + tail);
        Decoder in(input);
        GetAclReply reply;
        EXPECT_FALSE(decode(in, reply)) << count;
        EXPECT_EQ(reply.acl.capacity(), 0U) << count;
    }
}

TEST(RecordTest, NullListsReadAsEmptyAndAreReported) {
    const ExactBytes input(std::string_view("ffffffff"));
    Decoder in(input);
    GetChildrenReply reply{{"left over"}};
    ASSERT_TRUE(decode(in, reply));
    EXPECT_TRUE(reply.children.empty());
    EXPECT_TRUE(in.saw_null());

    const ExactBytes empty(std::string_view("00000000"));
    Decoder in_empty(empty);
    ASSERT_TRUE(decode(in_empty, reply));
    EXPECT_FALSE(in_empty.saw_null());
}

TEST(RecordTest, NullDataIsNotEmptyData) {
    const std::string stat = encoded_hex(ZnodeStat{});
    const ExactBytes null("ffffffff" + stat);
    Decoder in_null(null);
    GetDataReply reply{"left over", {}};
    ASSERT_TRUE(decode(in_null, reply));
    EXPECT_EQ(reply.data, std::nullopt);

    const ExactBytes empty("00000000" + stat);
    Decoder in_empty(empty);
    ASSERT_TRUE(decode(in_empty, reply));
    ASSERT_TRUE(reply.data.has_value());
    EXPECT_EQ(*reply.data, "");
}

TEST(RecordTest, NullPathsCanBeDetected) {
    const ExactBytes null(std::string_view("ffffffff 01"));
    Decoder in_null(null);
    GetDataRequest request;
    ASSERT_TRUE(decode(in_null, request));
    EXPECT_EQ(request.path.data(), nullptr);

    const ExactBytes empty(std::string_view("00000000 01"));
    Decoder in_empty(empty);
    ASSERT_TRUE(decode(in_empty, request));
    EXPECT_NE(request.path.data(), nullptr);
    EXPECT_TRUE(request.path.empty());
}

TEST(RecordTest, RequestsViewTheirFrame) {
    const ExactBytes input(std::string_view("00000002 2f61 01"));
    Decoder in(input);
    GetDataRequest request;
    ASSERT_TRUE(decode(in, request));
    EXPECT_EQ(
        static_cast<const void*>(request.path.data()),
        static_cast<const void*>(input.span().data() + 4)
    );
}

TEST(ListTest, BorrowsLvaluesAndOwnsRvalues) {
    std::vector<int> numbers{1, 2};
    List<int> borrowed(numbers);
    EXPECT_EQ(&borrowed.get(), &numbers);
    numbers.push_back(3);
    EXPECT_EQ(borrowed.size(), 3U);

    const List<int> owned(std::vector<int>{1, 2, 3});
    EXPECT_TRUE(owned == borrowed);
    const List<int> copy(owned);
    EXPECT_NE(&copy.get(), &owned.get());
    EXPECT_TRUE(copy == owned);

    borrowed.own().push_back(9);
    EXPECT_EQ(borrowed.get(), std::vector<int>{9});
    EXPECT_EQ(numbers.size(), 3U);
    EXPECT_TRUE(List<int>().empty());
}

}  // namespace
}  // namespace kazoo::codec
