/** One thing that is measured. */
export interface Benchmark {
  /** Names it on the command line. */
  readonly name: string;
  readonly title: string;
  run(scale: Scale): Promise<Report>;
}

/** How thoroughly to measure. */
export interface Scale {
  /** Times that everything is measured, after one that does not count. */
  readonly rounds: number;
  /** What is large is a tenth as large: for trying the benchmarks. */
  readonly quick: boolean;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly charts?: readonly Chart[];
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  /** What is compared, and how many times as much the one is. */
  readonly ratio?: { readonly to: string; readonly times: Spread } | undefined;
  /** The most that the ratio (the value, where there is none) may be by the design; or the least. */
  readonly budget?: { readonly most: number } | { readonly least: number } | undefined;
}

/** The median of several measurements, and what they lie between. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** A picture of lines. */
export interface Chart {
  /** Names its file. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface Axis {
  readonly name: string;
  readonly logarithmic?: boolean | undefined;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return {
    median: (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** Of something that was counted, or is always the same. */
export function exactly(value: number): Spread {
  return { median: value, least: value, most: value };
}
