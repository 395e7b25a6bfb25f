// How many took how long, over time: columns of stretches, rows of durations on a log scale, the
// count as shade. The cursor is the one of the lines above.

export function heatmap({ json, address, options, duration, colour, now }) {
  const at = document.getElementById("heat");
  let plot = null;
  let map = null;

  const upper = (row) => 1000 * 2 ** ((row + 1) / map.buckets_per_double);
  const lower = (row) => 1000 * 2 ** (row / map.buckets_per_double);

  function paint(u) {
    const context = u.ctx;
    let most = 0;
    for (const column of map.columns) for (const count of column.counts) most = Math.max(most, count);
    context.save();
    context.beginPath();
    context.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    context.clip();
    const rgb = colour("heat");
    for (const column of map.columns) {
      const x = u.valToPos(column.time_ms / 1000, "x", true);
      const right = u.valToPos((column.time_ms + map.step_ms) / 1000, "x", true);
      column.counts.forEach((count, i) => {
        if (!count) return;
        const top = u.valToPos(upper(column.first + i), "y", true);
        const bottom = u.valToPos(lower(column.first + i), "y", true);
        context.fillStyle = `rgba(${rgb}, ${0.12 + 0.88 * (Math.log1p(count) / Math.log1p(most))})`;
        context.fillRect(x, top, Math.max(1, right - x - 0.5), Math.max(1, bottom - top - 0.5));
      });
    }
    context.restore();
  }

  async function draw() {
    try {
      map = await json(address("heatmap"));
    } catch (e) {
      return;
    }
    if (!map.columns.length) return forget();
    const times = map.columns.map((c) => c.time_ms / 1000);
    const low = lower(Math.min(...map.columns.map((c) => c.first)));
    const high = upper(Math.max(...map.columns.map((c) => c.first + c.counts.length - 1)));
    const range = { "15m": 900, "1h": 3600, "6h": 21600, "24h": 86400 }[document.getElementById("plot").dataset.range];
    const end = now() / 1000;
    const data = [times, times.map(() => low), times.map(() => high)];
    const scales = {
      x: { time: true, range: () => [end - range, end] },
      y: { distr: 3, range: () => [low, high] },
    };
    forget();
    plot = new uPlot(
      options({
        height: 150,
        scales,
        series: [{}, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } }],
        hooks: { draw: [paint] },
        cursor: { sync: { key: "time" }, drag: { x: false, y: false }, points: { show: false } },
      }),
      data,
      at
    );
  }

  function forget() {
    plot?.destroy();
    plot = null;
  }

  return {
    draw,
    forget,
    resize: () => plot?.setSize({ width: Math.max(260, document.getElementById("chart").clientWidth), height: 150 }),
  };
}
