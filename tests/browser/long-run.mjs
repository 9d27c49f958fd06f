// Runs as long as one wants them, as links.

import { deflateRawSync } from "node:zlib";

/** Events that the run below has in a second, once it has a leader. */
const RATE = 1_010;

/**
 * Five Raft servers and eight clients that write without pause, one message in a hundred lost; so many events or so. The
 * playhead stands at this share of it.
 */
export function longRun(events, share = 0.5) {
  const until = Math.round((events / RATE + 0.5) * 1e9);
  const ops = Array.from({ length: 16 }, (_, key) => ({ op: `put k${key} {n}`, weight: 1 }));
  const workload = { clients: 8, start: 500_000_000, every: 20_000_000, ops };
  const network = { loss_ppm: 10_000 };
  const scenario = { version: 1, protocol: "raft", nodes: 5, seed: 1, until, network, workload };
  const file = JSON.stringify({ version: 1, scenario, playhead: String(Math.round(until * share)) });
  return `#1~${deflateRawSync(file).toString("base64url")}`;
}
