// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/files.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace kazoo::testing_support {

/// A temporary directory that is removed, with its contents, when this object is destroyed.
class TemporaryDirectory {
public:
    /// Throws std::system_error.
    TemporaryDirectory() : path_(make_directory()) {}
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    friend std::filesystem::path operator/(const TemporaryDirectory& d, const std::string& name) {
        return d.path_ / name;
    }

    /// Creates or replaces a file. Returns its path; throws std::runtime_error.
    std::filesystem::path write(const std::string& name, const std::string& text) {
        auto file = path_ / name;
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        out << text;
        out.close();
        if (!out) throw std::runtime_error("cannot write " + file.string());
        return file;
    }

private:
    const std::filesystem::path path_;
};

}  // namespace kazoo::testing_support
