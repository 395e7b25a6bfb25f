// Follows the page's parts over one stream of events, and draws the lines. Everything a reader can
// choose is a link or a form with an address, so the page works without this file.

const byId = (id) => document.getElementById(id);
const KEY = "freshet-token";
const SILENCE = 5000;
let stream = null;
let silence = 0;
let heard = () => {};
let lastId = "";
let ahead = 0; // the server's clock before this one's, ms
let plot = null;
let heat = null;

const headers = () => {
  const token = sessionStorage.getItem(KEY);
  return token ? { Authorization: "Bearer " + token } : {};
};

export const now = () => Date.now() + ahead;

export async function json(path) {
  const answer = await fetch(path, { headers: headers() });
  if (!answer.ok) throw new Error(path + " answered " + answer.status);
  return answer.json();
}

// ---- times in the reader's zone --------------------------------------------------------------
const zone = () => new URLSearchParams(location.search).get("zone") === "local";
let local = zone();

const two = (n, width = 2) => String(n).padStart(width, "0");
function showTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    const shown = new Date(at - (local ? at.getTimezoneOffset() * 60000 : 0)).toISOString();
    time.textContent = time.className === "dated" ? shown.slice(0, 19).replace("T", " ") : shown.slice(11, 23);
    time.title = at.toISOString();
  }
  for (const word of root.querySelectorAll(".zone")) word.textContent = local ? "local time" : "UTC";
}

function zoneButton() {
  const button = byId("zone");
  button.hidden = false;
  button.textContent = local ? "local time" : "UTC";
  button.setAttribute("aria-label", "Times are in " + button.textContent + "; switch");
  button.onclick = () => {
    local = !local;
    const address = new URL(location.href);
    local ? address.searchParams.set("zone", "local") : address.searchParams.delete("zone");
    history.replaceState(null, "", address);
    zoneButton();
    showTimes(document);
    chart();
  };
}

// ---- parts -----------------------------------------------------------------------------------
const waiting = new Map(); // parts that came while the reader had selected something in them
function put(id, html, chosen) {
  const part = byId(id);
  if (!part) return;
  const selected = document.getSelection();
  if (!chosen && selected && !selected.isCollapsed && part.contains(selected.anchorNode)) return void waiting.set(id, html);
  waiting.delete(id);
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const boxes = [...part.querySelectorAll(".scroll")];
  const lefts = boxes.map((box) => box.scrollLeft);
  const inside = boxes.indexOf(document.activeElement);
  part.innerHTML = html; // the server has escaped every text in it
  showTimes(part);
  part.querySelectorAll(".scroll").forEach((box, i) => {
    box.scrollLeft = lefts[i] ?? 0;
    if (i === inside) box.focus({ preventScroll: true });
  });
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

document.addEventListener("selectionchange", () => {
  for (const [id, html] of [...waiting]) put(id, html);
});

function say(word, state) {
  const link = byId("link");
  if (link.textContent !== word) link.textContent = word;
  link.className = "chip " + state;
}

function event(name, data) {
  if (name === "part") put(data.id, data.html);
  if (name === "tick") {
    heard();
    const before = ahead;
    ahead = data.now_ms - Date.now();
    say("live", "live");
    if ((data.chart || Math.abs(ahead - before) > 5000) && !document.hidden) chart();
  }
}

// Server-sent events over fetch: EventSource cannot send a token in a header.
async function follow() {
  stream?.abort();
  const mine = (stream = new AbortController());
  let wait = 500;
  while (!mine.signal.aborted) {
    const one = new AbortController();
    mine.signal.onabort = () => one.abort();
    heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => one.abort(), SILENCE);
    };
    heard();
    try {
      const answer = await fetch("/live" + location.search, {
        headers: { ...headers(), Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) },
        signal: one.signal,
      });
      if (answer.status === 401) return ask();
      if (!answer.ok) throw new Error("status " + answer.status);
      wait = 500;
      await read(answer.body.getReader());
    } catch (gone) {
      // Said below, unless it was this page that hung up.
    }
    if (mine.signal.aborted) return;
    clearTimeout(silence);
    say("connection lost, trying again", "lost");
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, 10000);
  }
}

async function read(reader) {
  const utf8 = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += utf8.decode(value, { stream: true });
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const fields = {};
      for (const line of text.slice(0, end).split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
      }
      text = text.slice(end + 2);
      if (fields.data) {
        lastId = fields.id || lastId;
        event(fields.event, JSON.parse(fields.data));
      }
    }
  }
}

// ---- choosing: fetch the page with the new address and take its parts ---------------------------
let turn = 0;
async function go(address, push) {
  const mine = ++turn;
  const answer = await fetch(address, { headers: headers() });
  if (answer.status === 401) return ask();
  if (!answer.ok) return void (location.href = address);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== turn) return; // the reader has chosen something else meanwhile
  if (push) history.pushState(null, "", address);
  if (next.documentElement.dataset.state === "locked") return ask();
  document.documentElement.dataset.state = next.documentElement.dataset.state;
  for (const id of ["ranges", "series", "windows"]) put(id, next.getElementById(id).innerHTML, true);
  for (const part of document.querySelectorAll("[data-part]")) {
    const from = next.getElementById(part.id);
    if (!from) continue;
    if (part.id === "chart" && byId("plot") && from.firstElementChild) {
      Object.assign(byId("plot").dataset, from.firstElementChild.dataset);
    } else put(part.id, from.innerHTML, true);
  }
  for (const name of ["why", "service", "route"]) {
    const field = document.querySelector(`input[name=${name}]`);
    if (field !== document.activeElement) field.value = next.querySelector(`input[name=${name}]`).value;
  }
  for (const fields of document.querySelectorAll(".kept")) fields.innerHTML = next.getElementById(fields.id).innerHTML;
  showTimes(document);
  lastId = "";
  follow();
  chart();
}

const keepZone = (address) => {
  if (local) address.searchParams.set("zone", "local");
  return address;
};

// A browser that follows a link shows no token: the answer is fetched with it.
async function show(path) {
  const answer = await fetch(path, { headers: headers() });
  location.assign(URL.createObjectURL(await answer.blob()));
}

document.addEventListener("click", (click) => {
  if (click.metaKey || click.ctrlKey || click.shiftKey || click.button) return;
  const answer = click.target.closest?.("a[href^='/api/']");
  if (answer && sessionStorage.getItem(KEY)) {
    click.preventDefault();
    return void show(answer.href);
  }
  const link = click.target.closest?.("a[href^='?']");
  if (!link) return;
  click.preventDefault();
  const address = keepZone(new URL(link.getAttribute("href"), location.href));
  const target = address.hash.slice(1);
  go(address, true).then(() => target && byId(target)?.scrollIntoView({ block: "nearest" }));
});

document.addEventListener("submit", (submit) => {
  submit.preventDefault();
  if (submit.target.id === "token") {
    sessionStorage.setItem(KEY, byId("secret").value);
    byId("token").hidden = true;
    return void go(location.href, false);
  }
  const address = new URL(location.href);
  for (const [name, value] of new FormData(submit.target)) {
    value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
  }
  go(keepZone(address), true);
});

document.addEventListener("keydown", (press) => {
  if (press.key === "/" && !/input|textarea/i.test(press.target.tagName)) {
    press.preventDefault();
    byId("name").focus();
  }
});

addEventListener("popstate", () => {
  local = zone();
  zoneButton();
  go(location.href, false);
});

function ask() {
  stream?.abort();
  say(sessionStorage.getItem(KEY) ? "not the token" : "locked", "lost");
  sessionStorage.removeItem(KEY);
  document.documentElement.dataset.state = "locked";
  byId("token").hidden = false;
  byId("secret").value = "";
  byId("secret").focus();
}

// ---- lines -----------------------------------------------------------------------------------
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
export const duration = (ms) =>
  ms == null ? "–" : ms >= 1000 ? (ms / 1000).toPrecision(3) + " s" : ms.toPrecision(3) + " ms";
const RANGES = { "15m": 900, "1h": 3600, "6h": 21600, "24h": 86400 };
const sync = window.uPlot ? uPlot.sync("time") : null;

function clock(seconds) {
  const at = new Date(seconds * 1000);
  return local ? two(at.getHours()) + ":" + two(at.getMinutes()) : at.toISOString().slice(11, 16);
}

// Names powers of ten, as many as have room; 1, 2 and 5 where one power or none is in sight. uPlot's
// own choice leaves a low plot of many powers without a single name.
function decades(u, ticks) {
  const power = (t) => Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-6;
  if (ticks.filter(power).length < 2) return ticks.map((t) => (/^[125]/.test(t.toExponential()) ? t : null));
  const every = Math.ceil(20 / Math.abs(u.valToPos(1, "y") - u.valToPos(10, "y")));
  return ticks.map((t) => (power(t) && Math.round(Math.log10(t)) % every === 0 ? t : null));
}

const mark = (ms) => (ms == null ? "" : ms >= 1000 ? ms / 1000 + " s" : Number(ms.toPrecision(3)) + " ms");

export function options(extra) {
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  return {
    width: Math.max(260, byId("chart").clientWidth),
    height: 240,
    legend: { show: false },
    cursor: { sync: { key: sync.key }, drag: { x: false, y: false }, points: { size: 6 } },
    tzDate: local ? undefined : (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
    axes: [
      { ...axis, values: (u, ticks) => ticks.map(clock) },
      { ...axis, size: 62, filter: decades, values: (u, ticks) => ticks.map(mark) },
    ],
    ...extra,
  };
}

export function address(kind) {
  const of = byId("plot").dataset;
  const query = new URLSearchParams({ range: of.range });
  if (of.series === "requests") {
    if (of.service) query.set("service", of.service);
    if (of.route) query.set("route", of.route);
    return `/api/v1/latency/${kind}?${query}`;
  }
  return kind === "heatmap" ? `/api/v1/freshness/heatmap?${query}` : `/api/v1/freshness?${query}`;
}

function grid(answer, range) {
  const step = answer.step_ms / 1000;
  const end = Math.floor(now() / 1000 / step) * step;
  const by = new Map(answer.points.map((p) => [Math.round(p.time_ms / 1000), p]));
  const times = [];
  for (let t = end - Math.floor(range / step) * step; t <= end; t += step) times.push(t);
  const of = (field) => times.map((t) => by.get(t)?.[field] ?? null);
  const count = times.map((t) => by.get(t)?.count ?? 0);
  return { times, count, data: [times, of("p50_ms"), of("p95_ms"), of("p99_ms"), of("max_ms")] };
}

// To the next 1, 2 or 5 below or above, so that the marks of the axis are round.
function nice(value, factor, round) {
  const power = 10 ** Math.floor(Math.log10(value * factor));
  const digit = (value * factor) / power;
  const up = round === Math.ceil;
  return power * (up ? [1, 2, 5, 10].find((n) => n >= digit) : [5, 2, 1].find((n) => n <= digit));
}

let counts = [];
let drawing = 0;
async function chart() {
  const at = byId("plot");
  if (!at || !window.uPlot || document.documentElement.dataset.state === "locked") return;
  const mine = ++drawing;
  let drawn;
  try {
    drawn = grid(await json(address("history")), RANGES[at.dataset.range]);
  } catch (e) {
    return; // the stream says that the connection is lost
  }
  if (mine !== drawing) return;
  const worst = Math.max(...drawn.data[3]);
  at.setAttribute("aria-label", `Percentiles over the last ${at.dataset.range}; the highest p99 is ${duration(worst)}`);
  counts = drawn.count;
  const slo = Number(at.dataset.slo) || null;
  const data = [...drawn.data, drawn.times.map(() => slo)];
  const look = [at.dataset.series, at.dataset.range, slo, local, colour("ink")].join();
  if (plot && plot.look === look) plot.setData(data);
  else {
    plot?.destroy();
    at.replaceChildren();
    const line = (label, name, more) => ({ label, stroke: colour(name), width: 1.6, points: { show: drawn.times.length < 40 ? undefined : false }, ...more });
    plot = new uPlot(
      options({
        scales: { y: { distr: 3, range: (u, low, high) => [nice(low || 1, 0.7, Math.floor), nice(Math.max(high || 1, slo || 0), 1.3, Math.ceil)] } },
        series: [{}, line("p50", "p50"), line("p95", "p95", { dash: [6, 3] }), line("p99", "p99"), line("max", "max", { dash: [2, 3] }), line("objective", "slo", { dash: [8, 5], width: 1, points: { show: false } })],
        plugins: [tip()],
      }),
      data,
      at
    );
    plot.look = look;
  }
  if (heat) heat.draw();
  else if (seen) lazy();
}

function tip() {
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  return {
    hooks: {
      init: (u) => u.over.append(box),
      setCursor: (u) => {
        const i = u.cursor.idx;
        box.hidden = i == null || u.data[3][i] == null;
        if (box.hidden) return;
        const at = new Date(u.data[0][i] * 1000);
        box.replaceChildren(
          document.createTextNode((local ? at.toLocaleTimeString() : at.toISOString().slice(11, 19) + " UTC") + ", n = " + counts[i].toLocaleString("en")),
          ...["p50", "p95", "p99", "max"].map((name, s) => {
            const row = document.createElement("div");
            const bold = document.createElement("b");
            bold.textContent = name;
            row.append(bold, duration(u.data[s + 1][i]));
            return row;
          })
        );
        const left = u.valToPos(u.data[0][i], "x");
        box.style.left = (left > u.over.clientWidth / 2 ? left - box.offsetWidth - 12 : left + 12) + "px";
        box.style.top = "8px";
      },
    },
  };
}

// The heat map's program comes when the heat map comes into sight.
let seen = false;
async function lazy() {
  seen = true;
  if (!heat && plot) {
    heat = (await import("/assets/heatmap.js")).heatmap({ json, address, options, duration, colour, now });
    heat.draw();
  }
}
new IntersectionObserver((entries, observer) => {
  if (entries.some((entry) => entry.isIntersecting)) {
    observer.disconnect();
    lazy();
  }
}, { rootMargin: "200px" }).observe(byId("heat"));

addEventListener("resize", () => {
  plot?.setSize({ width: Math.max(260, byId("chart").clientWidth), height: 240 });
  heat?.resize();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  heat?.forget();
  chart();
});
document.addEventListener("visibilitychange", () => document.hidden || chart());

zoneButton();
showTimes(document);
if (document.documentElement.dataset.state === "locked") {
  sessionStorage.getItem(KEY) ? go(location.href, false) : ask();
} else {
  follow();
  addEventListener("load", chart);
}
