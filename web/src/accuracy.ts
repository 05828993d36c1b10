/**
 * The table of accuracy as training wrote it.
 *
 * Owns its form. Refuses to know how it is drawn.
 */

export const METRICS = ["recall@10", "recall@20", "ndcg@10", "ndcg@20"] as const;
export type Metric = (typeof METRICS)[number];

/** One model's row. */
export interface AccuracyRow {
  readonly key: string;
  readonly name: string;
  readonly values: Readonly<Record<Metric, number>>;
}

/** The rows of the table wherever they stand in the metrics; empty where there are none. */
export function readAccuracy(metrics: unknown): AccuracyRow[] {
  if (Array.isArray(metrics)) return metrics.flatMap(readRow);
  if (typeof metrics !== "object" || metrics === null) return [];
  for (const value of Object.values(metrics)) {
    const rows = readAccuracy(value);
    if (rows.length > 1) return rows;
  }
  return [];
}

/** How much better the first is than the second by a metric, relative, as text for a sentence. */
export function describeLead(row: AccuracyRow, rival: AccuracyRow, metric: Metric): string {
  const lead = row.values[metric] / rival.values[metric] - 1;
  const percent = Math.abs(100 * lead).toFixed(1);
  if (!Number.isFinite(lead) || percent === "0.0") return `as good as ${rival.name}`;
  return `${percent} % ${lead > 0 ? "better" : "worse"} than ${rival.name}`;
}

function readRow(value: unknown): AccuracyRow[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  if (!METRICS.every((metric) => typeof fields[metric] === "number")) return [];
  const values = Object.fromEntries(METRICS.map((metric) => [metric, Number(fields[metric])]));
  const key = String(fields.key ?? fields.name);
  return [{ key, name: String(fields.name ?? key), values: values as Record<Metric, number> }];
}
