import { Chart } from "./charts.js";
import { LiveMessages, visible } from "./messages.js";

const LOOK_MILLIS = 1000;
const MOST_CONNECTIONS = 50;
const status = document.querySelector("#status");
const rates = new Chart(document.querySelector("#rates"), ["received", "stored"]);
const latencies = new Chart(document.querySelector("#latencies"), ["half", "99 of 100"]);
let before;

function show(id, text) {
  document.getElementById(id).textContent = text;
}

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  let value = bytes;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

function fill(table, rows) {
  const body = document.querySelector(`#${table} tbody`);
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const { text, bad } of cells) {
        const cell = document.createElement("td");
        cell.textContent = visible(String(text));
        cell.className = bad ? "bad" : "";
        row.append(cell);
      }
      return row;
    }),
  );
}

/** The bound that so great a part of the acknowledgements since the last look was under, in milliseconds. */
function quantile(now, then, part) {
  const counts = now.map((bucket, at) => bucket.count - (then[at]?.count ?? 0));
  const all = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (let at = 0; all > 0 && at < counts.length; at++) {
    seen += counts[at];
    if (seen >= all * part) {
      return (now[at].atMostSeconds ?? now[at - 1].atMostSeconds) * 1000;
    }
  }
  return null;
}

function showState(state) {
  const { books } = state;
  const discarded = Object.values(books.discarded).reduce((sum, count) => sum + count, 0);
  status.textContent = state.ready ? state.listeners.join(", ") : `not ready: ${state.problems.join("; ")}`;
  status.className = state.ready ? "" : "bad";
  show("received", books.received.toLocaleString());
  show("stored", books.stored.toLocaleString());
  show("discarded", discarded.toLocaleString());
  show("in-flight", books.inFlight.toLocaleString());
  show("open", state.connections.toLocaleString());
  show("memory", `${size(state.buffer.usedBytes)} of ${size(state.buffer.limitBytes)}`);
  fill(
    "sinks",
    state.sinks.map((sink) => [
      { text: sink.sink },
      { text: sink.health + (sink.problem ? `: ${sink.problem}` : ""), bad: sink.health !== "good" },
      { text: sink.waitingLines.toLocaleString() },
      { text: sink.freeBytes === undefined ? "" : size(sink.freeBytes) },
      { text: sink.backlog ? `${sink.backlog.lines.toLocaleString()} lines, ${sink.backlog.oldestSeconds} s` : "" },
    ]),
  );
  const seconds = Date.parse(state.time) / 1000;
  if (before && books.received >= before.books.received) {
    const passed = seconds - Date.parse(before.time) / 1000;
    const perSecond = (name) => Math.round((books[name] - before.books[name]) / passed);
    rates.add(seconds, [perSecond("received"), perSecond("stored")]);
    latencies.add(
      seconds,
      [0.5, 0.99].map((part) => quantile(state.ackLatencies, before.ackLatencies, part)),
    );
  }
  before = state;
}

function showConnections({ open, connections }) {
  fill(
    "connections",
    connections.slice(0, MOST_CONNECTIONS).map((each) => [
      { text: each.subject ?? each.peer },
      { text: each.listener },
      {
        text: each.state === "held" ? `held ${each.heldSeconds} s: ${each.heldFor} ${each.heldBy ?? ""}` : each.state,
        bad: each.state === "held",
      },
      { text: each.lines.toLocaleString() },
      { text: size(each.bytes) },
      { text: each.inFlight.toLocaleString() },
      { text: each.since.slice(0, 19).replace("T", " ") },
    ]),
  );
  show("more-connections", open > MOST_CONNECTIONS ? `and ${open - MOST_CONNECTIONS} more` : "");
}

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) {
    throw new Error((await response.text()).trim());
  }
  return response.json();
}

async function look() {
  try {
    showState(await json("state"));
    showConnections(await json("connections"));
  } catch (problem) {
    status.textContent = problem instanceof TypeError ? "the server does not answer; trying again" : problem.message;
    status.className = "bad";
    before = undefined;
  }
  setTimeout(look, LOOK_MILLIS);
}

new LiveMessages();
look();
