"use strict";

// The checkbox in the header ticks all users of the page. Without this file it is not shown.
function ticks() {
  const all = document.getElementById("tick-all");
  if (!all || !all.parentElement.hidden) return;
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll('input[type="checkbox"][name="user"]')) box.checked = all.checked;
  });
}

// The plot of the seats is drawn from its table, which stays beside it.
function plot() {
  const figure = document.getElementById("plot");
  const rows = [...document.querySelectorAll("#plot-data tbody tr")];
  if (!figure || figure.childElementCount || !rows.length || !window.uPlot) return;
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const number = (text) => (text === "" ? null : Number(text));
  const at = rows.map((r) => Number(r.dataset.at));
  const past = rows.map((r) => (r.dataset.ahead ? null : number(r.dataset.held)));
  const ahead = rows.map((r) => (r.dataset.ahead ? number(r.dataset.held) : null));
  const now = past.findLastIndex((n) => n !== null);
  if (now >= 0) ahead[now] = past[now];
  const total = rows.map((r) => number(r.dataset.total));
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } };
  const steps = uPlot.paths.stepped({ align: 1 });
  const held = { stroke: color("--blue"), width: 2, paths: steps, points: { show: false } };
  const rest = (u) => { if (u.cursor.idx == null) u.setLegend({ idx: now }, false); }; // the numbers of now, while no day is pointed at
  const chart = new uPlot({
    hooks: { setCursor: [rest], ready: [rest] },
    width: figure.clientWidth, height: 260,
    axes: [axis, { ...axis, size: 48 }],
    scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    series: [
      { label: "Day", value: (u, at, series, i) => (i == null ? "--" : rows[i].querySelector("th").textContent) },
      { label: "Bought", stroke: color("--soft"), width: 2, dash: [2, 3], paths: steps, points: { show: false } },
      { label: "Held", ...held, fill: color("--wash") },
      { label: "Held, as booked", ...held, dash: [6, 4] },
    ],
  }, [at, total, past, ahead], figure);
  addEventListener("resize", () => chart.setSize({ width: figure.clientWidth, height: 260 }));
}

function ready() { ticks(); plot(); }
document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("htmx:after:swap", ready);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  const figure = document.getElementById("plot");
  if (figure) { figure.replaceChildren(); plot(); }
});
