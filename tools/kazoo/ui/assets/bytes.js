// SPDX-License-Identifier: Apache-2.0
// The forms in which data are shown: text, JSON and hexadecimal.

/** Returns {bytes, text} of a reply; text is null if the data are not UTF-8, bytes if null. */
export function decode(reply) {
  if (reply.data === null || reply.data === undefined) {
    return { bytes: null, text: null };
  }
  if (reply.encoding !== "base64") {
    return { bytes: new TextEncoder().encode(reply.data), text: reply.data };
  }
  return { bytes: Uint8Array.from(atob(reply.data), (c) => c.charCodeAt(0)), text: null };
}

export function toBase64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

/** Returns whether data are better shown as bytes: no text, or one with control characters. */
export const isBinary = (text) => text === null || /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);

/** Returns whether the text is a JSON object or array. */
export function isJson(text) {
  if (text === null || !/^\s*[[{]/.test(text)) {
    return false;
  }
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    return false;
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Returns the tokens of a JSON text with indentation, as [kind, text] pairs. Numbers and strings
 * stay as they are written: parsing would round numbers of 64 bits.
 */
export function prettyJson(text) {
  const tokens = text.match(TOKEN) ?? [];
  const parts = [];
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    const before = tokens[i - 1];
    if (token === "{" || token === "[") {
      const empty = next === "}" || next === "]";
      depth += empty ? 0 : 1;
      parts.push(["", token + (empty ? "" : line())]);
    } else if (token === "}" || token === "]") {
      const empty = before === "{" || before === "[";
      depth -= empty ? 0 : 1;
      parts.push(["", (empty ? "" : line()) + token]);
    } else if (token === ",") {
      parts.push(["", "," + line()]);
    } else if (token === ":") {
      parts.push(["", ": "]);
    } else {
      const kind = token[0] !== '"' ? "literal" : next === ":" ? "key" : "string";
      parts.push([kind, token]);
    }
  });
  return parts;
}

/** Returns lines of 16 bytes: offset, hexadecimal, characters. */
export function hexDump(bytes) {
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = [...bytes.subarray(offset, offset + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const left = hex.slice(0, 8).join(" ").padEnd(23);
    const right = hex.slice(8).join(" ").padEnd(23);
    const characters = row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : "."));
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${left}  ${right}  ${characters.join("")}`);
  }
  return lines.join("\n");
}

export const plainHex = (bytes) =>
  [...bytes].map((byte, i) => byte.toString(16).padStart(2, "0") + (i % 16 === 15 ? "\n" : " "))
    .join("").trimEnd();

/** Returns the bytes of a text of hexadecimal digits and blanks; null if it is malformed. */
export function parseHex(text) {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 || /[^0-9a-fA-F]/.test(digits)) {
    return null;
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function sizeText(size) {
  if (size < 1024) {
    return size + (size === 1 ? " byte" : " bytes");
  }
  return size < 1048576 ? (size / 1024).toFixed(1) + " KiB" : (size / 1048576).toFixed(1) + " MiB";
}
