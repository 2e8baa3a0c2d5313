// SPDX-License-Identifier: Apache-2.0
#include "top/table.hpp"

#include <algorithm>

namespace tool {
namespace {

constexpr std::size_t gap = 2;

bool begins_character(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

/// The columns that are shown.
using Shown = std::vector<bool>;

std::size_t total(const std::vector<std::size_t>& widths, const Shown& shown) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        sum += shown[i] ? widths[i] + gap : 0;
    }
    return sum < gap ? 0 : sum - gap;
}

Shown columns_within(
    std::size_t width,
    const std::vector<Table::Column>& columns,
    const std::vector<std::size_t>& widths
) {
    Shown shown(columns.size(), true);
    while (total(widths, shown) > width) {
        std::size_t last = columns.size();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool is_higher = last == columns.size() || columns[i].rank > columns[last].rank;
            last = shown[i] && columns[i].rank > 0 && is_higher ? i : last;
        }
        if (last == columns.size()) {
            break;
        }
        shown[last] = false;
    }
    return shown;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::string blanks(width - std::min(width, characters(text)), ' ');
    return right ? blanks + text : text + blanks;
}

}  // namespace

std::size_t characters(const std::string& text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut(const std::string& text, std::size_t width) {
    if (text.size() <= width || characters(text) <= width) {
        return text;
    }
    std::size_t seen = 0;
    std::size_t end = 0;
    while (seen < width && end < text.size()) {
        seen += begins_character(text[end]) ? 1 : 0;
        if (seen == width) {
            break;
        }
        ++end;
    }
    return text.substr(0, end) + (width > 0 ? "…" : "");
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths.push_back(characters(columns_[i].title));
        for (const auto& row : rows_) {
            const bool is_remark = row.size() < columns_.size() && i + 1 >= row.size();
            if (!is_remark) {
                widths[i] = std::max(widths[i], characters(row[i]));
            }
        }
    }
    return widths;
}

std::vector<std::string> Table::lines(std::size_t width) const {
    const std::vector<std::size_t> widths = this->widths();
    const Shown shown = columns_within(width, columns_, widths);
    const auto line = [&](const auto& cell, std::size_t cells) {
        std::string text;
        for (std::size_t i = 0; i < cells; ++i) {
            const bool is_last = i + 1 == cells;
            const bool is_remark = is_last && cells < columns_.size();
            if (!shown[i] && !is_remark) {
                continue;
            }
            const bool fills = !is_remark && (!is_last || columns_[i].right);
            text += (text.empty() ? "" : std::string(gap, ' ')) +
                    (fills ? padded(cell(i), widths[i], columns_[i].right) : cell(i));
        }
        return cut(text, width);
    };
    std::vector<std::string> lines;
    lines.push_back(line([&](std::size_t i) { return columns_[i].title; }, columns_.size()));
    for (const auto& row : rows_) {
        lines.push_back(line([&](std::size_t i) { return row[i]; }, row.size()));
    }
    return lines;
}

}  // namespace tool
