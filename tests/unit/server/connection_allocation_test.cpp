// What a read costs in memory: nothing, once the buffers have grown.

#include "member_rig.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

void* allocate(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace kazoo::server {
namespace {

/// Allocations for a batch of so many requests.
template <class Body>
std::size_t cost_of(int requests, const Body& body) {
    Rig rig;
    Client client = rig.client();
    client.create(1, "/a");
    base::Buffer batch;
    for (int i = 0; i < requests; ++i) {
        const auto frame = Client::frame(i, Body::opcode, body);
        batch.append(frame.data(), frame.size());
    }
    base::Buffer out;
    std::size_t cost = 0;
    for (int round = 0; round < 4; ++round) {
        out.clear();
        (void)rig.member.take_touched();
        const std::size_t before = allocations;
        rig.member.on_bytes(client.id, batch.span(), rig.now);
        rig.member.take_output(client.id, out);
        rig.member.on_sent(client.id, out.size(), rig.now);
        cost = allocations - before;
    }
    EXPECT_GE(out.size(), static_cast<std::size_t>(requests) * 20U);
    return cost;
}

TEST(ConnectionAllocationTest, ReadsTakeNone) {
    const auto expect_flat = [](const auto& body) {
        EXPECT_EQ(cost_of(1000, body), cost_of(10, body));
        EXPECT_LE(cost_of(1000, body), 2U);  // for the list of those touched
    };
    expect_flat(codec::GetDataRequest{"/a", false});
    expect_flat(codec::ExistsRequest{"/missing", false});
    expect_flat(codec::GetChildren2Request{"/", false});
}

}  // namespace
}  // namespace kazoo::server
