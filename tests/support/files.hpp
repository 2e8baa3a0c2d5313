// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/descriptor.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace kazoo::testing_support {

/// Returns the contents of a file; empty if it cannot be read.
[[nodiscard]] inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Replaces the contents of a file. Throws std::runtime_error.
inline void replace_file(const std::filesystem::path& path, const std::string& contents) {
    std::ofstream out(path, std::ios::binary);
    out << contents;
    out.close();
    if (out.fail()) throw std::runtime_error("cannot write " + path.string());
}

/// Creates a temporary directory, which the caller removes. Throws std::system_error.
[[nodiscard]] inline std::filesystem::path make_directory() {
    auto name = (std::filesystem::temp_directory_path() / "kazoo-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_errno(name);
    return name;
}

}  // namespace kazoo::testing_support
