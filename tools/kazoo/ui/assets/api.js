// SPDX-License-Identifier: Apache-2.0
// Requests to the server. The token comes in the fragment of the URL, is kept for this tab, and is
// sent as a header, which pages of other sites cannot do.

const KEY = "kazoo-token";
const given = /^#token=([0-9a-f]+)$/.exec(location.hash);
if (given) {
  sessionStorage.setItem(KEY, given[1]);
  history.replaceState(null, "", location.pathname);
}

export const hasToken = () => sessionStorage.getItem(KEY) !== null;

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function request(method, path, { query = {}, body, signal } = {}) {
  const parameters = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => name + "=" + encodeURIComponent(value));
  const headers = { Authorization: "Bearer " + sessionStorage.getItem(KEY) };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch("/api/" + path + (parameters.length ? "?" + parameters.join("&") : ""), {
      method, headers, signal, cache: "no-store", credentials: "omit",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw new ApiError(0, "unreachable", "kazoo ui does not answer; start it again");
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new ApiError(response.status, problem.code, problem.error ?? response.statusText);
  }
  return response;
}

const json = async (...parameters) => (await request(...parameters)).json();

export const getStatus = () => json("GET", "status");
export const getChildren = (path, after, limit) =>
  json("GET", "children", { query: { path, after, limit } });
export const getNode = (path) => json("GET", "node", { query: { path } });
export const getStats = (paths) => json("POST", "stats", { body: { paths } });
export const getSessions = () => json("GET", "sessions");
export const setMode = (readOnly) => json("PUT", "mode", { body: { readOnly } });
export const setNode = (path, data, version) =>
  json("PUT", "node", { body: { path, ...data, version } });
export const setAcl = (path, acl, version) => json("PUT", "acl", { body: { path, acl, version } });
export const createNode = (path, data, options) =>
  json("POST", "node", { body: { path, ...data, ...options } });
export const deleteNode = (path, version) => json("DELETE", "node", { query: { path, version } });

/**
 * Calls `onEvent` for each event and `onState(connected, error)`; reconnects after a pause. A tab
 * that is hidden does not hold a connection, of which browsers allow only six for each server.
 */
export async function followEvents(onEvent, onState) {
  for (;;) {
    await whenVisible();
    const stop = new AbortController();
    const stopWatching = whenHidden(() => stop.abort());
    let problem;
    try {
      const response = await request("GET", "events", { signal: stop.signal });
      onState(true);
      await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader(), onEvent);
    } catch (error) {
      problem = error;
    }
    stopWatching();
    if (!stop.signal.aborted) {
      onState(false, problem);
      if (problem?.status === 401) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function whenVisible() {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState === "visible") {
        document.removeEventListener("visibilitychange", look);
        resolve();
      }
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}

/** Calls a function once the page has been hidden for a while; returns what ends this. */
function whenHidden(call) {
  let timer;
  const look = () => {
    clearTimeout(timer);
    timer = document.visibilityState === "visible" ? undefined : setTimeout(call, 5000);
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

async function readEvents(reader, onEvent) {
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      if (block.startsWith("data: ")) {
        onEvent(JSON.parse(block.slice(6)));
      }
    }
  }
}
