/** The epoch's accuracy: bars, and the same as a table. */

import { type AccuracyRow, describeLead, METRICS, type Metric, readAccuracy } from "../accuracy.ts";

const NAMES: Record<Metric, string> = {
  "recall@10": "Recall@10",
  "recall@20": "Recall@20",
  "ndcg@10": "NDCG@10",
  "ndcg@20": "NDCG@20",
};
const [WIDTH, HEIGHT, BASE, GAP] = [600, 220, 186, 22];

export function AccuracyChart({ metrics }: { metrics: unknown }) {
  const rows = readAccuracy(metrics);
  if (rows.length === 0) return <p class="quiet">This epoch's bundle holds no table of accuracy.</p>;
  return (
    <>
      <p>{describeRows(rows)}</p>
      <ul class="legend" aria-hidden="true">
        {rows.map((row, i) => (
          <li key={row.key} class={`legend-item series-${i % 5}`}>
            {row.name}
          </li>
        ))}
      </ul>
      <Bars rows={rows} />
      <AccuracyTable rows={rows} />
    </>
  );
}

function describeRows(rows: readonly AccuracyRow[]): string {
  const row = (part: string) => rows.find(({ key }) => key.includes(part));
  const served = row("int8") ?? rows[0];
  const rivals = [row("item_knn"), row("popularity")].filter((rival) => rival !== undefined);
  if (served === undefined || rivals.length === 0) return "Measured by full ranking on a held-out part.";
  const leads = rivals.map((rival) => describeLead(served, rival, "ndcg@20")).join(" and ");
  return `By NDCG@20 on a held-out part, ranked against all tracks, what is served is ${leads}.`;
}

function Bars({ rows }: { rows: readonly AccuracyRow[] }) {
  const top = Math.max(...rows.flatMap((row) => METRICS.map((metric) => row.values[metric]))) || 1;
  const group = WIDTH / METRICS.length;
  const width = (group - GAP) / rows.length;
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Accuracy by model; the table below has the numbers"
    >
      {METRICS.map((metric, m) => (
        <g key={metric} transform={`translate(${m * group + GAP / 2} 0)`}>
          {rows.map((row, i) => {
            const height = (row.values[metric] / top) * (BASE - 24);
            return (
              <g key={row.key} class={`series-${i % 5}`}>
                <rect x={i * width + 1.5} y={BASE - height} width={width - 3} height={height} rx="2" />
                {i === strongest(rows, metric) && (
                  <text class="chart-value" x={i * width + width / 2} y={BASE - height - 7}>
                    {row.values[metric].toFixed(3)}
                  </text>
                )}
              </g>
            );
          })}
          <text class="chart-metric" x={(group - GAP) / 2} y={BASE + 24}>
            {NAMES[metric]}
          </text>
        </g>
      ))}
      <line class="chart-base" x1="0" x2={WIDTH} y1={BASE + 0.5} y2={BASE + 0.5} />
    </svg>
  );
}

function strongest(rows: readonly AccuracyRow[], metric: Metric): number {
  return rows.reduce(
    (best, row, i) => (row.values[metric] > (rows[best]?.values[metric] ?? 0) ? i : best),
    0,
  );
}

function AccuracyTable({ rows }: { rows: readonly AccuracyRow[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of accuracy">
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {METRICS.map((metric) => (
              <th key={metric} scope="col" class="number">
                {NAMES[metric]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.name}</th>
              {METRICS.map((metric) => (
                <td key={metric} class="number">
                  {row.values[metric].toFixed(4)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
