#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The process of an Apache ZooKeeper, started as often as wanted. It ends with this object and,
/// should the process be killed, with the process. Not for several threads at once.
class ApacheProcess {
public:
    /// `directory` holds its configuration, zoo.cfg, and receives its log.
    explicit ApacheProcess(std::filesystem::path directory);
    ~ApacheProcess();
    ApacheProcess(const ApacheProcess&) = delete;
    ApacheProcess& operator=(const ApacheProcess&) = delete;

    /// Writes zoo.cfg: what all servers have in common, then these lines.
    void configure(const std::vector<std::string>& lines);
    /// `arguments` of the JVM; `network` as in spawn_child. Throws std::system_error.
    void launch(const std::vector<std::string>& arguments, int network = -1);
    /// Sends a signal that ends it, and waits for the end.
    void end_with(int signal_number);
    /// SIGSTOP; returns once it stands. Throws std::runtime_error if it does not run.
    void pause();
    void resume();

    [[nodiscard]] bool running() const { return pid_ > 0; }
    /// Looks whether it has ended by itself.
    [[nodiscard]] bool exited();
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The end of what it logged, over all its starts.
    [[nodiscard]] std::string log_tail(std::size_t bytes) const;

private:
    const std::filesystem::path directory_;
    const pid_t owner_;
    pid_t pid_ = -1;
};

/// All of a file; nothing if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// A new directory for the files of a server.
[[nodiscard]] std::filesystem::path make_directory();

}  // namespace kazoo::testing_support
