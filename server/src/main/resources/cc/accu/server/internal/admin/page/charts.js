import uPlot from "./uPlot.js";

const MOST_POINTS = 300;
const HEIGHT = 160;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A chart of the last five minutes, of so many series; each look adds a point. */
export class Chart {
  #data;
  #plot;

  constructor(element, labels) {
    this.#data = [[], ...labels.map(() => [])];
    const axis = () => ({
      stroke: () => colour("--quiet"),
      grid: { stroke: () => colour("--line") },
      ticks: { stroke: () => colour("--line") },
    });
    const strokes = ["--accent", "--second"];
    const series = labels.map((label, at) => ({
      label,
      stroke: () => colour(strokes[at]),
      value: (plot, value) => (value == null ? "–" : value.toLocaleString()),
    }));
    this.#plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        series: [{}, ...series],
        axes: [axis(), { ...axis(), size: 60 }],
        scales: { y: { range: (plot, least, most) => [0, most > 0 ? most * 1.1 : 1] } },
      },
      this.#data,
      element,
    );
    new ResizeObserver(() => this.#plot.setSize({ width: element.clientWidth, height: HEIGHT })).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot.redraw());
  }

  add(seconds, values) {
    [seconds, ...values].forEach((value, at) => {
      this.#data[at].push(value);
      if (this.#data[at].length > MOST_POINTS) {
        this.#data[at].shift();
      }
    });
    this.#plot.setData(this.#data);
  }
}
