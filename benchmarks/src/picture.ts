import * as echarts from "echarts";
import type { Axis, Chart } from "./benchmark.ts";

/** A chart as an SVG. */
export function pictureOf({ title, x, y, lines }: Chart): string {
  const legend = 20 * lines.length;
  const size = { width: 720, height: 370 + legend };
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: { text: title, left: "center", textStyle: { fontSize: 14 } },
    legend: {
      bottom: 0,
      left: 60,
      orient: "vertical",
      itemGap: 6,
      data: lines.map(({ name }) => name),
    },
    grid: { left: 70, right: 40, top: 50, bottom: 50 + legend },
    xAxis: axisOf(x, "middle"),
    yAxis: { ...axisOf(y, "end"), min: y.logarithmic === true ? undefined : 0 },
    series: lines.map(({ name, points }) => ({
      name,
      type: "line",
      symbolSize: 5,
      data: points.map((point) => [...point]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

function axisOf({ name, logarithmic = false }: Axis, where: "middle" | "end"): object {
  return {
    type: logarithmic ? "log" : "value",
    name,
    nameLocation: where,
    nameGap: where === "middle" ? 28 : 12,
    axisLabel: { formatter: (value: number) => value.toLocaleString("en") },
  };
}
