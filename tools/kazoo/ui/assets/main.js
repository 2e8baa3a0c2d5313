// SPDX-License-Identifier: Apache-2.0
import { ApiError, followEvents, getStatus, hasToken, setMode } from "./api.js";
import { byId } from "./dom.js";
import { NodeView } from "./node.js";
import { SessionsView } from "./sessions.js";
import { Tree } from "./tree.js";

const FEEDS = {
  live: ["live", "good", "Changes of the tree appear by themselves"],
  starting: ["not live", "warn", "The watch of the tree is being set"],
  unsupported: ["not live", "warn", "The servers have no recursive watches (before 3.6)"],
};

let status = null;

const page = {
  canWrite: () => status !== null && !status.readOnly,
  writeHint: () => (status?.writesAllowed ? "Switch off read-only mode first"
    : "kazoo ui was started without --allow-writes"),
  select: (path) => tree.select(path, { reveal: true }),
};
const nodeView = new NodeView(page);
const sessionsView = new SessionsView(page);
const tree = new Tree((path) => {
  history.replaceState(null, "", "#" + encodeURI(path));
  nodeView.show(path);
});

function notify(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

function pill(id, text, kind, title = "") {
  const made = byId(id);
  made.textContent = text;
  made.className = "pill " + kind;
  made.title = title;
}

async function readStatus() {
  status = await getStatus();
  byId("servers").textContent = status.servers;
  byId("session").textContent = status.session ? "session " + status.session : "";
  const connected = status.state === "CONNECTED";
  pill("state", status.keeperState.toLowerCase().replaceAll("_", " "), connected ? "good" : "bad");
  pill("feed", ...FEEDS[status.feed]);
  const readOnly = byId("read-only");
  readOnly.checked = status.readOnly;
  readOnly.disabled = !status.writesAllowed;
  byId("mode").title = status.writesAllowed ? "" : "Start kazoo ui with --allow-writes to edit";
  nodeView.onMode();
}

function onEvent(event) {
  if (event.status) {
    readStatus().catch(() => {});
  }
  if (event.gap) {
    tree.reload();
  }
  event.changes.forEach((change) => tree.apply(change));
  tree.arrange();
  const paths = event.changes.map((change) => change.path);
  nodeView.onChanges(event.gap ? [nodeView.path] : paths);
}

function onConnection(connected, error) {
  if (connected) {
    notify("");
    readStatus().catch(() => {});
    onEvent({ gap: true, changes: [] }); // what has happened meanwhile is not known
    return;
  }
  notify(error instanceof ApiError && error.status ? error.message
    : "kazoo ui does not answer. Trying again\u2026");
  pill("state", "", "");
  pill("feed", "not live", "bad");
}

function showTab(name) {
  for (const tab of ["tree", "sessions"]) {
    byId("tab-" + tab).setAttribute("aria-selected", tab === name);
    byId(tab + "-pane").hidden = tab !== name;
  }
  if (name === "sessions") {
    sessionsView.show();
  } else {
    tree.draw();
  }
}

function listen() {
  byId("tab-tree").addEventListener("click", () => showTab("tree"));
  byId("tab-sessions").addEventListener("click", () => showTab("sessions"));
  byId("goto").addEventListener("submit", (event) => {
    event.preventDefault();
    const path = "/" + byId("goto-path").value.trim().split("/").filter(Boolean).join("/");
    page.select(path);
  });
  byId("read-only").addEventListener("change", async (event) => {
    try {
      await setMode(event.target.checked);
    } catch (error) {
      notify(error.message);
    }
    readStatus().catch(() => {});
  });
}

/** Returns the path in the fragment of the URL. */
function pathOf(hash) {
  try {
    const path = decodeURI(hash.slice(1));
    return path.startsWith("/") ? path : "/";
  } catch (error) {
    return "/";
  }
}

function start() {
  listen();
  if (!hasToken()) {
    notify("The address has no token. Open the URL that kazoo ui has written.");
    pill("state", "no token", "bad");
    return;
  }
  const asked = pathOf(location.hash);
  followEvents(onEvent, onConnection);
  tree.expand(tree.root);
  tree.select(asked, { reveal: true });
}

start();
