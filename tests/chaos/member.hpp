// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine.hpp"
#include "support/apache_process.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kazoo::chaos {

constexpr std::uint16_t client_port = 2181;

/// One Apache ZooKeeper server of an ensemble, on a machine of its own.
class Member {
public:
    /// Server `number`, counted from 1, of `of_all`; the machines have the same numbers.
    Member(int number, int of_all, const Machine& machine);
    ~Member();
    Member(const Member&) = delete;

    void start();
    void kill9();
    /// No effect unless the server runs.
    void pause();
    void resume();
    /// True if the server was started and has not exited.
    [[nodiscard]] bool running() { return !process_.exited(); }
    [[nodiscard]] bool paused() const noexcept { return paused_; }

    [[nodiscard]] const Machine& machine() const noexcept { return machine_; }
    /// The directory of its transaction logs and snapshots.
    [[nodiscard]] std::filesystem::path data() const { return directory_ / "data" / "version-2"; }
    /// Keeps the files when this object is destroyed; returns their directory.
    [[nodiscard]] const std::filesystem::path& keep() {
        kept_ = true;
        return directory_;
    }
    /// The console output of all starts.
    [[nodiscard]] std::string log() const;

private:
    const Machine& machine_;
    const std::filesystem::path directory_;
    testing_support::ApacheProcess process_;
    bool paused_ = false;
    bool kept_ = false;
};

}  // namespace kazoo::chaos
