// A run as long as one likes.

import { deflateRawSync } from "node:zlib";

/** Events that the run below has in a second, once it has a leader. */
const RATE = 1_010;

/**
 * A link to a run of so many events, stopped at its middle: five Raft servers and eight clients that write without pause,
 * one message in a hundred lost.
 *
 * @param script what is done to it
 */
export function link(events, script = []) {
  const until = Math.round((events / RATE + 0.5) * 1e9);
  const ops = Array.from({ length: 16 }, (_, key) => ({ op: `put k${key} {n}`, weight: 1 }));
  const workload = { clients: 8, start: 500_000_000, every: 20_000_000, ops };
  const network = { loss_ppm: 10_000 };
  const scenario = { version: 1, protocol: "raft", nodes: 5, seed: 1, until, network, workload, script };
  const file = JSON.stringify({ version: 1, scenario, playhead: String(Math.round(until / 2)) });
  return `#1~${deflateRawSync(file).toString("base64url")}`;
}
