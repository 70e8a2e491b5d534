/** A file of everything that waits, for the worst case: the very calls that this device would have sent. */

import { signature } from "./device.js";
import { fact, refused, waiting } from "./store.js";
import { localTime, syncBody } from "./sync.js";

const FORMAT = "sipas kiosk export 1";
const AT_MOST = 100;

/** Make the file; every answer in it is sealed to the server's key. */
export async function exportFile() {
  const { device, number } = await fact("device");
  const items = [...(await waiting()), ...(await refused())].sort((a, b) => a.seq - b.seq);
  const calls = [];
  for (let from = 0; from < items.length; from += AT_MOST) {
    const body = await syncBody(items.slice(from, from + AT_MOST));
    calls.push({ body, signature: await signature("POST", "/kiosk/sync", body) });
  }
  const made = localTime();
  const content = JSON.stringify({ format: FORMAT, device, made, calls });
  return { name: `kiosk-${number}-${made.slice(0, 10)}.json`, content, device, last: items.at(-1)?.seq ?? 0 };
}
