#pragma once

#include <kazoo/security.hpp>

#include <cstdint>
#include <memory>

namespace kazoo::server {

/// Each list of a tree once, however many nodes have it. Nodes hold a number; a list that no node
/// has any more is forgotten.
class AclTable {
public:
    using Number = std::uint32_t;

    AclTable();
    ~AclTable();
    AclTable(AclTable&&) noexcept;
    AclTable& operator=(AclTable&&) noexcept;

    Number acquire(const AclList& list);
    void acquire(Number number) noexcept;
    void release(Number number) noexcept;
    [[nodiscard]] const std::shared_ptr<const AclList>& list(Number number) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::server
