// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <string>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// The names of the nodes of a Lock, ReadLock or WriteLock. Processes exclude each other only if
/// all of them use names that the others take into account; docs/locks.md has a table.
///
///     Lock lock(zk, "/printer", LockOptions().format(LockFormat::curator()));
///
/// A name consists of a unique id and a marker, to which the server appends a number:
///
/// | format | lock | read | write |
/// | --- | --- | --- | --- |
/// | kazoo | `<hex>__lock__` | `<hex>__rlock__` | `<hex>__lock__` |
/// | curator | `_c_<uuid>-lock-` | `_c_<uuid>-__READ__` | `_c_<uuid>-__WRIT__` |
/// | go | `_c_<hex>-lock-` | none | none |
///
/// `<hex>` are 32 hexadecimal digits, `<uuid>` is a uuid with dashes. A node is a contender if its
/// name ends in a marker and a number; other nodes are ignored. A Lock waits for the markers of
/// lock nodes, a WriteLock for those of read and write nodes, a ReadLock for those of write nodes,
/// and each for LockOptions::also.
///
/// A value; distinct objects may be used from different threads.
class LockFormat {
public:
    /// The names of Python's kazoo, as `kazoo()`.
    LockFormat();

    /// The names of Python's kazoo: Lock, ReadLock, WriteLock, Election.
    [[nodiscard]] static LockFormat kazoo() { return {}; }
    /// The names of Apache Curator: InterProcessMutex, InterProcessReadWriteLock, LeaderSelector.
    [[nodiscard]] static LockFormat curator();
    /// The names of the Go client (go-zookeeper): Lock. Has no read and write locks; a ReadLock or
    /// WriteLock with it throws BadArgumentsError.
    [[nodiscard]] static LockFormat go();
    /// Other names. Each argument is the name of a node without its number, and contains the
    /// placeholder "{hex}" or "{uuid}" once; what follows it is the marker, which must not be
    /// empty. Curator's LeaderLatch, for example, uses "_c_{uuid}-latch-". Without `read` and
    /// `write` there are no read and write locks. Throws BadArgumentsError if a name is malformed.
    [[nodiscard]] static LockFormat custom(
        std::string_view lock, std::string_view read = {}, std::string_view write = {}
    );

    /// Return the names with their placeholders; empty if there is none.
    [[nodiscard]] const std::string& lock_name() const noexcept { return lock_; }
    [[nodiscard]] const std::string& read_name() const noexcept { return read_; }
    [[nodiscard]] const std::string& write_name() const noexcept { return write_; }

    friend bool operator==(const LockFormat&, const LockFormat&) = default;

private:
    LockFormat(std::string lock, std::string read, std::string write) noexcept;

    std::string lock_;
    std::string read_;
    std::string write_;
};

}  // namespace kazoo
KAZOO_API_END
