// What a forger knows: the public bundle of the served epoch, and one listener's opening.

/** Read both from the service, for the first public listener. */
export async function readEpoch(url) {
  const { items } = await getJson(`${url}/v1/listeners?limit=2`);
  const [{ address }, other] = items;
  const answer = await getJson(`${url}/v1/recommendations/${address}?limit=20`);
  const { epoch } = answer.epoch;
  const file = (name) => fetch(`${url}/v1/epochs/${epoch}/bundle/${name}`);
  return {
    address,
    other: other.address,
    otherAnswer: await getJson(`${url}/v1/recommendations/${other.address}?limit=20`),
    answer,
    trackIds: await (await file("track_ids.json")).json(),
    titles: await (await file("titles.json")).json(),
    vectors: new Int8Array(await (await file("track_vectors.bin")).arrayBuffer()),
  };
}

/** The same, or read anew when the service has gone on to a later epoch meanwhile. */
export async function refreshEpoch(url, known) {
  const { epoch } = await getJson(`${url}/v1/recommendations/${known.address}?limit=1`);
  return epoch.epoch === known.answer.epoch.epoch ? known : readEpoch(url);
}

async function getJson(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The list of an answer as numbers. */
export function openList({ opening }) {
  return {
    vector: new Int8Array(Buffer.from(opening.vector.slice(2), "hex")),
    excluded: unpack(opening.excluded),
    rows: unpack(opening.rows),
    scores: unpack(opening.scores).map((score) => score | 0),
  };
}

/** The same answer with another list, shown consistently: what a forger would send. */
export function forge(answer, epoch, rows, scores) {
  const items = answer.items.map((item, i) => ({
    ...item,
    row: rows[i],
    track_id: epoch.trackIds[rows[i]],
    title: epoch.titles[rows[i]],
    score: scores[i],
    why: [],
  }));
  return { ...answer, items, opening: { ...answer.opening, rows: pack(rows), scores: pack(scores) } };
}

/** Score of a track for the listener. */
export function scoreOf({ vector }, epoch, row) {
  const dimension = epoch.vectors.length / epoch.trackIds.length;
  return vector.reduce((sum, value, i) => sum + value * epoch.vectors[row * dimension + i], 0);
}

/** Put a row with its true score where it belongs; the last one drops out. */
export function insertRow(list, row, score) {
  const entries = list.rows.map((listed, i) => ({ row: listed, score: list.scores[i] }));
  entries.pop();
  entries.push({ row, score });
  entries.sort((a, b) => b.score - a.score || a.row - b.row);
  return [entries.map((entry) => entry.row), entries.map((entry) => entry.score)];
}

/** The best row that is neither listed nor excluded. */
export function findNextBest(list, epoch) {
  const taken = new Set([...list.rows, ...list.excluded]);
  let best = null;
  for (let row = 0; row < epoch.trackIds.length; row++) {
    if (taken.has(row)) continue;
    const score = scoreOf(list, epoch, row);
    if (best === null || score > best.score) best = { row, score };
  }
  return best;
}

function unpack(hex) {
  const bytes = Buffer.from(hex.slice(2), "hex");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32BE(4 * i));
}

function pack(numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeInt32BE(number, 4 * i));
  return `0x${bytes.toString("hex")}`;
}

/** The text with one bit of the byte at `index` changed. */
export function flipBit(hex, index) {
  const bytes = Buffer.from(hex.slice(2), "hex");
  bytes[index] ^= 1;
  return `0x${bytes.toString("hex")}`;
}
