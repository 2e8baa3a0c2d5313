#pragma once

#include "machine.hpp"
#include "support/apache_process.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kazoo::chaos {

constexpr std::uint16_t client_port = 2181;

/// One Apache ZooKeeper of an ensemble, on a machine of its own.
class Member {
public:
    /// The `number`th, from 1 on, of so many, all on machines with their numbers.
    Member(int number, int of_all, const Machine& machine);
    ~Member();
    Member(const Member&) = delete;

    void start();
    void kill9();
    /// No effect unless it runs.
    void pause();
    void resume();
    /// Whether it was started and has not ended, by itself or not.
    [[nodiscard]] bool running() { return !process_.exited(); }
    [[nodiscard]] bool paused() const noexcept { return paused_; }

    [[nodiscard]] const Machine& machine() const noexcept { return machine_; }
    /// Its transaction logs and snapshots.
    [[nodiscard]] std::filesystem::path data() const { return directory_ / "data" / "version-2"; }
    /// Leaves its files when it ends: where.
    [[nodiscard]] const std::filesystem::path& keep() {
        kept_ = true;
        return directory_;
    }
    /// What it has said, over all its starts.
    [[nodiscard]] std::string log() const;

private:
    const Machine& machine_;
    const std::filesystem::path directory_;
    testing_support::ApacheProcess process_;
    bool paused_ = false;
    bool kept_ = false;
};

}  // namespace kazoo::chaos
